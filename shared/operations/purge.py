"""Delete what is due: bounded, resumable, and as costly as what is due, not as what is stored."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.instants import day_of
from shared.domain.records import Due
from shared.operations.erase_account import look_at_account
from shared.operations.look_at_hints import look_at_hints
from shared.operations.look_at_reference import look_at_reference
from shared.operations.look_at_request import look_at_request
from shared.operations.look_at_subscription import look_at_subscription
from shared.ports import Conflict, Delete, Outside, Stored

_MOST_LOOKS = 1000
# So many failures have one cause, which the next run may not meet; each is reported, and reporting takes time.
_MOST_FAILURES = 50


@dataclass(frozen=True, slots=True)
class Purged:
    """Counts, never names. ``failed`` looks stay due and are tried again by the next run."""

    looked: int = 0
    deleted: int = 0
    failed: int = 0


def purge(outside: Outside, report: Callable[[BaseException], None]) -> Purged:
    """Look at everything that is due. One record that cannot be handled is reported and holds up no other."""
    looked = deleted = failed = 0
    for due in outside.tables.find_due(outside.clock()):
        try:
            deleted += _look(outside, due)
        except Exception as error:  # noqa: BLE001 - one bad record must not keep others beyond their day
            report(error)
            failed += 1
        else:
            looked += 1
        if looked >= _MOST_LOOKS or failed >= _MOST_FAILURES:
            break
    deleted += outside.tables.forget_ledger_before(f"{day_of(outside.clock()):%Y-%m-%d}")
    return Purged(looked, deleted, failed)


def _look(outside: Outside, due: Stored[Due]) -> int:
    """The record is looked at first; only then does what led to it go."""
    deleted = _look_at_record(outside, due.record)
    try:
        outside.tables.write(Delete(due))
    except Conflict:
        # Noted anew while we looked: it stays for the next run.
        return deleted
    return deleted


def _look_at_record(outside: Outside, due: Due) -> int:
    match due.kind:
        case "subscription":
            return look_at_subscription(outside, due.target)
        case "seat_hints":
            return look_at_hints(outside, due)
        case "account":
            return look_at_account(outside, due.target)
        case "reference":
            return look_at_reference(outside, due.target)
        case "request":
            return look_at_request(outside, due.target)
