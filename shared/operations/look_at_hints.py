"""Hold seat hints against their seat: what it does not list goes, what it lists and is missing comes back."""

from shared.domain.records import Due, Seat, SeatHint
from shared.operations.hints import hint_rows, remove_hints
from shared.ports import Conflict, Insert, Outside, Stored
from shared.storage import keys


def look_at_hints(outside: Outside, due: Due) -> int:
    """How many orphans were removed."""
    subscription, seat = outside.tables.read_together([keys.subscription(due.target), keys.seat(due.target, due.seat)])
    listed = seat.record.hints if seat else ()
    noted = [hint.rpartition("/") for hint in due.hints]
    orphans = [keys.seat_hint(identity, hint) for identity, _, hint in noted if hint not in listed]
    removed = remove_hints(outside, orphans)
    if seat is not None and subscription is not None and not subscription.record.erasing:
        _restore(outside, seat)
    return removed


def _restore(outside: Outside, seat: Stored[Seat]) -> None:
    """A seat that its address does not lead to would be paid for and not found."""
    present = {stored.row.key for stored in outside.tables.read_together(hint_rows(outside, seat.record)) if stored}
    hint = SeatHint(subscription=seat.row.partition, seat=seat.row.key)
    for address, name in zip(seat.record.addresses, seat.record.hints, strict=True):
        row = keys.seat_hint(outside.identities.of_address(address)[0], name)
        if row.key not in present:
            try:
                outside.tables.write(Insert(row, hint))
            except Conflict:
                # Somebody else put it back.
                continue
