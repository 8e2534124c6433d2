"""Nothing stuck unnoticed: what is overdue, how old, and what it is; the operator's view of health."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.domain.purchases import LIVE
from shared.domain.records import Subscription, Unhandled
from shared.domain.retention import RECEIPT_KEPT
from shared.operations.count_unhandled import WITHOUT_ID, forget_unhandled
from shared.operations.finding import Finding
from shared.operations.watch_credentials import watch_credentials
from shared.ports import Outside, Stored
from shared.storage import keys

# What bore no id can neither be told again nor be seen to have come again. Paddle repeats a message for that long.
_WITHOUT_ID_KEPT = timedelta(days=3)

_EVENT_STUCK_AFTER = timedelta(hours=1)
_EVENTS_STALE_AFTER = timedelta(hours=4)
_LIST_STALE_AFTER = timedelta(hours=50)
_DUE_STUCK_AFTER = timedelta(hours=4)

# What nobody activates is void after thirty days; the list tells of it a day late at most.
# https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-life-cycle
_VOID_AFTER = timedelta(days=30)
_VOID_SOON_AFTER = timedelta(days=22)


def find_stuck(outside: Outside) -> list[Finding]:
    """Everything that is stuck, and what is good to know beside it; nothing red means green."""
    now = outside.clock()
    forget_handled(outside)
    return [
        *_unhandled(outside, now),
        *_stale(outside, now),
        *_overdue(outside, now),
        *_waiting(outside, now),
        *watch_credentials(outside),
    ]


def forget_handled(outside: Outside) -> None:
    """Stop counting events that came again and were handled, and those that the marketplace has given up on."""
    now = outside.clock()
    for name in outside.marketplaces:
        for stored in outside.tables.find(keys.unhandled_events(name)):
            kept = _WITHOUT_ID_KEPT if stored.row.key == WITHOUT_ID else RECEIPT_KEPT
            if _is_older(stored, kept, now) or _was_handled_since(outside, stored):
                forget_unhandled(outside, stored)


def _is_older(counted: Stored[Unhandled], age: timedelta, now: datetime) -> bool:
    return counted.record.first_at is not None and counted.record.first_at + age <= now


def _unhandled(outside: Outside, now: datetime) -> Iterator[Finding]:
    for name in outside.marketplaces:
        for stored in outside.tables.find(keys.unhandled_events(name)):
            if _is_older(stored, _EVENT_STUCK_AFTER, now):
                but = ", which cannot be replayed" if stored.row.key == WITHOUT_ID else ""
                yield Finding(f"EVENT_{stored.record.code}", f"{name} {stored.row.key}{but}", stored.record.first_at)


def _was_handled_since(outside: Outside, stored: Stored[Unhandled]) -> bool:
    subscription = stored.record.subscription
    return bool(subscription) and outside.tables.read(keys.receipt(subscription, stored.row.key)) is not None


def _stale(outside: Outside, now: datetime) -> Iterator[Finding]:
    for name in outside.marketplaces:
        for part, limit in (("events", _EVENTS_STALE_AFTER), ("list", _LIST_STALE_AFTER)):
            mark = outside.tables.read(keys.watermark(name, part))
            succeeded = mark.record.succeeded_at if mark else None
            if succeeded is None or succeeded + limit <= now:
                yield Finding("RECONCILIATION_STALE", f"{name} {part}", succeeded)


def _overdue(outside: Outside, now: datetime) -> Iterator[Finding]:
    oldest = next(outside.tables.find_due(now), None)
    if oldest is not None and oldest.record.at and oldest.record.at + _DUE_STUCK_AFTER <= now:
        yield Finding("DELETION_OVERDUE", oldest.record.kind, oldest.record.at)


def _waiting(outside: Outside, now: datetime) -> Iterator[Finding]:
    """Purchases that wait for their buyer: to activate them while that is possible, or to claim them."""
    unclaimed: list[tuple[datetime, str]] = []
    for name in outside.marketplaces:
        for stored in outside.tables.scan(keys.headers(name)):
            header, about = stored.record, stored.row.partition
            if header.missing_from and not header.ending:
                yield Finding("SUBSCRIPTION_MISSING", about, header.missing_from)
            if _is_void_soon(header, now):
                yield Finding("ACTIVATION_MISSING", about, header.first_seen)
            if header.first_seen and not (header.owner_kind or header.ending) and header.status in LIVE:
                unclaimed.append((header.first_seen, about))
    if unclaimed:
        since, oldest = min(unclaimed)
        yield Finding("UNCLAIMED", f"{oldest}, the oldest of {len(unclaimed)}", since, is_red=False)


def _is_void_soon(header: Subscription, now: datetime) -> bool:
    is_pending = header.status == "pending" and not header.ending
    waits = now - header.first_seen if header.first_seen and is_pending else timedelta()
    return _VOID_SOON_AFTER <= waits < _VOID_AFTER
