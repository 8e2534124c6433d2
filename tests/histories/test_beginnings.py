"""What comes before the first event that is worth storing is nothing then, and is learnt by asking once, an hour later.

Each order is told of a subscription of its own, of which Paddle answers what is true in the end.
"""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.domain.retention import UNCLAIMED_KEPT_AFTER_END
from shared.operations.read_back import read_back
from shared.operations.reconcile import reconcile
from shared.storage import keys
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken, normal
from tests.paddle import Payload, Subscription, deliver
from tests.world import ALICE, World

ANOTHER_PRODUCT = "pri_of_another_product"
History = Callable[[Subscription], list[Payload]]


def what_became_another_product(bought: Subscription) -> list[Payload]:
    created, activated, paid = bought.bought()
    bought.later(days=1)
    bought.price, bought.reference = ANOTHER_PRODUCT, None
    return [created, activated, paid, bought.tell()]


def what_ended_long_ago(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    return [created, paid, *bought.canceled()]


def told(world: World, history: History, kind: str | None, order: tuple[int, ...]) -> str:
    """The id of a subscription of which this was delivered in this order."""
    bought = Subscription(world.checkout(ALICE, kind) if kind else None, period=timedelta(days=365))
    events = history(bought)
    deliver(world, *(events[place] for place in order))
    return bought.id


def settled(world: World) -> None:
    """What is due within the next hours has been looked at."""
    world.clock.now += timedelta(hours=2)
    while world.purge().looked:
        pass
    assert broken(world) == []


def ends(world: World, name: str) -> list[str]:
    """What is stored of a subscription; what was nothing to store left no receipt."""
    return [text for text in normal(world.rows(), name) if '"receipt.' not in text]


@pytest.mark.parametrize("kind", ["organisation", None], ids=["claimed", "unclaimed"])
def test_what_became_another_product_is_known_as_such_whatever_the_order(kind: str | None) -> None:
    world = MemoryWorld()
    orders = itertools.permutations(range(4))
    names = [told(world, what_became_another_product, kind, order) for order in orders]

    settled(world)

    first, *others = [ends(world, name) for name in names]
    assert [other for other in others if other != first] == []
    header = world.services.tables.read(keys.subscription(f"paddle.{names[0]}"))
    assert header is not None
    assert (header.record.plan, header.record.quantity) == ("", 0)


def test_what_ended_long_ago_does_not_come_back_whatever_the_order() -> None:
    world = MemoryWorld()
    world.clock.now += UNCLAIMED_KEPT_AFTER_END + timedelta(days=10)
    names = [told(world, what_ended_long_ago, None, order) for order in itertools.permutations(range(4))]

    settled(world)

    assert {name: left for name in names if (left := ends(world, name))} == {}


def test_a_purchase_is_asked_about_once_after_it_began_and_not_at_each_renewal() -> None:
    world = MemoryWorld()
    bought = Subscription()
    deliver(world, *bought.bought())
    settled(world)
    assert len(world.paddle.asked(f"/subscriptions/{bought.id}")) == 1

    for _ in range(3):
        renewed = bought.renewed()
        world.clock.now = bought.now
        deliver(world, *renewed)
        settled(world)

    assert len(world.paddle.asked(f"/subscriptions/{bought.id}")) == 1


def test_a_purchase_that_began_by_asking_is_not_asked_about_again() -> None:
    world = MemoryWorld()
    bought = Subscription()
    bought.bought()
    read_back(world.services, bought.partition)
    world.paddle.calls.clear()

    settled(world)

    assert world.paddle.asked(f"/subscriptions/{bought.id}") == []


def test_a_refund_of_another_product_that_is_only_listed_begins_nothing() -> None:
    world = MemoryWorld()
    other = Subscription(price=ANOTHER_PRODUCT)
    *_, paid = other.bought()
    other.adjusted(paid["data"]["id"])
    errors: list[BaseException] = []

    reconcile(world.services, errors.append)

    assert errors == []
    assert ends(world, other.id) == []


def test_a_refund_of_another_product_is_gone_when_receipts_go() -> None:
    world = MemoryWorld()
    other = Subscription(price=ANOTHER_PRODUCT)
    *_, paid = other.bought()
    deliver(world, other.adjusted(paid["data"]["id"]))
    settled(world)
    assert len(ends(world, other.id)) > 0

    world.clock.now += timedelta(days=31)
    settled(world)

    assert ends(world, other.id) == []
