"""Hold seat hints against their seat: what it does not list goes, what it lists and is missing comes back."""

from shared.domain.records import Due, Subscription
from shared.operations.hints import remove_hints, restore_hints
from shared.ports import Outside
from shared.storage import keys


def look_at_hints(outside: Outside, due: Due) -> int:
    """How many orphans were removed."""
    subscription, seat = outside.tables.read_together([keys.subscription(due.target), keys.seat(due.target, due.seat)])
    listed = seat.record.hints if seat else ()
    noted = [hint.rpartition("/") for hint in due.hints]
    orphans = [keys.seat_hint(identity, hint) for identity, _, hint in noted if hint not in listed]
    removed = remove_hints(outside, orphans)
    if seat is not None and subscription is not None and not _is_going(subscription.record):
        restore_hints(outside, seat)
    return removed


def _is_going(header: Subscription) -> bool:
    return header.erasing or bool(header.ending)
