"""Store an event that a marketplace sent, and finish what it began: an owner, and a seat of one's own."""

from shared.domain.errors import EventMalformed
from shared.domain.purchases import LIVE, Event, Unread
from shared.domain.records import Subscription
from shared.operations.assign_seat import assign_own_seat
from shared.operations.claim_subscription import claim_by_reference
from shared.operations.place_adjustment import place_adjustment
from shared.operations.take_events import Recorded, take_events
from shared.ports import Outside, Stored


def record_event(outside: Outside, event: Event) -> Recorded:
    """What became of the event. Raises BeingErased, StorageUnavailable: deliver it again; EventMalformed.

    A repetition finishes what its first delivery could not, so that a crash anywhere loses nothing.
    """
    if isinstance(event.told, Unread):
        raise EventMalformed(event.id)
    placed = place_adjustment(outside, event)
    if placed is None:
        return Recorded.NOTHING_TO_STORE
    header, recorded = take_events(outside, placed.subscription, [placed])
    if header is not None:
        finish(outside, event.reference, header)
    return recorded


def finish(outside: Outside, reference: str, header: Stored[Subscription]) -> None:
    """What a purchase leads to beyond its own partition; every step may have been done already."""
    if not header.record.owner_kind and reference:
        header = claim_by_reference(outside, header, reference)
    record = header.record
    if record.own_seat_due and record.quantity == 1 and record.status in LIVE:
        assign_own_seat(outside, header)
