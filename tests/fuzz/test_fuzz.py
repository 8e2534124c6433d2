"""A sample of `make fuzz` each time, and that it would notice: errors that are planted are found."""

from collections.abc import Callable
from random import Random
from types import ModuleType
from typing import Any

import pytest

from shared.domain.purchases import Snapshot
from shared.domain.records import Record, Subscription
from shared.marketplaces.microsoft import reading
from shared.marketplaces.paddle import events
from shared.operations import look_at_subscription, take_events
from shared.storage import entities, writes
from tests.fuzz.run import fuzz
from tests.fuzz.targets import MicrosoftTarget, PaddleTarget, Target
from tests.world import World

SEED = 20260302
MakeTarget = Callable[[World], Target]
every_target = pytest.mark.parametrize("make", [PaddleTarget, MicrosoftTarget], ids=["paddle", "microsoft"])


@every_target
def test_no_message_breaks_the_route_stores_more_than_is_declared_or_grants_what_nobody_paid_for(
    world: World, make: MakeTarget, *, is_long: bool
) -> None:
    times = 2000 if is_long else 200

    done = fuzz(world, make(world), times, SEED)

    assert done.findings == []
    assert done.sent == times
    # It would say nothing if nothing came through, or everything did.
    assert done.answered[200] > times / 10
    assert done.answered[400] > times / 50
    assert done.rows > times / 10


@every_target
def test_the_same_seed_sends_the_same(world: World, make: MakeTarget) -> None:
    first, second = [[make(world).send(draw).status for _ in range(5)] for draw in (seeded(), seeded())]

    assert first == second


@every_target
def test_a_planted_error_is_found(world: World, make: MakeTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    target = make(world)
    monkeypatch.setattr(take_events, "_is_ours", lambda _: 1 / 0)

    assert any(finding.startswith("answered 500") for finding in fuzz(world, target, 20, SEED).findings)


@every_target
def test_a_planted_error_in_what_is_done_later_is_found(
    world: World, make: MakeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make(world)
    monkeypatch.setattr(look_at_subscription, "next_look", lambda _: 1 / 0)

    assert any(finding.startswith("not looked at") for finding in fuzz(world, target, 40, SEED).findings)


@every_target
def test_a_planted_field_is_found(world: World, make: MakeTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    target, true = make(world), entities.to_entity

    def with_more(row: Any, record: Record) -> entities.Entity:  # noqa: ANN401 - any row
        return {**true(row, record), **({"customer": "ctm_1"} if isinstance(record, Subscription) else {})}

    monkeypatch.setattr(writes, "to_entity", with_more)

    assert "undeclared subscriptions.customer" in fuzz(world, target, 20, SEED).findings


GIFTS: list[tuple[MakeTarget, ModuleType]] = [(PaddleTarget, events), (MicrosoftTarget, reading)]


@pytest.mark.parametrize(("make", "adapter"), GIFTS, ids=["paddle", "microsoft"])
def test_a_planted_gift_is_found(
    world: World,
    make: MakeTarget,
    adapter: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = make(world)
    gift = {"status": "active", "plan": "team", "ended_at": None}
    monkeypatch.setattr(adapter, "Snapshot", lambda **told: Snapshot(**{**told, **gift, "quantity": 9}))

    assert any("paid for" in finding for finding in fuzz(world, target, 60, SEED).findings)


def test_a_planted_leak_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    target, true = PaddleTarget(world), events.read_event

    def loud(body: bytes, catalogue: events.Catalogue) -> Any:  # noqa: ANN401 - as the true one
        events._log.warning("read %s", body)  # noqa: SLF001 - where such a line would stand
        return true(body, catalogue)

    monkeypatch.setattr("shared.marketplaces.paddle.read_event", loud)

    assert any("left in logs" in finding for finding in fuzz(world, target, 20, SEED).findings)


def seeded() -> Random:
    return Random(SEED)  # noqa: S311 - the same each time
