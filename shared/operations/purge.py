"""Delete what is due: bounded, resumable, and as costly as what is due, not as what is stored."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.deadline import answering_within, seconds_left
from shared.domain.instants import day_of
from shared.domain.records import Due
from shared.operations.ask_marketplace import Asking, Waits
from shared.operations.erase_account import look_at_account
from shared.operations.look_at_hints import look_at_hints
from shared.operations.look_at_reference import look_at_reference
from shared.operations.look_at_request import look_at_request
from shared.operations.look_at_subscription import look_at_subscription
from shared.ports import Conflict, Delete, Outside, Stored

_MOST_LOOKS = 1000
# A function has five minutes, and what it was at when they end is done again.
_MOST_SECONDS = 240
# So many failures have one cause, which the next run may not meet; each is reported, and reporting takes time.
_MOST_FAILURES = 50


@dataclass(frozen=True, slots=True)
class Purged:
    """Counts, never names. ``failed`` looks stay due and are tried again by the next run.

    ``waiting`` looks are done but for what their marketplace was to say, which is asked for again in an hour.
    """

    looked: int = 0
    deleted: int = 0
    failed: int = 0
    waiting: int = 0


def purge(outside: Outside, report: Callable[[BaseException], None]) -> Purged:
    """Look at everything that is due. One record that cannot be handled is reported and holds up no other."""
    with answering_within(_MOST_SECONDS):
        done = _purge(outside, report)
    forgotten = outside.tables.forget_ledger_before(f"{day_of(outside.clock()):%Y-%m-%d}")
    return replace(done, deleted=done.deleted + forgotten)


def _purge(outside: Outside, report: Callable[[BaseException], None]) -> Purged:
    looked = deleted = failed = waiting = 0
    asking = Asking()
    for due in outside.tables.find_due(outside.clock()):
        try:
            deleted += _look(outside, due, asking)
            looked += 1
        except Waits as waits:
            if waits.__cause__:
                report(waits.__cause__)
            deleted += waits.deleted
            waiting += 1
        except Exception as error:  # noqa: BLE001 - one bad record must not keep others beyond their day
            report(error)
            failed += 1
        if looked >= _MOST_LOOKS or failed >= _MOST_FAILURES or seconds_left() <= 0:
            break
    return Purged(looked, deleted, failed, waiting)


def _look(outside: Outside, due: Stored[Due], asking: Asking) -> int:
    """The record is looked at first; only then does what led to it go."""
    try:
        deleted = _look_at_record(outside, due.record, asking)
    except Waits:
        _forget(outside, due)
        raise
    _forget(outside, due)
    return deleted


def _forget(outside: Outside, due: Stored[Due]) -> None:
    # Noted anew while we looked: it stays for the next run.
    with suppress(Conflict):
        outside.tables.write(Delete(due))


def _look_at_record(outside: Outside, due: Due, asking: Asking) -> int:
    match due.kind:
        case "subscription":
            return look_at_subscription(outside, due.target, asking)
        case "seat_hints":
            return look_at_hints(outside, due)
        case "account":
            return look_at_account(outside, due.target)
        case "reference":
            return look_at_reference(outside, due.target)
        case "request":
            return look_at_request(outside, due.target)
