"""Look at a subscription on its day: drop old receipts, settle seats, delete what has ended, note the next look."""

from datetime import datetime

from shared.domain.errors import NotFound
from shared.domain.records import Subscription
from shared.domain.retention import (
    RECEIPT_KEPT,
    lapse_of,
    next_look,
    next_reading,
    seats_go_at,
    subscription_goes_at,
    wants_reading,
)
from shared.operations.deletion import delete_rows
from shared.operations.due import with_look
from shared.operations.end_subscription import cancel_if_ending, end_subscription
from shared.operations.erase_subscription import erase_subscription
from shared.operations.fetch_contact import fetch_contact
from shared.operations.persistence import persist
from shared.operations.read_back import read_back
from shared.operations.settle_seats import delete_seats, settle_seats
from shared.ports import Change, Outside, Stored
from shared.storage import keys


def look_at_subscription(outside: Outside, subscription: str) -> int:
    """How many records were deleted. The record decides: a look that comes too early deletes nothing."""
    return persist(lambda: _look(outside, subscription))


def _look(outside: Outside, subscription: str) -> int:
    now = outside.clock()
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        return 0
    if header.record.erasing or _has_come(subscription_goes_at(header.record), now):
        return erase_subscription(outside, header)
    if header.record.ending and header.record.owner_kind:
        # Whoever was ending it died.
        return end_subscription(outside, header) + _look(outside, subscription)
    receipts, next_receipt = _drop_receipts(outside, subscription, now)
    before = header.record.seats_used
    header, next_end = settle_seats(outside, header, now)
    header = _drop_ended_seats(outside, header, now)
    deleted = receipts + before - header.record.seats_used
    # What is due is deleted even while the marketplace does not answer.
    if _is_configured(outside, subscription):
        header = cancel_if_ending(outside, header)
        if wants_reading(header.record) or _has_come(lapse_of(header.record), now):
            # What is read may cut seats, and this look is the one that is noted for it.
            known = read_back(outside, subscription, begins=False)
            header, next_end = settle_seats(outside, known or header, now)
        if header.record.contact_due:
            header = fetch_contact(outside, header)
    _note_next(outside, header, [next_receipt, next_end, next_look(header.record), next_reading(header.record, now)])
    return deleted


def _has_come(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _is_configured(outside: Outside, subscription: str) -> bool:
    """Whether its marketplace is still there to be asked; nothing is answered for one that the settings dropped."""
    try:
        outside.marketplace_of(subscription)
    except NotFound:
        return False
    return True


def _drop_receipts(outside: Outside, subscription: str, now: datetime) -> tuple[int, datetime | None]:
    """How many went, and when the next one goes."""
    old, next_one = [], None
    for stored in outside.tables.find(keys.receipts(subscription)):
        goes_at = (stored.record.received_at or now) + RECEIPT_KEPT
        if goes_at <= now:
            old.append(stored)
        else:
            next_one = min(goes_at, next_one or goes_at)
    return delete_rows(outside, old), next_one


def _drop_ended_seats(outside: Outside, header: Stored[Subscription], now: datetime) -> Stored[Subscription]:
    if not header.record.seats_used or not _has_come(seats_go_at(header.record), now):
        return header
    return delete_seats(outside, header, [*outside.tables.find(keys.seats(header.row.partition))])


def _note_next(outside: Outside, header: Stored[Subscription], looks: list[datetime | None]) -> None:
    """The look that was due is over; the next one is noted before the header says so.

    The header is written even where nothing changed: who noted the look that we took must not believe it still due.
    """
    next_one = min((look for look in looks if look), default=None)
    cleared = header.record.model_copy(update={"look_at": None})
    outside.tables.write(Change(header, with_look(outside, header.row.partition, cleared, next_one)))
