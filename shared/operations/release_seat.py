"""Take a seat back: the seat and the count in one batch, then the hints that led to it."""

from dataclasses import dataclass

from shared.domain.records import Seat, Subscription
from shared.operations.due import note_due
from shared.operations.hints import hint_rows, note_due_for, remove_hints
from shared.operations.persistence import persist
from shared.ports import Change, Delete, Outside, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Released:
    """A seat that went and its subscription, both as they were in that moment."""

    seat: Stored[Seat]
    header: Subscription


def release_seat(outside: Outside, subscription: str, seat_key: str) -> bool:
    """Whether there was such a seat to release. Gone is done, so asking twice is asking once."""
    return take_out(outside, subscription, seat_key) is not None


def take_out(outside: Outside, subscription: str, seat_key: str) -> Released | None:
    """The same; answers what was released.

    A person who is seated again meanwhile keeps the new seat: only the one first seen is released.
    """
    first = outside.tables.read(keys.seat(subscription, seat_key))
    if first is None:
        return None
    note_due_for(outside, subscription, seat_key, first.record)
    released = persist(lambda: _release(outside, subscription, first))
    remove_hints(outside, hint_rows(outside, first.record))
    return released


def _release(outside: Outside, subscription: str, first: Stored[Seat]) -> Released | None:
    header, seat = outside.tables.read_together([keys.subscription(subscription), first.row])
    if header is None or seat is None or seat.record.record_id != first.record.record_id:
        return None
    if header.record.cut_at is not None:
        # With one seat less in use, somebody else may keep theirs.
        note_due(outside, "subscription", subscription, outside.clock())
    used = header.record.model_copy(update={"seats_used": header.record.seats_used - 1})
    outside.tables.write(Delete(seat), Change(header, used))
    return Released(seat, header.record)
