"""Repair what webhooks missed: sent events hourly, every marketplace's list daily, into the same handler."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from shared.domain.purchases import Event, Snapshot
from shared.domain.records import Subscription, Watermark
from shared.operations.find_stuck import forget_event, forget_handled
from shared.operations.read_back import read_back
from shared.operations.record_event import record_event
from shared.operations.take_events import Recorded
from shared.ports import Marketplace, Outside, Put, Row
from shared.storage import keys

EVENTS_EVERY = timedelta(minutes=50)
LISTS_EVERY = timedelta(hours=23)

# An event is listed by when it happened, and may be listed late.
_OVERLAP = timedelta(hours=6)
_FIRST_LOOK_BACK = timedelta(days=3)
_COMPARED = ("status", "plan", "quantity", "scheduled_action", "scheduled_end")

Report = Callable[[BaseException], None]
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Counts, never names."""

    seen: int = 0
    repaired: int = 0
    failed: int = 0

    def __add__(self, other: "Reconciled") -> "Reconciled":
        return Reconciled(self.seen + other.seen, self.repaired + other.repaired, self.failed + other.failed)


def reconcile(outside: Outside, report: Report) -> Reconciled:
    """Both ways for every marketplace. One that does not answer holds up no other, and is tried again."""
    done = Reconciled()
    for marketplace in outside.marketplaces.values():
        replay = partial(_replay, outside, marketplace, report)
        compare = partial(_compare_list, outside, marketplace, report)
        done += _when_due(outside, keys.watermark(marketplace.name, "events"), EVENTS_EVERY, replay, report)
        done += _when_due(outside, keys.watermark(marketplace.name, "list"), LISTS_EVERY, compare, report)
    forget_handled(outside)
    return done


def replay_since(outside: Outside, marketplace: Marketplace, since: datetime, report: Report) -> Reconciled:
    """Everything that a marketplace sent since a moment, once more. Repetitions change nothing.

    Where it keeps no list of what it sent, every subscription is read back instead.
    """
    if marketplace.keeps_events:
        return _replay(outside, marketplace, report, since)
    return _each(_every_name(outside, marketplace), lambda name: _read_again(outside, name), report)


def _every_name(outside: Outside, marketplace: Marketplace) -> Iterator[str]:
    """What the marketplace lists, and what lives here that it does not list."""
    listed = set[str]()
    for event in marketplace.subscriptions():
        listed.add(event.subscription)
        yield event.subscription
    for stored in outside.tables.scan(keys.headers(marketplace.name)):
        if stored.record.status != "ended" and stored.row.partition not in listed:
            yield stored.row.partition


def _read_again(outside: Outside, subscription: str) -> bool:
    """Whether reading it back told something that we did not know."""
    before = outside.tables.read(keys.subscription(subscription))
    after = read_back(outside, subscription)
    return after is not None and (before is None or _differ(before.record, after.record))


def _replay(outside: Outside, marketplace: Marketplace, report: Report, since: datetime) -> Reconciled:
    sent = marketplace.events_since(since)
    return _each(sent, lambda event: _take_sent(outside, marketplace.name, event), report)


def _take_sent(outside: Outside, marketplace: str, event: Event) -> bool:
    """Whether the event told something new. Of an unknown subscription only what it is now counts, if it lives."""
    if outside.tables.read(keys.subscription(event.subscription)) is not None:
        is_new = record_event(outside, event) is Recorded.STORED
    else:
        is_new = (event.ours or bool(event.reference)) and read_back(outside, event.subscription) is not None
    forget_event(outside, marketplace, event.id)
    return is_new


def _compare_list(outside: Outside, marketplace: Marketplace, report: Report, _: datetime) -> Reconciled:
    listed = set[str]()

    def repair(told: Event) -> bool:
        listed.add(told.subscription)
        return _repair(outside, told)

    done = _each(marketplace.subscriptions(), repair, report)
    return done + _each(_unlisted(outside, marketplace, listed), lambda name: _read_again(outside, name), report)


def _unlisted(outside: Outside, marketplace: Marketplace, listed: set[str]) -> Iterator[str]:
    """What is licensed by its status alone, and may have gone without a word."""
    for stored in outside.tables.scan(keys.headers(marketplace.name)):
        if stored.record.status == "subscribed" and stored.row.partition not in listed:
            yield stored.row.partition


def _repair(outside: Outside, listed: Event) -> bool:
    """Whether the list told something that we did not know; then that one subscription is read back."""
    header = outside.tables.read(keys.subscription(listed.subscription))
    if not isinstance(listed.told, Snapshot) or not _differs(header.record if header else None, listed.told):
        return False
    if header is None and not (listed.ours or listed.reference):
        return False
    return read_back(outside, listed.subscription) is not None


def _differs(header: Subscription | None, told: Snapshot) -> bool:
    if header is None:
        # What has ended and was erased must not come back.
        return told.status != "ended"
    return header.missing_from is not None or _differ(header, told)


def _differ(header: Subscription, told: Subscription | Snapshot) -> bool:
    return any(getattr(header, name) != getattr(told, name) for name in _COMPARED)


def _each(listed: Iterator[Told], handle: Callable[[Told], bool], report: Report) -> Reconciled:
    seen = repaired = failed = 0
    for told in listed:
        seen += 1
        try:
            repaired += handle(told)
        except Exception as error:  # noqa: BLE001 - one bad record holds up no other
            report(error)
            failed += 1
    return Reconciled(seen, repaired, failed)


def _when_due(
    outside: Outside,
    row: Row[Watermark],
    every: timedelta,
    run: Callable[[datetime], Reconciled],
    report: Report,
) -> Reconciled:
    """One part of the work, if it is time. The watermark moves only when all of it succeeded."""
    now = outside.clock()
    mark = outside.tables.read(row)
    if mark and mark.record.succeeded_at and now < mark.record.succeeded_at + every:
        return Reconciled()
    done_until = mark.record.done_until if mark else None
    try:
        done = run((done_until or now - _FIRST_LOOK_BACK) - _OVERLAP)
    except Exception as error:  # noqa: BLE001 - the other marketplace must not wait for this one
        report(error)
        return Reconciled(failed=1)
    if not done.failed:
        outside.tables.write(Put(row, Watermark(done_until=now, succeeded_at=now)))
    return done
