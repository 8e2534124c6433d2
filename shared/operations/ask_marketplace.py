"""Whom a run of the purge still asks: a marketplace that does not answer is left alone, and holds up nobody."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from shared.deadline import answering_within, seconds_left
from shared.domain.errors import EventMalformed, Unavailable
from shared.operations.count_unhandled import count_unhandled, forget_event
from shared.ports import Outside, StorageUnavailable

T = TypeVar("T")

_LONGEST_QUESTION_SECONDS = 20.0
# Of a run's time, what is left to those who ask nobody.
_SECONDS_TO_DELETE_IN = 120.0
# In a row: one subscription that its marketplace fails at says nothing of the others.
_MOST_FAILURES = 3


class Waits(Unavailable):
    """All is done but what only a marketplace can do, and that is noted for later.

    The cause is why it did not answer; there is none where it was not even asked. ``deleted`` is what went before.
    """

    deleted = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """The marketplaces' silence during one run."""

    failures: Counter[str] = field(default_factory=Counter)

    def ask(self, outside: Outside, subscription: str, question: Callable[[], T]) -> T:
        """The answer to a question about a subscription. Raises Waits; Conflict and StorageUnavailable by storage."""
        marketplace = subscription.partition(".")[0]
        if self.failures[marketplace] >= _MOST_FAILURES or seconds_left() < _SECONDS_TO_DELETE_IN:
            raise Waits
        try:
            with answering_within(_LONGEST_QUESTION_SECONDS):
                answer = question()
        except StorageUnavailable:
            raise
        except EventMalformed as malformed:
            raise Waits from malformed
        except Unavailable as silence:
            self.failures[marketplace] += 1
            count_unhandled(outside, marketplace, subscription, subscription, silence.code)
            raise Waits from silence
        self.failures[marketplace] = 0
        forget_event(outside, marketplace, subscription)
        return answer
