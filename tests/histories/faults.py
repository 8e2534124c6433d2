"""Storage that fails once: at one call, before it happens or after it has happened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.ports import StorageUnavailable
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
        done = act()
        if fails:
            raise StorageUnavailable
        return done
