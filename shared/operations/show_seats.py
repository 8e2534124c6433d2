"""The seats of a subscription for who is signed in: all of them for an administrator, one's own for a buyer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.names import is_seat_key
from shared.domain.records import Seat, Subscription
from shared.domain.rights import Visitor
from shared.domain.seat_list import SeatPage, ShownSeat, Wanted, page_of, shown, sort_seats
from shared.domain.seats import surplus
from shared.operations.find_subscriptions import administered
from shared.ports import Outside, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut to so many seats does: who loses theirs, by name, since the order would tell of their use (P04)."""

    quantity: int
    losing: tuple[ShownSeat, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """How many would lose their seats, were there only so many."""

    quantity: int
    losing: int


def show_seats(outside: Outside, visitor: Visitor, subscription: str, wanted: Wanted) -> SeatPage:
    """One page of the list. Raises NotFound, NotAnAdministrator."""
    administered(outside, visitor, subscription, to_change=False)
    return page_of(_all(outside, subscription), wanted)


def all_seats(outside: Outside, visitor: Visitor, subscription: str) -> Iterable[ShownSeat]:
    """The whole list by name, for an export. Raises NotFound, NotAnAdministrator."""
    administered(outside, visitor, subscription, to_change=False)
    return sort_seats((shown(key, seat) for key, seat in _all(outside, subscription).items()), "name")


def own_seat(outside: Outside, visitor: Visitor, header: Stored[Subscription]) -> Stored[Seat] | None:
    """The visitor's own seat of a subscription that is theirs to see."""
    return outside.tables.read(keys.seat(header.row.partition, keys.seat_key(header.record.salt, visitor.person)))


def some_seats(outside: Outside, subscription: str, seat_keys: Iterable[str]) -> list[Stored[Seat]]:
    """Those of these seats that are there."""
    rows = [keys.seat(subscription, key) for key in dict.fromkeys(seat_keys) if is_seat_key(key)]
    return [seat for seat in outside.tables.read_together(rows) if seat]


def preview_cut(outside: Outside, visitor: Visitor, subscription: str) -> Cut | None:
    """What the cut does that has happened or is announced; None where there is none.

    Raises NotFound, NotAnAdministrator.
    """
    header = administered(outside, visitor, subscription, to_change=False).record
    to = _cut_to(header)
    if to is None:
        return None
    seats = _all(outside, subscription)
    end = (header.cut_at if _is_cut(header) and header.cut_at else outside.clock()) + outside.terms.grace
    losing = {key: seats[key] for key in surplus(seats, to)}
    ending = (replace(shown(key, seat), ends_at=seat.ends_at or end) for key, seat in losing.items())
    return Cut(to, tuple(sort_seats(ending, "name")))


def try_cut(outside: Outside, visitor: Visitor, subscription: str, quantity: int) -> Tried:
    """What a cut would come to, in numbers: asked for one number after the other, names would tell of last use (P04).

    Raises NotFound, NotAnAdministrator.
    """
    header = administered(outside, visitor, subscription, to_change=False).record
    return Tried(quantity, max(header.seats_used - quantity, 0))


def _cut_to(header: Subscription) -> int | None:
    if _is_cut(header):
        return header.quantity
    return header.pending_quantity if 0 < header.pending_quantity < header.seats_used else None


def _is_cut(header: Subscription) -> bool:
    return header.seats_used > header.quantity


def _all(outside: Outside, subscription: str) -> dict[str, Seat]:
    return {seat.row.key: seat.record for seat in outside.tables.find(keys.seats(subscription))}
