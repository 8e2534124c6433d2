"""Purchases that wait for their buyer: those that are void soon are red, and the oldest that nobody claimed is told."""

from collections.abc import Iterator

import pytest

from dev.entra import Entra
from dev.wire import Clock
from shared.operations.find_stuck import find_stuck
from shared.operations.finding import Finding
from shared.operations.reconcile import reconcile
from support import __main__ as support
from tests.microsoft import Store, name, selling
from tests.paddle import Subscription, deliver
from tests.world import NOON, World, WorldMaker

Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


def found(world: World, code: str) -> list[Finding]:
    return [finding for finding in find_stuck(world.services) if finding.code == code]


def void_soon(store: Store) -> list[str]:
    return [finding.about for finding in found(store.world, "ACTIVATION_MISSING")]


def test_a_purchase_that_nobody_activates_is_red_in_the_week_before_it_is_void(store: Store) -> None:
    id_ = store.buy()
    reconcile(store.services, lambda _: None)
    store.advance(days=21, hours=23)
    assert void_soon(store) == []

    store.advance(hours=1)
    [red] = found(store.world, "ACTIVATION_MISSING")
    assert (red.about, red.since, red.is_red) == (name(id_), NOON, True)

    store.advance(days=7, hours=23)
    assert void_soon(store) == [name(id_)]
    store.advance(hours=1)
    assert void_soon(store) == []


def test_a_purchase_that_was_activated_is_void_never(store: Store) -> None:
    id_ = store.buy()
    reconcile(store.services, lambda _: None)
    store.own(id_)
    store.advance(days=25)

    assert void_soon(store) == []


def test_the_oldest_purchase_that_nobody_claimed_is_told_and_is_not_red(world: World) -> None:
    oldest = Subscription()
    deliver(world, *oldest.bought())
    world.clock.advance(days=3)
    deliver(world, *Subscription(now=world.clock.now).bought())
    deliver(world, *Subscription(world.checkout(), now=world.clock.now).bought())

    [told] = found(world, "UNCLAIMED")

    assert (told.about, told.since, told.is_red) == (f"{oldest.partition}, the oldest of 2", NOON, False)


def test_a_purchase_that_was_claimed_or_has_ended_is_not_told(world: World) -> None:
    claimed, ended = Subscription(world.checkout()), Subscription()
    deliver(world, *claimed.bought(), *ended.bought())
    assert len(found(world, "UNCLAIMED")) == 1

    deliver(world, *ended.canceled())

    assert found(world, "UNCLAIMED") == []


def test_status_shows_it_without_ending_red(world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    sold = Subscription()
    deliver(world, *sold.bought())
    reconcile(world.services, lambda _: None)
    monkeypatch.setattr(support, "connect", lambda _, **__: world.services)

    assert support.main(["status"]) == 0

    assert f"UNCLAIMED\t{sold.partition}, the oldest of 1\tsince {NOON}" in capsys.readouterr().out.splitlines()
