"""The budgets of storage operations hold, and one operation more than they allow is noticed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from dev.azurite import Azurite
from dev.bench.__main__ import main
from dev.bench.budgets import BUDGETS, UNKNOWN, over_budget
from dev.bench.figures import Figure, figure, table
from dev.bench.journeys import count
from dev.bench.lookups import show_lookups
from dev.bench.meter import Tally
from dev.bench.purging import Filling, purge_cost
from dev.bench.stage import BEGINNING, Stage
from shared.domain.records import Due
from shared.ports import Put, Row, Stored, Tables
from shared.storage import keys
from tests.world import World

Act = Callable[[Tables], object]


@pytest.fixture
def stage(azurite: Azurite, world: World) -> Stage:
    assert not world.rows()["due"]
    return Stage(azurite)


class Wasteful:
    """Storage that does something needless before each call of one method."""

    def __init__(self, tables: Tables, method: str, plant: Act) -> None:
        self.tables = tables
        self.method = method
        self.plant = plant

    def __getattr__(self, name: str) -> object:
        if name == self.method:
            self.plant(self.tables)
        return getattr(self.tables, name)


class OneByOne(Wasteful):
    """Storage that reads one row after the other."""

    def read_together(self, rows: list[Row[Any]]) -> list[Stored[Any] | None]:
        return [self.tables.read(row) for row in rows]


def plant(stage: Stage, wasteful: Wasteful) -> None:
    stage.services = replace(stage.services, tables=cast("Tables", wasteful))


def read(tables: Tables) -> None:
    tables.read(keys.subscription("none.planted"))


def write(tables: Tables) -> None:
    row = keys.due(BEGINNING.replace(year=2100), "planted")
    tables.write(Put(row, Due(kind="reference", at=None, target="planted")))


def read_all_notes(tables: Tables) -> None:
    list(tables.scan(replace(keys.due(BEGINNING, ""), partition="2", key="")))


def test_every_journey_keeps_its_budget(stage: Stage) -> None:
    tallies = count(stage)

    assert tallies.keys() == BUDGETS.keys()
    assert over_budget(tallies) == []


@pytest.mark.parametrize(
    ("method", "planted", "noticed"),
    [
        ("read_together", read, "known address again: requests 4, at most 3."),
        ("find_together", write, "unknown address: writes 1, at most 0."),
        ("find_due", read, "purge: nothing due: requests 3, at most 2."),
        ("write", read, "webhook: first event with a reference: requests 17, at most 10."),
    ],
)
def test_one_operation_too_many_is_noticed(stage: Stage, method: str, planted: Act, noticed: str) -> None:
    plant(stage, Wasteful(stage.services.tables, method, planted))

    assert noticed in over_budget(count(stage))


def test_reads_one_after_the_other_are_noticed(stage: Stage) -> None:
    plant(stage, OneByOne(stage.services.tables, "", read))

    assert "known address again: in a row 3, at most 2." in over_budget(count(stage))


def test_an_unknown_address_must_cost_what_a_known_one_does() -> None:
    tallies = {name: Tally(0, 0) for name in BUDGETS}
    assert over_budget(tallies) == []

    tallies[UNKNOWN] = Tally(1, 0)

    assert [sentence.partition(":")[0] for sentence in over_budget(tallies)] == [
        "An unknown address is told from a known one"
    ]


def test_over_budget_is_said_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("dev.bench.__main__._bench", lambda *_: ["unknown address: requests 4, at most 3."])

    assert main(["--quick"]) == 1
    assert capsys.readouterr().err == "unknown address: requests 4, at most 3.\n"


def test_within_budget_is_a_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dev.bench.__main__._bench", lambda *_: [])

    assert main([]) == 0


def test_everything_that_is_timed_runs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dev.bench.lookups._TURN", 8)

    lines = show_lookups(stage, rounds=2).splitlines()

    ways = [tuple(cell.strip() for cell in line.split("|")[1:3]) for line in lines[2:]]
    assert len(ways) == len(set(ways)) == 10
    assert {task for task, _ in ways} == {task for task, by in ways if by == "azure-data-tables"}


def test_a_figure_is_a_median_with_the_spread_of_the_middle_half() -> None:
    assert figure([1.0, 2.0, 3.0, 4.0, 100.0]) == Figure(3.0, 2 / 3)
    assert figure([1.0, 2.0, 3.0, 4.0, 100.0]).noise_text == "±33%"


def test_a_table_is_markdown_with_numbers_to_the_right() -> None:
    assert table(("what", "ms"), [("a", 1), ("bc", 20000)]).splitlines() == [
        "| what |    ms |",
        "| ---- | ----: |",
        "| a    |     1 |",
        "| bc   | 20000 |",
    ]


def test_a_purge_costs_what_is_due_whatever_is_stored(stage: Stage) -> None:
    filling = Filling(stage)
    among_few = purge_cost(stage, 10)
    filling.up_to(2500)

    assert purge_cost(stage, 10) == among_few


def test_a_purge_that_reads_more_the_more_is_stored_is_noticed(stage: Stage) -> None:
    plant(stage, Wasteful(stage.services.tables, "find_due", read_all_notes))
    filling = Filling(stage)
    among_few = purge_cost(stage, 10)
    # A third are notes, and a page of an answer holds a thousand.
    filling.up_to(3000)

    assert purge_cost(stage, 10).requests > among_few.requests
