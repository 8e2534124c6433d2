"""Trying again where somebody else wrote first, until a deadline."""

import secrets
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from shared.domain.errors import Unavailable
from shared.ports import Conflict

T = TypeVar("T")

_DEADLINE_SECONDS = 4.0
_LONGEST_PAUSE_SECONDS = 0.2


def persist(attempt: Callable[[], T]) -> T:
    """The answer of the first attempt without a conflict. Raises Unavailable once the deadline has passed."""
    for pause in _pauses():
        try:
            return attempt()
        except Conflict:
            time.sleep(pause)
    raise Unavailable


def _pauses() -> Iterator[float]:
    """Growing pauses with jitter that add up to the deadline, so that no clock is needed to keep it."""
    longest, left = 0.01, _DEADLINE_SECONDS
    while left > 0:
        pause = longest * (1 + secrets.randbelow(1000) / 1000) / 2
        yield pause
        left -= pause
        longest = min(longest * 1.5, _LONGEST_PAUSE_SECONDS)
