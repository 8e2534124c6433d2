"""Nothing stuck unnoticed: what is overdue, how old, and what it is; the operator's view of health."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.records import Unhandled
from shared.domain.retention import RECEIPT_KEPT
from shared.ports import Conflict, Delete, Outside, Stored
from shared.storage import keys

_EVENT_STUCK_AFTER = timedelta(hours=1)
_EVENTS_STALE_AFTER = timedelta(hours=4)
_LIST_STALE_AFTER = timedelta(hours=50)
_DUE_STUCK_AFTER = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Stuck:
    """One thing that an operator must look at: a closed code, what it is about, and since when."""

    code: str
    about: str
    since: datetime | None


def find_stuck(outside: Outside) -> list[Stuck]:
    """Everything that is stuck; nothing means green. Ids, codes and times, never people."""
    now = outside.clock()
    forget_handled(outside)
    return [*_unhandled(outside, now), *_stale(outside, now), *_overdue(outside, now)]


def forget_handled(outside: Outside) -> None:
    """Stop counting events that came again and were handled, and those that the marketplace has given up on."""
    now = outside.clock()
    for name in outside.marketplaces:
        for stored in outside.tables.find(keys.unhandled_events(name)):
            if _is_older(stored, RECEIPT_KEPT, now) or _was_handled_since(outside, stored):
                forget_unhandled(outside, stored)


def forget_unhandled(outside: Outside, counted: Stored[Unhandled]) -> None:
    """Stop counting an event, unless it failed again meanwhile."""
    with suppress(Conflict):
        outside.tables.write(Delete(counted))


def _is_older(counted: Stored[Unhandled], age: timedelta, now: datetime) -> bool:
    return counted.record.first_at is not None and counted.record.first_at + age <= now


def _unhandled(outside: Outside, now: datetime) -> Iterator[Stuck]:
    for name in outside.marketplaces:
        for stored in outside.tables.find(keys.unhandled_events(name)):
            if _is_older(stored, _EVENT_STUCK_AFTER, now):
                yield Stuck(f"EVENT_{stored.record.code}", f"{name} {stored.row.key}", stored.record.first_at)


def _was_handled_since(outside: Outside, stored: Stored[Unhandled]) -> bool:
    subscription = stored.record.subscription
    return bool(subscription) and outside.tables.read(keys.receipt(subscription, stored.row.key)) is not None


def _stale(outside: Outside, now: datetime) -> Iterator[Stuck]:
    for name in outside.marketplaces:
        for part, limit in (("events", _EVENTS_STALE_AFTER), ("list", _LIST_STALE_AFTER)):
            mark = outside.tables.read(keys.watermark(name, part))
            succeeded = mark.record.succeeded_at if mark else None
            if succeeded is None or succeeded + limit <= now:
                yield Stuck("RECONCILIATION_STALE", f"{name} {part}", succeeded)


def _overdue(outside: Outside, now: datetime) -> Iterator[Stuck]:
    oldest = next(outside.tables.find_due(now), None)
    if oldest is not None and oldest.record.at and oldest.record.at + _DUE_STUCK_AFTER <= now:
        yield Stuck("DELETION_OVERDUE", oldest.record.kind, oldest.record.at)
