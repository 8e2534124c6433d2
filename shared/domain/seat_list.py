"""What administrators see of the seats of a subscription, searched, sorted and page by page.

The day of last use is not among it: that is for the vendor alone (P04).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from shared.domain.records import Seat

Sort = Literal["name", "address", "assigned", "ends", "-name", "-address", "-assigned", "-ends"]
PAGE = 25

_LONGEST_PLACE = 9


@dataclass(frozen=True, slots=True)
class ShownSeat:
    """One seat. ``key`` names its row; it is a hash that tells nothing of the person."""

    key: str
    name: str = field(repr=False)
    addresses: tuple[str, ...] = field(repr=False)
    assigned_on: date | None
    ends_at: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list. ``after`` is the cursor that an earlier page gave."""

    search: str = field(default="", repr=False)
    sort: Sort = "name"
    after: str = ""
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class SeatPage:
    """One page; ``next`` is the cursor of the one after it, empty on the last; that of the first is empty, too."""

    seats: tuple[ShownSeat, ...]
    found: int
    begins_at: int
    next: str
    previous: str


def shown(key: str, seat: Seat) -> ShownSeat:
    """A seat without what is not for administrators."""
    return ShownSeat(key, seat.name, seat.addresses, seat.assigned_on, seat.ends_at, seat.kept)


def page_of(seats: Mapping[str, Seat], wanted: Wanted) -> SeatPage:
    """One page of those whose name and addresses have every word that is searched for."""
    words = _folded(wanted.search).split()
    found = sort_seats((shown(key, seat) for key, seat in seats.items() if _has(seat, words)), wanted.sort)
    begins = _position(found, wanted.after)
    page = found[begins : begins + wanted.size]
    ends = begins + len(page)
    following = _cursor(found, ends) if page and ends < len(found) else ""
    return SeatPage(tuple(page), len(found), begins, following, _cursor(found, begins - wanted.size))


def sort_seats(seats: Iterable[ShownSeat], sort: Sort) -> list[ShownSeat]:
    """By name, first address, newest assignment or earliest end, or the other way round; always in the same order."""
    ordered = sorted(seats, key=lambda seat: (_folded(seat.name), seat.key))
    match sort.removeprefix("-"):
        case "address":
            ordered.sort(key=lambda seat: seat.addresses[:1])
        case "assigned":
            ordered.sort(key=lambda seat: seat.assigned_on or date.min, reverse=True)
        case "ends":
            ordered.sort(key=lambda seat: (seat.ends_at is None, str(seat.ends_at)))
    return ordered[::-1] if sort.startswith("-") else ordered


def _cursor(seats: list[ShownSeat], place: int) -> str:
    """What a page begins behind, where it begins at this place."""
    return f"{place}.{seats[place - 1].key}" if place > 0 else ""


def _position(seats: list[ShownSeat], after: str) -> int:
    """Behind the seat that the cursor names, or, if that is gone meanwhile, at the place where it was."""
    place, _, key = after.partition(".")
    known = next((number for number, seat in enumerate(seats) if seat.key == key), None)
    if known is not None:
        return known + 1
    is_number = place.isascii() and place.isdigit() and len(place) <= _LONGEST_PLACE
    return min(int(place), len(seats)) if is_number else 0


def _has(seat: Seat, words: list[str]) -> bool:
    text = _folded(" ".join((seat.name, *seat.addresses)))
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
