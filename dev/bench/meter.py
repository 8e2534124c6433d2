"""Counts what is asked of storage, and how much of it had to wait for what came before."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from azure.core.pipeline import PipelineRequest

# Long beside the start of a thread on a busy machine: what can go side by side then does.
HOLD_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Tally:
    """HTTP requests to storage, retries included; a batch is one.

    ``in_a_row`` is how many had to wait for one another; 0 where that was not measured.
    """

    requests: int
    writes: int
    in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    """One request, and a time in which it was certainly under way: we kept it waiting ourselves."""

    is_write: bool
    began: float
    ended: float


class Meter:
    """Sees each HTTP request that goes to storage."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[_Held] = []
        self._hold = 0.0

    def see(self, request: object) -> None:
        """The hook for `AzureTables`."""
        method = cast("PipelineRequest[Any]", request).http_request.method
        began = time.perf_counter()
        time.sleep(self._hold)
        with self._lock:
            self._held.append(_Held(method != "GET", began, time.perf_counter()))

    def measure(self, act: Callable[[], object], *, in_a_row: bool = False) -> Tally:
        """What one act asks of storage. Nothing else may ask at the same time."""
        self._held, self._hold = [], HOLD_SECONDS if in_a_row else 0.0
        try:
            act()
        finally:
            self._hold = 0.0
        writes = sum(held.is_write for held in self._held)
        return Tally(len(self._held), writes, _in_a_row(self._held) if in_a_row else 0)


def _in_a_row(held: list[_Held]) -> int:
    """The most requests of which no two were under way at the same time.

    Two that were cannot have waited for each other's answer, so no chain of answers is longer.
    """
    count, last = 0, 0.0
    for one in sorted(held, key=lambda one: one.ended):
        if one.began >= last:
            count, last = count + 1, one.ended
    return count
