"""The same events in any order, however often: the same stored state, through the adapter and real storage.

Each order is told of a subscription, a buyer and numbers of its own; `normal` says what is masked before they are
compared.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from operator import attrgetter
from random import Random

import pytest

from shared.domain.people import Person
from shared.operations.assign_seat import Assignee
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken, normal
from tests.paddle import Payload, Subscription, deliver
from tests.world import NOON, World

History = Callable[[Subscription], list[Payload]]
REFERENCE = "ref_" + "0" * 32


def a_purchase(bought: Subscription) -> list[Payload]:
    return bought.bought()


def a_renewal_that_failed_and_was_made_good(bought: Subscription) -> list[Payload]:
    first, *_ = bought.bought()
    *_, past_due = bought.renewal_failed()
    paid, active = bought.recovered()
    return [first, past_due, paid, active]


def a_seat_change_and_a_cancellation_undone(bought: Subscription) -> list[Payload]:
    _, active, paid = bought.bought()
    return [active, paid, *bought.resized(5), *bought.cancel_scheduled(), *bought.cancel_undone()][1:]


def a_refund(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    number = paid["data"]["id"]
    pending = bought.adjusted(number, status="pending_approval", id="adj_" + "1" * 26)
    bought.later(hours=1)
    return [created, paid, pending, bought.adjusted(number, id="adj_" + "1" * 26)]


def a_dispute_and_its_end(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    number = paid["data"]["id"]
    return [created, paid, bought.adjusted(number, "chargeback"), bought.adjusted(number, "chargeback_reverse")]


def a_cancellation(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    bought.later(days=1)
    return [created, paid, *bought.canceled()]


def a_pause(bought: Subscription) -> list[Payload]:
    created, *_ = bought.bought()
    *_, paused = bought.paused()
    bought.later(days=1)
    resumed, paid, _ = bought.resumed()
    return [created, paused, resumed, paid]


name_of: Callable[[History], str] = attrgetter("__name__")

SHORT = [
    a_purchase,
    a_renewal_that_failed_and_was_made_good,
    a_seat_change_and_a_cancellation_undone,
    a_dispute_and_its_end,
    a_pause,
]


def a_long_life(bought: Subscription) -> list[Payload]:
    events = bought.bought()
    bought.later(days=3)
    events += bought.resized(5)
    events += bought.renewed()
    events += bought.cancel_scheduled()
    events += bought.cancel_undone()
    events += bought.renewal_failed()
    bought.later(days=2)
    events += bought.recovered()
    number = events[-2]["data"]["id"]
    events += [bought.adjusted(number, status="pending_approval"), bought.adjusted(number, "credit")]
    bought.later(days=2)
    return [*events, *bought.resized(1)]


class Orders:
    """One history, told in many orders; everything happens at one moment."""

    def __init__(self, world: World, history: History, kind: str | None) -> None:
        self.world = world
        self.kind = kind
        self.quantity = 1 if kind == "person" else 3
        self.bought = Subscription(REFERENCE if kind else None, quantity=self.quantity, id="sub_run0000")
        self.events = history(self.bought)
        self.told = 0

    def tell(self, order: Iterable[int]) -> str:
        """Deliver in an order; answers what this telling is called."""
        self.told += 1
        name = f"run{self.told:04d}"
        text = json.dumps(self.events).replace("run0000", name).replace("txn_", f"txn_{name}_")
        if self.kind:
            person = Person(f"{self.told:08d}-0000-4000-8000-000000000000", "buyer")
            reference = self.world.checkout(Assignee(person, "Buyer", (f"buyer@{name}.example",)), self.kind)
            text = text.replace(REFERENCE, reference)
        events = json.loads(text)
        deliver(self.world, *(events[number] for number in order))
        return name

    def same(self, orders: Iterable[Sequence[int]]) -> None:
        """Tell in each of these orders and, beside them, in the one in which it happened."""
        first, *others = [self.tell(order) for order in [range(len(self.events)), *orders]]
        rows = self.world.rows()
        expected = normal(rows, first)
        assert len(expected) > 1
        for name in others:
            assert normal(rows, name) == expected, name
        assert broken(self.world) == []


@pytest.mark.parametrize("history", SHORT, ids=name_of)
def test_a_short_history_ends_the_same_in_every_order(world: World, history: History) -> None:
    orders = Orders(world, history, "organisation")
    orders.same(itertools.permutations(range(len(orders.events))))


@pytest.mark.parametrize("history", [a_cancellation], ids=name_of)
def test_what_nobody_claimed_ends_the_same_in_every_order(world: World, history: History) -> None:
    orders = Orders(world, history, None)
    orders.same(itertools.permutations(range(len(orders.events))))


@pytest.mark.parametrize("history", [a_purchase, a_refund], ids=name_of)
def test_a_purchase_for_oneself_ends_the_same_in_every_order_and_is_seated(world: World, history: History) -> None:
    orders = Orders(world, history, "person")
    orders.same(itertools.permutations(range(len(orders.events))))
    assert len([row for row in world.rows()["people"] if row["RowKey"].startswith("seat.")]) == orders.told


def test_a_purchase_for_oneself_that_is_over_ends_the_same_once_its_seats_are_gone() -> None:
    # Nobody is seated in what had ended before it was heard of, so until then an order shows; afterwards only in
    # whether a seat was still due, which says nothing any more.
    world = MemoryWorld()
    orders = Orders(world, a_cancellation, "person")
    told = [orders.tell(order) for order in itertools.permutations(range(4))]
    world.clock.now = NOON + timedelta(days=32)
    while world.purge().looked:
        pass
    rows = world.rows()
    ends = {str(normal(rows, name)).replace('"own_seat_due": true', '"own_seat_due": false') for name in told}
    assert len(ends) == 1
    assert broken(world) == []


def test_every_event_twice_ends_as_once(world: World) -> None:
    orders = Orders(world, a_long_life, "organisation")
    every = range(len(orders.events))
    orders.same([[*every, *every], [number for number in every for _ in range(2)], [*reversed(every), *every]])


@pytest.mark.parametrize("kind", ["person", None], ids=["person", "unclaimed"])
def test_a_long_life_ends_the_same_in_sampled_orders(world: World, kind: str | None, *, is_long: bool) -> None:
    orders = Orders(world, a_long_life, kind)
    draw = Random(len(orders.events))  # noqa: S311 - the same orders each time
    every = [*range(len(orders.events))]
    # Each order has repetitions in it, wherever they fall.
    repeated = [[*every, *draw.sample(every, 4)] for _ in range(200 if is_long else 4)]
    orders.same([draw.sample(again, len(again)) for again in repeated])
