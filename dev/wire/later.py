"""What is to happen at some moment of the stand-in's clock."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from dev.wire.clock import Clock

_MOST_AT_ONCE = 10_000


class Later:
    """Things happen in the order in which they are due, once somebody asks; one may put off another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._planned: list[tuple[datetime, Callable[[], None]]] = []
        self._lock = threading.Lock()

    def plan(self, after: timedelta, happening: Callable[[], None]) -> None:
        with self._lock:
            self._planned.append((self._clock() + after, happening))
            self._planned.sort(key=lambda planned: planned[0])

    def happen(self) -> None:
        """Everything that is due by now."""
        for _ in range(_MOST_AT_ONCE):
            happening = self._due()
            if happening is None:
                return
            happening()

    def _due(self) -> Callable[[], None] | None:
        with self._lock:
            if self._planned and self._planned[0][0] <= self._clock():
                return self._planned.pop(0)[1]
            return None
