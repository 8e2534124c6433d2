"""A twin of table storage in memory, for the thousands of runs that Azurite is too slow for; `test_twin.py` holds it
to what Azurite does.
"""

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from shared.domain.instants import day_of, write_instant
from shared.domain.records import Due, Record
from shared.domain.retention import LEDGER_KEPT
from shared.ports import Change, Clock, Conflict, Delete, Insert, Put, Row, Stored, Write
from shared.storage import keys
from shared.storage.entities import Entity, keys_of, to_record
from shared.storage.writes import entity_of, erasures, mark, one_partition, row_of, standing
from tests.world import NOON, World, environment

R = TypeVar("R", bound=Record)
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Kept:
    entity: Entity
    etag: str


@dataclass
class MemoryTables:
    """`shared.ports.Tables` in a dict. Batches are atomic; queries see one moment."""

    clock: Clock
    kept: dict[Place, Kept] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    etags: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def read(self, row: Row[R]) -> Stored[R] | None:
        keys_of(row)
        with self.lock:
            found = self.kept.get(_place(row))
        return Stored(row, to_record(row, found.entity), found.etag) if found else None

    def read_together(self, rows: Sequence[Row[Any]]) -> list[Stored[Any] | None]:
        return [self.read(row) for row in rows]

    def find(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        yield from self._query(beginning, lambda partition: partition == beginning.partition)

    def find_together(self, beginnings: Sequence[Row[R]]) -> list[Stored[R]]:
        return [stored for beginning in beginnings for stored in self.find(beginning)]

    def scan(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        yield from self._query(beginning, lambda partition: partition.startswith(beginning.partition))

    def find_due(self, until: datetime) -> Iterator[Stored[Due]]:
        end = keys.due_until(until)
        for stored in self._query(end, lambda partition: partition < end.partition):
            if stored.record.at and write_instant(stored.record.at) <= write_instant(until):
                yield stored

    def write(self, *writes: Write) -> list[Stored[Any]]:
        marked = mark(writes, secrets.token_hex(16))
        one_partition(marked)
        with self.lock:
            if any(self._refuses(write, alone=len(marked) == 1) for write in marked):
                first = next((write.row for write in marked if isinstance(write, Insert)), None)
                raise Conflict(inserted=first is not None and _place(first) in self.kept)
            for note in erasures(marked):
                self._apply(Put(keys.erased(day_of(self.clock() + LEDGER_KEPT), note.erased_record), note))
            etags = [self._apply(write) for write in marked]
        return [standing(write, etag) for write, etag in zip(marked, etags, strict=True) if etag]

    def forget_ledger_before(self, day: str) -> int:
        with self.lock:
            old = [place for place in self.kept if place[0] == "ledger" and place[1] < day]
            for place in old:
                del self.kept[place]
        return len(old)

    def _query(self, beginning: Row[R], wanted: Callable[[str], bool]) -> Iterator[Stored[R]]:
        with self.lock:
            found = [
                (partition, key, kept)
                for (table, partition, key), kept in self.kept.items()
                if table == beginning.table and wanted(partition) and key.startswith(beginning.key)
            ]
        for partition, key, kept in sorted(found, key=lambda it: it[:2]):
            row = replace(beginning, partition=partition, key=key)
            yield Stored(row, to_record(row, kept.entity), kept.etag)

    def _refuses(self, write: Write, *, alone: bool) -> bool:
        there = self.kept.get(_place(row_of(write)))
        match write:
            case Insert():
                return there is not None
            case Put():
                return False
            case Change(read):
                return there is None or there.etag != read.etag
            case Delete(read):
                return not alone if there is None else there.etag != read.etag

    def _apply(self, write: Write) -> str:
        """The new ETag; empty for what is deleted."""
        place = _place(row_of(write))
        if isinstance(write, Delete):
            self.kept.pop(place, None)
            return ""
        before = self.kept[place].entity if isinstance(write, Change) else {}
        self.kept[place] = Kept({**before, **entity_of(write)}, str(next(self.etags)))
        return self.kept[place].etag


class MemoryWorld(World):
    """The world over the twin, for tests that need thousands of them."""

    def __init__(self, **settings_changed: str) -> None:
        super().__init__(environment(None, **settings_changed))
        self.forget()

    def forget(self) -> None:
        """Empty tables, at the first moment again."""
        self.clock.now = NOON
        self.paddle.forget()
        self.memory = MemoryTables(self.clock)
        self.services = replace(self.services, tables=self.memory)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in sorted(keys.TABLES | keys.LEDGER_TABLES)}
        for (table, *_), kept in sorted(self.memory.kept.items()):
            found[table].append(dict(kept.entity))
        return found


def _place(row: Row[Any]) -> Place:
    return row.table, row.partition, row.key
