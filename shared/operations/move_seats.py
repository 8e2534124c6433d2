"""Move the seats of one subscription to another of the same tenant: each is given there before it is released here."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import NoSeatFree, NotFound
from shared.domain.people import Person
from shared.domain.records import Seat
from shared.domain.rights import Visitor
from shared.domain.seats import order_of_loss
from shared.operations.assign_seat import carry_seat
from shared.operations.find_subscriptions import administered
from shared.operations.persistence import persist
from shared.operations.release_seat import release_seat
from shared.ports import Change, Outside, Row, Stored
from shared.storage import keys

MOST_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Moved:
    """How many seats were moved this time, how many are left, and how many of those fit where they are to go."""

    moved: int
    left: int
    fit: int


def preview_move(outside: Outside, visitor: Visitor, source: str, target: str) -> Moved:
    """What a move would come to; nothing is moved. Raises NotFound, NotAnAdministrator, SignInTooOld."""
    return move_seats(outside, visitor, source, target, most=0)


def move_seats(outside: Outside, visitor: Visitor, source: str, target: str, most: int = MOST_AT_ONCE) -> Moved:
    """Move some seats; ask again until none is left that fits. Where not all fit, those go that a cut would take last.

    Raises NotFound, NotAnAdministrator, SignInTooOld, and what the target refuses.
    """
    if source == target:
        raise NotFound
    for subscription in (source, target):
        administered(outside, visitor, subscription)
    seats = {seat.row.key: seat for seat in outside.tables.find(keys.seats(source)) if _is_one(outside, seat.record)}
    there = {_person(seat.record) for seat in outside.tables.find(keys.seats(target))}
    going = _going(seats, there, _free(outside, target))
    moved = 0
    for key in going[:most]:
        if not _move(outside, seats[key], source, target):
            break
        moved += 1
    seated = sum(_person(seats[key].record) in there for key in seats.keys() - set(going[:moved]))
    left = len(seats) - moved
    return Moved(moved, left, min(left, seated + _free(outside, target)))


def _going(seats: Mapping[str, Stored[Seat]], there: set[Person], free: int) -> list[str]:
    """Those that fit, by name: in which order they are chosen would tell of their use (P04)."""
    last_to_lose = reversed(order_of_loss({key: seat.record for key, seat in seats.items()}))
    # Whoever has a seat there already needs no room.
    order = sorted(last_to_lose, key=lambda key: _person(seats[key].record) not in there)
    fit = free + sum(_person(seat.record) in there for seat in seats.values())
    return sorted(order[:fit], key=lambda key: (seats[key].record.name.casefold(), key))


def _move(outside: Outside, seat: Stored[Seat], source: str, target: str) -> bool:
    """Whether it had room. A run that died in between is repeated: a seat that is there already is not given again."""
    try:
        there = carry_seat(outside, target, seat.record)
    except NoSeatFree:
        return False
    if seat.record.objected_to_last_use:
        persist(lambda: _object(outside, there.row))
    release_seat(outside, source, seat.row.key)
    return True


def _object(outside: Outside, row: Row[Seat]) -> None:
    """Whoever objected goes on objecting, also where they had a seat before."""
    seat = outside.tables.read(row)
    if seat is not None and not seat.record.objected_to_last_use:
        objected = {"objected_to_last_use": True, "last_used": None}
        outside.tables.write(Change(seat, seat.record.model_copy(update=objected)))


def _is_one(outside: Outside, seat: Seat) -> bool:
    """A seat whose end has come is none any more, though its row is still there."""
    return seat.ends_at is None or seat.ends_at > outside.clock()


def _person(seat: Seat) -> Person:
    return Person(seat.tenant, seat.object_id)


def _free(outside: Outside, subscription: str) -> int:
    header = outside.tables.read(keys.subscription(subscription))
    return max(header.record.quantity - header.record.seats_used, 0) if header else 0
