"""What the fold makes of many orders of the same events; as it is pure, a step between two states is taken once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from shared.domain.purchases import Event, Purchase, apply
from tests.domain.test_fold import seated, settled
from tests.world import NOON

Order = Sequence[int]
Apply = Callable[[Purchase, Event, datetime], Purchase]


@dataclass
class Folding:
    """Events by number, and every state that some order of them came through."""

    events: Sequence[Event]
    apply: Apply = apply
    states: list[Purchase] = field(default_factory=lambda: [seated()])
    _numbers: dict[object, int] = field(default_factory=dict)
    _steps: dict[tuple[int, int], int] = field(default_factory=dict)

    def end(self, order: Order) -> int:
        """The number of the state that an order ends in."""
        state, steps = 0, self._steps
        for event in order:
            step = state, event
            state = steps[step] if step in steps else self._take(step)
        return state

    def differing(self, orders: Iterable[Order]) -> list[Order]:
        """The orders that end in another state than the one in which it happened."""
        expected = settled(self.states[self.end(range(len(self.events)))])
        is_alike = cache(lambda end: settled(self.states[end]) == expected)
        return [order for order in orders if not is_alike(self.end(order))]

    def _take(self, step: tuple[int, int]) -> int:
        before, event = step
        after = self.apply(self.states[before], self.events[event], NOON)
        number = self._numbers.setdefault(_whole(after), len(self.states))
        if number == len(self.states):
            self.states.append(after)
        self._steps[step] = number
        return number


def _whole(purchase: Purchase) -> object:
    paid = {(number, found.model_dump_json()) for number, found in purchase.transactions.items()}
    return purchase.header.model_dump_json(), frozenset(paid)


def last_told_wins(purchase: Purchase, event: Event, now: datetime) -> Purchase:
    """An error to plant: a fold that does not see that what it is told is old."""
    return apply(replace(purchase, header=purchase.header.model_copy(update={"version": ""})), event, now)
