"""Since when nothing pays for a subscription: once for all that is owed, not anew with each period that goes unpaid."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.records import Status, Subscription

# Where payments are told, they are told of these.
OWED: frozenset[Status] = frozenset({"active", "past_due"})

# As many of the latest are more than any grace: a day's period is the shortest that is sold.
_MOST_STARTS = 100


def note_course(header: Subscription, started: datetime | None, paused: datetime | None) -> Subscription:
    """The header, knowing of a period that began to be owed, or of a pause. Order and repetition change nothing."""
    last_pause = _latest([header.last_pause, paused])
    told = {*header.period_starts, *([started] if started else [])}
    starts = sorted(start for start in told if last_pause is None or start > last_pause)
    return header.model_copy(update={"last_pause": last_pause, "period_starts": tuple(starts[-_MOST_STARTS:])})


def unpaid_since(header: Subscription, paid_through: datetime | None) -> datetime | None:
    """Since what was paid for was over, or since it began to be owed or was resumed, if that is later."""
    began = header.period_starts[0] if header.period_starts else header.period_start
    return _latest([began, paid_through])


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
