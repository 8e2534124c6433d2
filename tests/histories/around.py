"""Storage with something around each call; a query is one call, made when its first row is asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from shared.domain.records import Due, Record
from shared.ports import Row, Stored, Tables, Write
from shared.services import Services

R = TypeVar("R", bound=Record)
T = TypeVar("T")


@dataclass
class AroundTables:
    """`shared.ports.Tables` that passes each call through ``call``."""

    tables: Tables

    def call(self, act: Callable[[], T]) -> T:
        return act()

    def read(self, row: Row[R]) -> Stored[R] | None:
        return self.call(lambda: self.tables.read(row))

    def read_together(self, rows: Sequence[Row[Any]]) -> list[Stored[Any] | None]:
        return self.call(lambda: self.tables.read_together(rows))

    def find(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        yield from self.call(lambda: [*self.tables.find(beginning)])

    def find_together(self, beginnings: Sequence[Row[R]]) -> list[Stored[R]]:
        return self.call(lambda: self.tables.find_together(beginnings))

    def scan(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        yield from self.call(lambda: [*self.tables.scan(beginning)])

    def find_due(self, until: datetime) -> Iterator[Stored[Due]]:
        yield from self.call(lambda: [*self.tables.find_due(until)])

    def write(self, *writes: Write) -> list[Stored[Any]]:
        return self.call(lambda: self.tables.write(*writes))

    def forget_ledger_before(self, day: str) -> int:
        return self.call(lambda: self.tables.forget_ledger_before(day))


def over(services: Services, tables: Tables) -> Services:
    """The same services over other tables."""
    return replace(services, tables=tables)
