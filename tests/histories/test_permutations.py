"""Real sequences in every order, with a repetition at every place, end in one state through the fold, which is pure."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import factorial
from operator import attrgetter
from random import Random

import pytest

from shared.domain.purchases import Adjustment, Event, Payment, Purchase, apply
from tests.domain.test_fold import heard
from tests.histories.folding import Apply, Folding, Order, last_told_wins
from tests.histories.money import a_refund_that_waited
from tests.histories.sequences import SEQUENCES, Sequence, a_purchase, a_recovery, a_whole_life
from tests.paddle import Subscription

MOST, SAMPLED = 6, 10_000


def events_of(sequence: Sequence) -> list[Event]:
    return heard(sequence(Subscription()))


SHORT = [sequence for sequence in SEQUENCES if len(events_of(sequence)) <= MOST]
LONG = [sequence for sequence in SEQUENCES if sequence not in SHORT]
every_short = pytest.mark.parametrize("sequence", SHORT, ids=attrgetter("__name__"))


def repeated(order: Order) -> Iterator[Order]:
    """An order with each of its events once more at each place."""
    for again, place in itertools.product(order, range(len(order) + 1)):
        yield *order[:place], again, *order[place:]


def alone(events: list[Event]) -> list[Order]:
    return list(itertools.permutations(range(len(events))))


def sampled(sequence: Sequence, times: int, told: Apply = apply) -> list[Order]:
    """Those of so many orders, each with a repetition somewhere, that end otherwise."""
    folding = Folding(events_of(sequence), told)
    numbers = range(len(folding.events))
    draw = Random(len(numbers))  # noqa: S311 - the same orders each time
    orders = []
    for _ in range(times):
        order = draw.sample(numbers, len(numbers))
        order.insert(draw.randrange(len(order) + 1), draw.choice(order))
        orders.append(order)
    return folding.differing(orders)


@every_short
def test_every_order_of_a_real_sequence_ends_in_one_state(sequence: Sequence) -> None:
    events = events_of(sequence)

    assert Folding(events).differing(alone(events)) == []


@every_short
def test_a_repetition_at_every_place_of_an_order_changes_nothing(sequence: Sequence) -> None:
    events = events_of(sequence)
    orders = [again for order in alone(events) for again in repeated(order)]

    assert len(orders) == factorial(len(events)) * len(events) * (len(events) + 1)
    assert Folding(events).differing(orders) == []


def test_ten_thousand_orders_of_longer_sequences_with_a_repetition_somewhere_end_in_one_state() -> None:
    each = -(-SAMPLED // len(LONG))

    assert {sequence.__name__: differing for sequence in LONG if (differing := sampled(sequence, each))} == {}
    assert len(events_of(a_whole_life)) == 30


def a_repetition_pays_again(purchase: Purchase, event: Event, now: datetime) -> Purchase:
    if isinstance(event.told, Payment) and event.told.transaction in purchase.transactions:
        paid = replace(event.told, paid_until=event.told.paid_until + timedelta(days=30))
        return apply(purchase, replace(event, told=paid), now)
    return apply(purchase, event, now)


def a_refund_needs_its_payment(purchase: Purchase, event: Event, now: datetime) -> Purchase:
    is_early = isinstance(event.told, Adjustment) and event.told.transaction not in purchase.transactions
    return purchase if is_early else apply(purchase, event, now)


PLANTED: list[tuple[Apply, Sequence]] = [
    (last_told_wins, a_recovery),
    (a_repetition_pays_again, a_purchase),
    (a_refund_needs_its_payment, a_refund_that_waited),
]


@pytest.mark.parametrize(("planted", "sequence"), PLANTED)
def test_a_planted_error_is_found(planted: Apply, sequence: Sequence) -> None:
    events = events_of(sequence)
    again = [again for order in alone(events) for again in repeated(order)]

    assert Folding(events, planted).differing(again) != []
    assert sampled(a_whole_life, 50, planted) != []
