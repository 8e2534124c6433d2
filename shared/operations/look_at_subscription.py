"""Look at a subscription on its day: drop old receipts, settle seats, delete what has ended, note the next look."""

from datetime import datetime
from functools import partial

from shared.domain.errors import NotFound
from shared.domain.records import Subscription
from shared.domain.retention import (
    READ_BACK_AFTER,
    RECEIPT_KEPT,
    lapse_of,
    next_look,
    next_reading,
    seats_go_at,
    subscription_goes_at,
    wants_reading,
)
from shared.operations.ask_marketplace import Asking, Waits
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


def look_at_subscription(outside: Outside, subscription: str, asking: Asking | None = None) -> int:
    """How many records were deleted. The record decides: a look that comes too early deletes nothing.

    Raises Waits where only its marketplace was missing; the next look is noted then as well.
    """
    return persist(lambda: _look(outside, subscription, asking or Asking()))


def _look(outside: Outside, subscription: str, asking: Asking) -> int:
    now = outside.clock()
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        return 0
    if header.record.erasing or _has_come(subscription_goes_at(header.record), now):
        return erase_subscription(outside, header)
    if header.record.ending and header.record.owner_kind:
        # Whoever was ending it died.
        return end_subscription(outside, header) + _look(outside, subscription, asking)
    receipts, next_receipt = _drop_receipts(outside, subscription, now)
    before = header.record.seats_used
    header, next_end = settle_seats(outside, header, now)
    header = _drop_ended_seats(outside, header, now)
    deleted = receipts + before - header.record.seats_used
    # What is due is deleted even while the marketplace does not answer.
    if _has_question(outside, header, now):
        try:
            header, next_end = asking.ask(outside, subscription, partial(_ask, outside, header, next_end))
        except Waits as waits:
            _note_waiting(outside, subscription, [next_receipt, next_end, now + READ_BACK_AFTER])
            waits.deleted = deleted
            raise
    _note_next(outside, header, [next_receipt, next_end, next_look(header.record), next_reading(header.record, now)])
    return deleted


def _ask(
    outside: Outside, header: Stored[Subscription], next_end: datetime | None
) -> tuple[Stored[Subscription], datetime | None]:
    """The header after all that only its marketplace can say or do, and when the next of its seats ends."""
    now = outside.clock()
    header = cancel_if_ending(outside, header)
    if wants_reading(header.record) or _has_come(lapse_of(header.record), now):
        # What is read may cut seats, and this look is the one that is noted for it.
        known = read_back(outside, header.row.partition, begins=False)
        header, next_end = settle_seats(outside, known or header, now)
    if header.record.contact_due:
        header = fetch_contact(outside, header)
    return header, next_end


def _has_question(outside: Outside, header: Stored[Subscription], now: datetime) -> bool:
    """Whether its marketplace is to be asked; nothing is answered for one that the settings dropped."""
    record = header.record
    is_wanted = wants_reading(record) or record.contact_due or _has_come(lapse_of(record), now)
    return (is_wanted or record.ending == "cancel") and _is_configured(outside, header.row.partition)


def _has_come(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _is_configured(outside: Outside, subscription: str) -> bool:
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


def _note_waiting(outside: Outside, subscription: str, looks: list[datetime | None]) -> None:
    """Look again later, so that what waits does not stand before what is behind it; what was answered stays so."""
    header = outside.tables.read(keys.subscription(subscription))
    if header is not None:
        _note_next(outside, header, [*looks, next_look(header.record)])


def _note_next(outside: Outside, header: Stored[Subscription], looks: list[datetime | None]) -> None:
    """The look that was due is over; the next one is noted before the header says so.

    The header is written even where nothing changed: who noted the look that we took must not believe it still due.
    """
    next_one = min((look for look in looks if look), default=None)
    cleared = header.record.model_copy(update={"look_at": None})
    outside.tables.write(Change(header, with_look(outside, header.row.partition, cleared, next_one)))
