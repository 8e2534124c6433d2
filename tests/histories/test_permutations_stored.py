"""The same sequences through the route, signed, over HTTP, into real storage: the same rows in whatever order."""

import itertools
import json
from operator import attrgetter
from random import Random

import pytest

from tests.functions.serving import send, serving
from tests.histories import sequences
from tests.histories.sequences import SEQUENCES
from tests.histories.stored import broken, normal
from tests.paddle import Payload, Subscription
from tests.world import LARGE_PRICE, PRICE, World, WorldMaker

PRICES = {PRICE: "team", LARGE_PRICE: "business", sequences.YEARLY: "team"}


@pytest.fixture
def selling(make_world: WorldMaker) -> World:
    return make_world(PADDLE_PRICES=json.dumps(PRICES))


@pytest.mark.parametrize("sequence", SEQUENCES, ids=attrgetter("__name__"))
def test_a_real_sequence_is_stored_the_same_in_sampled_orders(
    selling: World, sequence: sequences.Sequence, *, is_long: bool
) -> None:
    payloads = sequence(Subscription(id="sub_run0000"))
    draw = Random(len(payloads))  # noqa: S311 - the same orders each time
    every = list(itertools.permutations(range(len(payloads))))
    orders = [tuple(range(len(payloads))), *draw.sample(every, min(len(every), 40 if is_long else 2))]

    with serving(lambda: selling.services) as base:
        for number, order in enumerate(orders):
            again = [*order, draw.choice(order)]
            assert [send(base, named(payloads, number)[place]).status for place in again] == [200] * len(again)

    rows = selling.rows()
    first, *others = [normal(rows, f"run{number:04d}") for number in range(len(orders))]
    assert len(first) > len(payloads)
    assert [other for other in others if other != first] == []
    assert broken(selling) == []


def named(payloads: list[Payload], number: int) -> list[Payload]:
    """The same, of a subscription of its own."""
    name = f"run{number:04d}"
    told: list[Payload] = json.loads(json.dumps(payloads).replace("run0000", name).replace("txn_", f"txn_{name}_"))
    return told
