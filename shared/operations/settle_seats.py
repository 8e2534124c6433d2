"""Recount the seats after a cut: stamp the surplus with its end, take stamps back, delete seats whose end has come."""

from datetime import datetime

from shared.domain.records import Seat, Subscription
from shared.domain.seats import ends
from shared.operations.hints import hint_rows, remove_hints
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
    over = [stored for stored in seats.values() if stored.record.ends_at and stored.record.ends_at <= now]
    staying = {key: stored for key, stored in seats.items() if stored not in over}
    wanted = ends(
        {key: stored.record for key, stored in staying.items()},
        header.record.quantity,
        header.record.cut_at + outside.terms.grace,
    )
    header = _stamp(outside, header, staying, wanted)
    header = delete_seats(outside, header, over)
    coming = min((end for end in wanted.values() if end), default=None)
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


def _close(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """Nobody loses a seat any more: the cut is history."""
    over = header.record.model_copy(update={"cut_at": None, "cut_to": 0})
    return outside.tables.write(Change(header, over))[0]
