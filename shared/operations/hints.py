"""Seat hints: how an address leads to a seat. They count only while their seat lists them."""

from shared.domain.records import Seat, SeatHint
from shared.domain.retention import HINT_LOOKED_AT_AFTER
from shared.operations.due import note_hints_due
from shared.ports import Conflict, Delete, Insert, Outside, Row, Stored
from shared.storage import keys


def place_hints(outside: Outside, subscription: str, seat_key: str, seat: Seat) -> None:
    """Write a seat's hints before the seat: first the note that finds them if the seat never comes."""
    note_due_for(outside, subscription, seat_key, seat)
    for address, hint in zip(seat.addresses, seat.hints, strict=True):
        row = keys.seat_hint(outside.identities.of_address(address)[0], hint)
        outside.tables.write(Insert(row, SeatHint(subscription=subscription, seat=seat_key)))


def note_due_for(outside: Outside, subscription: str, seat_key: str, seat: Seat) -> None:
    """Have a seat's hints held against it once whoever writes now has finished or died."""
    hints = tuple(f"{row.partition}/{row.key.removeprefix('seat.')}" for row in hint_rows(outside, seat))
    note_hints_due(outside, subscription, seat_key, hints, outside.clock() + HINT_LOOKED_AT_AFTER)


def hint_rows(outside: Outside, seat: Seat) -> list[Row[SeatHint]]:
    """Where a seat's hints may stand: one for each address and each key that may have written it."""
    return [
        keys.seat_hint(identity, hint)
        for address, hint in zip(seat.addresses, seat.hints, strict=True)
        for identity in outside.identities.of_address(address)
    ]


def remove_hints(outside: Outside, rows: list[Row[SeatHint]]) -> int:
    """Delete those hints that are there; answers how many."""
    there = [stored for stored in outside.tables.read_together(rows) if stored]
    for stored in there:
        try:
            outside.tables.write(Delete(stored))
        except Conflict:
            # A hint is never changed, so whoever was faster deleted it.
            continue
    return len(there)


def restore_hints(outside: Outside, seat: Stored[Seat]) -> None:
    """Put back what a seat lists and is missing: a seat to which its address does not lead is paid for and not found.

    Noted first, as every hint is, since the seat may be going at this very moment.
    """
    present = {stored.row.key for stored in outside.tables.read_together(hint_rows(outside, seat.record)) if stored}
    rows = [
        keys.seat_hint(outside.identities.of_address(address)[0], name)
        for address, name in zip(seat.record.addresses, seat.record.hints, strict=True)
    ]
    missing = [row for row in rows if row.key not in present]
    if missing:
        note_due_for(outside, seat.row.partition, seat.row.key, seat.record)
    for row in missing:
        try:
            outside.tables.write(Insert(row, SeatHint(subscription=seat.row.partition, seat=seat.row.key)))
        except Conflict:
            # Somebody else put it back.
            continue
