"""Ask a marketplace what a subscription is, and take its answer in, unless something newer came meanwhile."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from shared.domain.errors import EventMalformed, Unavailable
from shared.domain.purchases import Adjustment, Event, PaymentsRead, Snapshot
from shared.domain.records import Subscription
from shared.operations.count_unhandled import count_unhandled, forget_read
from shared.operations.record_event import finish
from shared.operations.take_events import Moved, Recorded, take_events
from shared.ports import Hint, Outside, Stored
from shared.storage import keys

_MOST_QUESTIONS = 5

_log = logging.getLogger(__name__)


def read_back(outside: Outside, subscription: str, *, begins: bool = True) -> Stored[Subscription] | None:
    """The header after reading back; None where neither we nor the marketplace have such a subscription.

    Unless it ``begins`` one, what we do not have stays unknown. Raises Unavailable where the marketplace or storage
    does not answer, NotFound where it is not configured, EventMalformed for an answer that cannot be read: without
    one of its payments or refunds all the others would say something else.
    """
    marketplace = outside.marketplace_of(subscription)
    try:
        header = _ask(outside, subscription, lambda: marketplace.read_back(subscription), begins=begins)
    except EventMalformed as malformed:
        named = malformed.event or subscription
        _log.error("%s: %s cannot be read: %s", subscription, named, malformed.code)
        count_unhandled(outside, marketplace.name, named, subscription, malformed.code)
        raise
    forget_read(outside, marketplace.name, subscription)
    return header


def take_hint(outside: Outside, hint: Hint) -> None:
    """Take in what a message only hints at, with its receipt.

    Raises ChangeRefused for a change that the vendor's terms do not allow, Unavailable: deliver it again.
    """
    marketplace = outside.marketplace_of(hint.subscription)
    _ask(outside, hint.subscription, lambda: marketplace.follow(hint), begins=True)


def _ask(
    outside: Outside, subscription: str, question: Callable[[], Sequence[Event]], *, begins: bool
) -> Stored[Subscription] | None:
    row = keys.subscription(subscription)
    for _ in range(_MOST_QUESTIONS):
        before = outside.tables.read(row)
        if before is None and not begins:
            return None
        events = question() or _unknown_there(subscription)
        if before is None and not _is_worth_beginning(events):
            return None
        # What is erased while it is asked about must not come back with the answer.
        begins = before is None
        if before and _is_nobodys(before.record) and not _is_ours(events):
            events = _unknown_there(subscription)
        version = before.record.version if before else ""
        try:
            header, recorded = take_events(outside, subscription, events, expecting=version)
            if recorded is Recorded.REPEATED:
                # The message came before, but the answer to it is of now.
                header, _ = take_events(outside, subscription, _without_receipts(events), expecting=version)
        except Moved:
            continue
        if header is not None:
            finish(outside, next((event.reference for event in events if event.reference), ""), header)
        return header
    raise Unavailable


def _is_worth_beginning(events: Sequence[Event]) -> bool:
    """Whether it is ours and lives; what has ended, and was erased here perhaps, must not come back."""
    has_ended = any(isinstance(event.told, Snapshot) and event.told.status == "ended" for event in events)
    return not has_ended and _is_ours(events)


def _is_ours(events: Sequence[Event]) -> bool:
    """Whether anything of it was ever sold by us; a refund does not say what it is of."""
    return any(event.ours or event.reference for event in events if not isinstance(event.told, Adjustment))


def _is_nobodys(header: Subscription) -> bool:
    """Whether only a refund was told of it: of another product, nothing more is to be known."""
    return header.status == "unconfirmed" and not header.owner_kind


def _unknown_there(subscription: str) -> list[Event]:
    """A marketplace that knows no such subscription has no payment for it either."""
    return [Event("", subscription, "", PaymentsRead(), ours=False)]


def _without_receipts(events: Sequence[Event]) -> list[Event]:
    return [replace(event, id="") for event in events]
