"""Recount the seats after a cut: stamp the surplus with its end, take stamps back, delete seats whose end has come."""

from datetime import datetime

from shared.domain.records import Seat, Subscription
from shared.domain.seats import ends
from shared.operations.hints import hint_rows, remove_hints, restore_hints
from shared.ports import Change, Delete, Outside, Stored
from shared.storage import keys

# One row of a batch is the header that guards it.
_SEATS_PER_BATCH = 99


def settle_seats(
    outside: Outside, header: Stored[Subscription], now: datetime
) -> tuple[Stored[Subscription], datetime | None]:
    """The header after the recount, and when the next seat ends. Raises Conflict: run it again.

    Running it again after a crash goes on where it stopped: seats that were told their end keep it.
    """
    if header.record.cut_at is None:
        return header, None
    seats = {stored.row.key: stored for stored in outside.tables.find(keys.seats(header.row.partition))}
    wanted = ends(
        {key: stored.record for key, stored in seats.items()},
        header.record.quantity,
        header.record.cut_at + outside.terms.grace,
    )
    # Counted before anything goes: a seat whose end has come stays, if by now there is room for it.
    over = {key for key, end in wanted.items() if end and end <= now}
    _keep_findable(outside, [seats[key] for key in seats if not wanted[key]], now)
    header = _stamp(outside, header, {key: seats[key] for key in seats if key not in over}, wanted)
    header = delete_seats(outside, header, [seats[key] for key in seats if key in over])
    coming = min((end for key, end in wanted.items() if end and key not in over), default=None)
    return (header, coming) if coming else (_close(outside, header), None)


def delete_seats(outside: Outside, header: Stored[Subscription], seats: list[Stored[Seat]]) -> Stored[Subscription]:
    """The header after these seats are gone, their hints first. Raises Conflict: run it again."""
    for start in range(0, len(seats), _SEATS_PER_BATCH):
        chunk = seats[start : start + _SEATS_PER_BATCH]
        remove_hints(outside, [row for seat in chunk for row in hint_rows(outside, seat.record)])
        left = {"seats_used": header.record.seats_used - len(chunk)}
        counted = Change(header, header.record.model_copy(update=left))
        header = outside.tables.write(counted, *(Delete(seat) for seat in chunk))[0]
    return header


def _stamp(
    outside: Outside,
    header: Stored[Subscription],
    seats: dict[str, Stored[Seat]],
    wanted: dict[str, datetime | None],
) -> Stored[Subscription]:
    changes = [
        Change(stored, stored.record.model_copy(update={"ends_at": wanted[key]}))
        for key, stored in seats.items()
        if stored.record.ends_at != wanted[key]
    ]
    for start in range(0, len(changes), _SEATS_PER_BATCH):
        chunk = changes[start : start + _SEATS_PER_BATCH]
        header = outside.tables.write(Change(header, header.record), *chunk)[0]
    return header


def _keep_findable(outside: Outside, staying: list[Stored[Seat]], now: datetime) -> None:
    """A seat that was saved after its end may have lost its hints to a run that died."""
    for stored in staying:
        if stored.record.ends_at and stored.record.ends_at <= now:
            restore_hints(outside, stored)


def _close(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """Nobody loses a seat any more: the cut is history."""
    over = header.record.model_copy(update={"cut_at": None, "cut_to": 0})
    return outside.tables.write(Change(header, over))[0]
