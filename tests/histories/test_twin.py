"""The twin in memory answers as Azurite does: the same writes in the same order, the same conflicts, the same rows."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.records import Due, Ownership, TransactionHint
from shared.ports import Change, Conflict, Delete, Insert, Put, Row, Stored, Tables, Write
from shared.storage import keys
from tests.histories.memory import MemoryWorld
from tests.world import NOON, World

ROWS: list[Row[Any]] = [keys.ownership("a", f"s{number}") for number in range(3)]
MADE = [*ROWS, keys.ownership("b", "s1"), keys.transaction_hint("t")]


@dataclass
class Hands:
    """One storage, and what was read from it so far: writes can be stale."""

    tables: Tables
    held: dict[int, Stored[Any] | None] = field(default_factory=dict)

    def read(self, number: int) -> object:
        self.held[number] = self.tables.read(MADE[number])
        return _seen(self.held[number])

    def write(self, *planned: tuple[str, int, str]) -> object:
        writes = [write for write in (self._write(*plan) for plan in planned) if write is not None]
        if not writes:
            return None
        try:
            return [_seen(stored) for stored in self.tables.write(*writes)]
        except Conflict as conflict:
            return f"conflict {conflict.inserted}"

    def find(self, beginning: Row[Any]) -> object:
        return [_seen(stored) for stored in self.tables.find(beginning)]

    def _write(self, verb: str, number: int, text: str) -> Write | None:
        record = (TransactionHint if number == len(MADE) - 1 else Ownership)(subscription=text)
        held = self.held.get(number)
        if verb in {"insert", "put"}:
            return (Insert if verb == "insert" else Put)(MADE[number], record)
        if held is None:
            return None
        if verb == "delete":
            return Delete(held)
        return Change(held, held.record.model_copy(update={"subscription": text}))


def _seen(stored: Stored[Any] | None) -> tuple[str, str, str] | None:
    return (stored.row.partition, stored.row.key, stored.record.subscription) if stored else None


verbs = st.sampled_from(["insert", "put", "change", "delete"])
texts = st.sampled_from(["x", "y"])
reads = st.tuples(st.just("read"), st.integers(0, len(MADE) - 1))
writes = st.tuples(st.just("write"), st.tuples(verbs, st.integers(0, len(MADE) - 1), texts))
batches = st.tuples(
    st.just("batch"),
    st.lists(st.tuples(verbs, st.integers(0, len(ROWS) - 1), texts), min_size=2, max_size=3, unique_by=lambda w: w[1]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.one_of(reads, writes, batches), max_size=20))
def test_both_answer_the_same(world: World, steps: list[tuple[str, Any]]) -> None:
    real, twin = Hands(world.services.tables), Hands(MemoryWorld().services.tables)
    for row in MADE:
        stored = real.tables.read(row)
        if stored:
            real.tables.write(Delete(stored))
    for kind, plan in steps:
        answers = []
        for hands in (real, twin):
            if kind == "read":
                answers.append(hands.read(plan))
            else:
                answers.append(hands.write(*([plan] if kind == "write" else plan)))
        assert answers[0] == answers[1], (kind, plan)
    for beginning in (keys.ownerships("a"), keys.ownership("a", "s1"), keys.ownerships("b"), keys.ownerships("c")):
        assert real.find(beginning) == twin.find(beginning)


@pytest.mark.parametrize("seconds", [-1, 0, 86_400])
def test_both_find_the_same_due(world: World, seconds: int) -> None:
    found = []
    for tables in (world.services.tables, MemoryWorld().services.tables):
        for day in range(-2, 3):
            for name in ("account.a", "account.b"):
                at = NOON + timedelta(days=day)
                tables.write(Put(keys.due(at, name), Due(kind="account", at=at, target=name)))
        until = NOON + timedelta(seconds=seconds)
        found.append([(due.row.partition, due.row.key) for due in tables.find_due(until)])
    assert found[0] == found[1] != []
