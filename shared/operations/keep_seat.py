"""Choose who keeps their seat in a cut: a mark on the seat, and everybody's end counted anew at once."""

from shared.domain.errors import NoSeatFree, NotFound
from shared.domain.names import is_seat_key
from shared.domain.rights import Visitor
from shared.operations.due import note_due
from shared.operations.find_subscriptions import administered
from shared.operations.persistence import persist
from shared.operations.settle_seats import settle_seats
from shared.ports import Change, Outside
from shared.storage import keys


def keep_seat(outside: Outside, visitor: Visitor, subscription: str, seat_key: str, *, kept: bool) -> None:
    """Mark a seat to be the last to go, or take the mark back; again is fine.

    Raises NotFound, NotAnAdministrator, SignInTooOld, and NoSeatFree where the seat's end has come already.
    """
    administered(outside, visitor, subscription)
    if not is_seat_key(seat_key):
        raise NotFound
    persist(lambda: _mark(outside, subscription, seat_key, kept=kept))
    persist(lambda: _recount(outside, subscription))


def _mark(outside: Outside, subscription: str, seat_key: str, *, kept: bool) -> None:
    seat = outside.tables.read(keys.seat(subscription, seat_key))
    if seat is None:
        raise NotFound
    if seat.record.ends_at is not None and seat.record.ends_at <= outside.clock():
        # Its place is taken; to keep it now would end another seat this very moment.
        raise NoSeatFree
    if seat.record.kept != kept:
        outside.tables.write(Change(seat, seat.record.model_copy(update={"kept": kept})))


def _recount(outside: Outside, subscription: str) -> None:
    header = outside.tables.read(keys.subscription(subscription))
    if header is None or header.record.erasing or header.record.cut_at is None:
        return
    # The purge looks, too: it notes the day on which the next seat ends.
    note_due(outside, "subscription", subscription, outside.clock())
    settle_seats(outside, header, outside.clock())
