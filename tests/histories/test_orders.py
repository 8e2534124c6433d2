"""Real sequences over HTTP, signed, into storage: the same rows in whatever order and however often they are told.

All of them are told to the twin in memory, and each once more to real storage, which must hold what the twin does.
"""

import itertools
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import attrgetter
from random import Random
from typing import NamedTuple

import pytest

from dev.azurite import Azurite
from shared.operations import take_events
from tests.functions.serving import send, serving
from tests.histories.folding import last_told_wins
from tests.histories.memory import MemoryWorld
from tests.histories.sequences import (
    SEQUENCES,
    YEARLY,
    Sequence,
    a_trial_that_nobody_paid_after,
    a_whole_life,
    more_seats_and_fewer,
)
from tests.histories.stored import broken, normal
from tests.histories.tellings import Tellings
from tests.paddle import Subscription, deliver
from tests.world import LARGE_PRICE, NOON, PRICE, World, empty_tables, environment

# Of each sequence, for each kind of owner.
SAMPLED = 2
PRICES = json.dumps({PRICE: "team", LARGE_PRICE: "business", YEARLY: "team"})
every_sequence = pytest.mark.parametrize("sequence", SEQUENCES, ids=attrgetter("__name__"))


class Door(NamedTuple):
    world: World
    base: str


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[MemoryWorld, str]]:
    world = MemoryWorld(PADDLE_PRICES=PRICES)
    with serving(lambda: world.services) as base:
        yield world, base


@pytest.fixture
def twin(served: tuple[MemoryWorld, str]) -> Door:
    world, base = served
    world.forget()
    return Door(world, base)


@pytest.fixture(scope="module")
def real(azurite: Azurite) -> Iterator[Door]:
    world = World(environment(azurite, PADDLE_PRICES=PRICES))
    empty_tables(world)
    with serving(lambda: world.services) as base:
        yield Door(world, base)


def tell(door: Door, tellings: Tellings, orders: Iterable[Iterable[int]]) -> list[list[str]]:
    """What is stored of each of these orders, each told of a purchase of its own."""
    names = []
    for order in orders:
        told = tellings.once_more()
        assert {send(door.base, told[place]).status for place in order} == {200}
        names.append(tellings.name)
    rows = door.world.rows()
    assert broken(door.world, rows) == []
    return [normal(rows, name) for name in names]


def orders_of(tellings: Tellings, times: int) -> Iterator[list[int]]:
    """The order in which it happened, and so many others with a repetition somewhere."""
    numbers = range(len(tellings.payloads))
    yield [*numbers]
    draw = Random(len(numbers))  # noqa: S311 - the same orders each time
    for _ in range(times):
        order = draw.sample(numbers, len(numbers))
        order.insert(draw.randrange(len(order) + 1), draw.choice(order))
        yield order


def is_for_one(sequence: Sequence) -> bool:
    """Whether who buys for themself is seated whatever comes first: nobody is in what had ended, or has several seats,
    before it was heard of.
    """
    bought = Subscription(quantity=1)
    statuses = [payload["data"]["status"] for payload in sequence(bought)]
    return bought.quantity == 1 and "canceled" not in statuses and bought.status != "paused"


def own_seats(rows: list[str]) -> int:
    return len([row for row in rows if row.startswith("people ") and '"seat.*"' in row])


@every_sequence
@pytest.mark.parametrize("kind", ["organisation", None], ids=["claimed", "unclaimed"])
def test_a_real_sequence_is_stored_the_same_in_sampled_orders(twin: Door, sequence: Sequence, kind: str | None) -> None:
    tellings = Tellings(twin.world, sequence, kind)

    first, *others = tell(twin, tellings, orders_of(tellings, SAMPLED))

    assert len(first) > len(tellings.payloads) - 2
    assert [other for other in others if other != first] == []


@pytest.mark.parametrize("sequence", [*filter(is_for_one, SEQUENCES)], ids=attrgetter("__name__"))
def test_a_purchase_for_oneself_is_stored_the_same_in_sampled_orders_and_is_seated(
    twin: Door, sequence: Sequence
) -> None:
    tellings = Tellings(twin.world, sequence, "person")

    first, *others = tell(twin, tellings, orders_of(tellings, SAMPLED))

    assert own_seats(first) == 1
    assert [other for other in others if other != first] == []


@every_sequence
def test_real_storage_holds_in_another_order_what_the_twin_does(real: Door, twin: Door, sequence: Sequence) -> None:
    kind = "person" if is_for_one(sequence) else "organisation"
    here, there = Tellings(real.world, sequence, kind), Tellings(twin.world, sequence, kind)
    told, sampled = orders_of(there, 1)

    assert tell(real, here, [sampled]) == tell(twin, there, [told])


def test_every_event_twice_ends_as_once(twin: Door) -> None:
    tellings = Tellings(twin.world, a_whole_life, "organisation")
    every = range(len(tellings.payloads))
    twice = [[*every, *every], [number for number in every for _ in range(2)], [*reversed(every), *every]]

    once, *others = tell(twin, tellings, [every, *twice])

    assert [other for other in others if other != once] == []


def test_a_purchase_for_oneself_that_is_over_ends_the_same_once_its_seats_are_gone() -> None:
    # Nobody is seated in what had ended before it was heard of, so until then an order shows; afterwards only in
    # whether a seat was still due, which says nothing any more.
    world = MemoryWorld()
    tellings, names = Tellings(world, a_trial_that_nobody_paid_after, "person"), []
    for order in itertools.permutations(range(4)):
        told = tellings.once_more()
        deliver(world, *(told[place] for place in order))
        names.append(tellings.name)
    world.clock.now = NOON + timedelta(days=50)
    while world.purge().looked:
        pass
    rows = world.rows()
    ends = {str(normal(rows, name)).replace('"own_seat_due": true', '"own_seat_due": false') for name in names}
    assert len(ends) == 1
    assert broken(world) == []


def test_a_planted_error_is_found(twin: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_events, "apply", last_told_wins)
    tellings = Tellings(twin.world, more_seats_and_fewer, "organisation")

    first, *others = tell(twin, tellings, orders_of(tellings, 4))

    assert [other for other in others if other != first] != []
