"""Repair what webhooks missed: sent events hourly, every marketplace's list daily, into the same handler."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from shared.domain.errors import EventMalformed
from shared.domain.purchases import Event, Snapshot, Unread
from shared.domain.records import Subscription, Watermark
from shared.operations.count_unhandled import WITHOUT_ID, count_unhandled, forget_listed
from shared.operations.find_stuck import forget_handled
from shared.operations.place_adjustment import place_adjustment
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
# A list may leave these out.
_COMPARED_IF_TOLD = ("period_start", "trial_end")

Report = Callable[[BaseException], None]
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Counts, never names. What ``failed`` for good, since it cannot be read, is ``named`` among the unhandled."""

    seen: int = 0
    repaired: int = 0
    failed: int = 0
    named: int = 0

    def __add__(self, other: "Reconciled") -> "Reconciled":
        return Reconciled(
            self.seen + other.seen,
            self.repaired + other.repaired,
            self.failed + other.failed,
            self.named + other.named,
        )


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
    return _compare(
        outside,
        marketplace,
        lambda event: _read_again(outside, event.subscription),
        lambda header: header.status != "ended",
        report,
    )


def _read_again(outside: Outside, subscription: str) -> bool:
    """Whether reading it back told something that we did not know."""
    before = outside.tables.read(keys.subscription(subscription))
    after = read_back(outside, subscription)
    return after is not None and (before is None or _differ(before.record, after.record))


def _replay(outside: Outside, marketplace: Marketplace, report: Report, since: datetime) -> Reconciled:
    handled = set[str]()

    def take(event: Event) -> bool:
        is_new = take_sent(outside, marketplace, event)
        handled.add(event.id)
        return is_new

    done = _each(marketplace.events_since(since), take, report)
    forget_listed(outside, marketplace.name, handled)
    return done


def take_sent(outside: Outside, marketplace: Marketplace, event: Event) -> bool:
    """Whether an event that was listed told something new. Raises EventMalformed for one that cannot be read.

    Of an unknown subscription only what it is now counts, if it lives.
    """
    placed = _placed(outside, marketplace, event)
    if placed is None:
        return False
    if outside.tables.read(keys.subscription(placed.subscription)) is not None:
        return record_event(outside, placed) is Recorded.STORED
    return (placed.ours or bool(placed.reference)) and read_back(outside, placed.subscription) is not None


def _placed(outside: Outside, marketplace: Marketplace, event: Event) -> Event | None:
    """The event with its subscription. What cannot be read is counted by its name, and holds nothing up."""
    if isinstance(event.told, Unread):
        named = event.id or WITHOUT_ID
        count_unhandled(outside, marketplace.name, named, event.subscription, EventMalformed.code)
        raise EventMalformed(named)
    return place_adjustment(outside, event)


def _compare_list(outside: Outside, marketplace: Marketplace, report: Report, _: datetime) -> Reconciled:
    repair = partial(_repair, outside)
    return _compare(outside, marketplace, repair, lambda header: header.status == "subscribed", report)


def _compare(
    outside: Outside,
    marketplace: Marketplace,
    handle: Callable[[Event], bool],
    is_missed: Callable[[Subscription], bool],
    report: Report,
) -> Reconciled:
    """Handle what the marketplace lists, and read back what lives here, is not listed and would be missed."""
    listed = set[str]()

    def note(event: Event) -> bool:
        placed = _placed(outside, marketplace, event)
        is_new = placed is not None and handle(placed)
        listed.add(event.subscription)
        return is_new

    done = _each(marketplace.subscriptions(), note, report)
    forget_listed(outside, marketplace.name, {name.partition(".")[2] for name in listed})
    unlisted = (
        stored.row.partition
        for stored in outside.tables.scan(keys.headers(marketplace.name))
        if stored.row.partition not in listed and is_missed(stored.record)
    )
    return done + _each(unlisted, lambda name: _read_again(outside, name), report)


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
    dates = tuple(name for name in _COMPARED_IF_TOLD if getattr(told, name) is not None)
    return any(getattr(header, name) != getattr(told, name) for name in (*_COMPARED, *dates))


def _each(listed: Iterator[Told], handle: Callable[[Told], bool], report: Report) -> Reconciled:
    seen = repaired = failed = named = 0
    for told in listed:
        seen += 1
        try:
            repaired += handle(told)
        except EventMalformed as malformed:
            report(malformed)
            failed, named = failed + 1, named + 1
        except Exception as error:  # noqa: BLE001 - one bad record holds up no other
            report(error)
            failed += 1
    return Reconciled(seen, repaired, failed, named)


def _when_due(
    outside: Outside,
    row: Row[Watermark],
    every: timedelta,
    run: Callable[[datetime], Reconciled],
    report: Report,
) -> Reconciled:
    """One part of the work, if it is time. The watermark moves once all of it succeeded, or is named."""
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
    if done.failed == done.named:
        outside.tables.write(Put(row, Watermark(done_until=now, succeeded_at=now)))
    return done
