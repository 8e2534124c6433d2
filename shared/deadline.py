"""How long whoever asked us still waits: set where a request comes in, kept by all that wait for somebody else."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic  # noqa: TID251 - a span, not a time of day

from shared.domain.errors import Unavailable

_LONGEST_LOCK_SECONDS = 60.0

_until: ContextVar[float] = ContextVar("until", default=math.inf)


@contextmanager
def answering_within(seconds: float) -> Iterator[None]:
    """What is done meanwhile has so long, and no longer than somebody gave it before."""
    before = _until.set(min(_until.get(), monotonic() + seconds))
    try:
        yield
    finally:
        _until.reset(before)


def seconds_left() -> float:
    """What is left of it: without end where nobody waits, below nothing where it is over."""
    return _until.get() - monotonic()


@contextmanager
def holding(lock: threading.Lock) -> Iterator[None]:
    """The lock, if whoever has it gives it back in time. Raises Unavailable."""
    if not lock.acquire(timeout=min(max(seconds_left(), 0.0), _LONGEST_LOCK_SECONDS)):
        raise Unavailable
    try:
        yield
    finally:
        lock.release()
