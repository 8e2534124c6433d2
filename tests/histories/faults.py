"""Storage that fails once: at one call, before it happens or after it has happened."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from shared.ports import Conflict, StorageUnavailable
from tests.histories.around import AroundTables

T = TypeVar("T")


@dataclass
class FaultyTables(AroundTables):
    """Counts its calls and fails the one numbered ``fails_at``; 0 never fails."""

    fails_at: int = 0
    after: bool = False
    calls: int = 0

    def call(self, act: Callable[[], T]) -> T:
        self.calls += 1
        fails = self.calls == self.fails_at
        if fails and not self.after:
            raise StorageUnavailable
        if not fails:
            return act()
        # Whatever storage did or answered, we do not hear of it.
        with suppress(Conflict):
            act()
        raise StorageUnavailable
