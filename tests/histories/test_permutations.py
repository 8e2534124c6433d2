"""Real sequences in every order, with a repetition at every place, end in one state: through the fold, which is pure.

A hundred thousand orders take a minute; without `make test-long` a part of them is told.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from random import Random

import pytest

from shared.domain.purchases import Event
from tests.domain.test_fold import heard, state
from tests.histories import sequences
from tests.histories.sequences import SEQUENCES, a_whole_life
from tests.paddle import Subscription
from tests.world import NOON

FEW = 240
every_sequence = pytest.mark.parametrize("sequence", SEQUENCES, ids=attrgetter("__name__"))


def events_of(sequence: sequences.Sequence) -> list[Event]:
    return heard(sequence(Subscription()))


def repeated(order: Sequence[Event]) -> Iterator[list[Event]]:
    """An order with each of its events once more at each place."""
    for again, place in itertools.product(order, range(len(order) + 1)):
        yield [*order[:place], again, *order[place:]]


def some(orders: Iterable[Sequence[Event]], *, few: int) -> list[Sequence[Event]]:
    """So many of them, spread over all."""
    every = list(orders)
    return every[:: max(1, len(every) // few)]


@every_sequence
def test_a_real_sequence_is_at_most_six_events(sequence: sequences.Sequence) -> None:
    assert 3 <= len(events_of(sequence)) <= 6


@every_sequence
def test_every_order_of_a_real_sequence_ends_in_one_state(sequence: sequences.Sequence) -> None:
    events = events_of(sequence)
    end = state(events)

    assert end.header.first_seen == NOON
    assert [order for order in itertools.permutations(events) if state(order) != end] == []


@every_sequence
def test_a_repetition_at_every_place_of_an_order_changes_nothing(
    sequence: sequences.Sequence, *, is_long: bool
) -> None:
    events = events_of(sequence)
    end = state(events)
    orders = list(itertools.permutations(events))

    for order in orders if is_long else some(orders, few=6):
        assert [again for again in repeated(order) if state(again) != end] == []


def test_sampled_orders_of_a_whole_life_with_repetitions_end_in_one_state(*, is_long: bool) -> None:
    events = events_of(a_whole_life)
    end = state(events)
    draw = Random(len(events))  # noqa: S311 - the same orders each time

    for _ in range(10_000 if is_long else FEW):
        order = [*events, *draw.choices(events, k=draw.randrange(6))]
        draw.shuffle(order)
        assert state(order) == end
    assert len(events) > 20
