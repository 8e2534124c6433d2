"""The same events, in any order and however often they come, end in the same state."""

import itertools
from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.purchases import Event, Purchase
from tests.domain.test_purchases import with_trial
from tests.marketplaces.receiving import UNKNOWN, fold_events, receive
from tests.paddle import Payload, Subscription
from tests.world import LARGE_PRICE, NOON

SEATS_USED = 3


def renewed() -> list[Payload]:
    sold = Subscription()
    return [*sold.bought(), *sold.renewed()]


def failed_and_recovered() -> list[Payload]:
    sold = Subscription()
    *_, paid = sold.bought()
    advanced, overdue, _ = sold.renewal_failed()
    sold.later(days=4)
    return [paid, advanced, overdue, *sold.recovered()]


def dunned_to_the_end() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    _, overdue, _ = sold.renewal_failed()
    sold.later(days=30)
    return [created, paid, overdue, *sold.canceled()]


def tried_and_converted() -> list[Payload]:
    sold, end = Subscription(), NOON + timedelta(days=14)
    trial = with_trial(sold, end)
    sold.now, sold.status, sold.changed, sold.period_start = end, "active", {}, end
    return [*trial, sold.tell(), sold.tell("activated"), sold.paid("subscription_recurring")]


def canceled_undone_and_canceled() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    planned, undone = [*sold.cancel_scheduled(), *sold.cancel_undone()]
    return [created, paid, planned, undone, *sold.canceled()]


def late_snapshots_after_the_end() -> list[Payload]:
    sold = Subscription()
    before = sold.bought()
    canceled = sold.canceled()
    sold.status, sold.changed = "active", {}
    return [*before, canceled[1], sold.tell()]


def paused_and_resumed() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    _, paused = sold.paused()
    sold.later(days=9)
    return [created, paid, paused, *sold.resumed()]


def resized_and_upgraded() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    more = sold.resized(9)
    sold.price = LARGE_PRICE
    return [created, paid, *more, *sold.resized(4), sold.paid("subscription_update")]


def cut_deeper_and_raised_a_little() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    return [created, paid, *sold.resized(1), *sold.resized(0), *sold.resized(2)]


def cut_and_raised_again() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    return [created, paid, *sold.resized(1), *sold.resized(2), *sold.resized(8)]


def refunded() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    number = paid["data"]["id"]
    states = [sold.adjusted(number, status=status, id="adj_1") for status in ("pending_approval", "approved")]
    return [created, paid, *states, *sold.renewed()]


def refused_a_refund_and_given_another() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    number = paid["data"]["id"]
    return [
        created,
        paid,
        sold.adjusted(number, status="pending_approval", id="adj_1"),
        sold.adjusted(number, status="rejected", id="adj_1"),
        sold.adjusted(number, kind="partial"),
        sold.adjusted(number, id="adj_2"),
    ]


def disputed_and_won() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    number = paid["data"]["id"]
    actions = ["chargeback_warning", "chargeback", "chargeback_reverse", "chargeback_warning_reverse"]
    return [created, paid, *(sold.adjusted(number, action) for action in actions)]


def disputed_then_paid_on() -> list[Payload]:
    sold = Subscription()
    created, _, paid = sold.bought()
    number = paid["data"]["id"]
    states = [sold.adjusted(number, "chargeback", status, "adj_1") for status in ("approved", "reversed")]
    return [created, paid, *states, sold.adjusted(number, "chargeback"), sold.renewed()[1]]


STORIES: list[Callable[[], list[Payload]]] = [
    renewed,
    failed_and_recovered,
    dunned_to_the_end,
    tried_and_converted,
    canceled_undone_and_canceled,
    late_snapshots_after_the_end,
    paused_and_resumed,
    resized_and_upgraded,
    cut_deeper_and_raised_a_little,
    cut_and_raised_again,
    refunded,
    refused_a_refund_and_given_another,
    disputed_and_won,
    disputed_then_paid_on,
]


def heard(payloads: list[Payload]) -> list[Event]:
    """What our adapter makes of them, less what is nothing to store."""
    return [event for event in map(receive, payloads) if event]


def seated() -> Purchase:
    return Purchase(UNKNOWN.header.model_copy(update={"seats_used": SEATS_USED}))


def state(events: Iterable[Event]) -> Purchase:
    """Where a purchase with seats in use ends; a cut that takes no seat any more is history, as the recount finds."""
    end = fold_events(events, seated())
    if end.header.seats_used > end.header.quantity:
        return end
    return Purchase(end.header.model_copy(update={"cut_at": None, "cut_to": 0}), end.transactions)


@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_a_story_ends_in_the_same_state(story: Callable[[], list[Payload]]) -> None:
    events = heard(story())[:6]
    end = state(events)

    assert all(state(order) == end for order in itertools.permutations(events))


@pytest.mark.parametrize("story", STORIES)
def test_a_repetition_at_any_place_changes_nothing(story: Callable[[], list[Payload]]) -> None:
    events = heard(story())
    end = state(events)

    for again, place in itertools.product(events, range(len(events) + 1)):
        assert state([*events[:place], again, *events[place:]]) == end
        assert state([*reversed(events[place:]), again, *reversed(events[:place])]) == end


def test_a_cut_that_stands_is_the_same_whatever_the_order() -> None:
    events = heard(cut_deeper_and_raised_a_little())

    header = state(events).header

    assert (header.quantity, header.cut_at, header.cut_to) == (2, NOON, 2)


CHANGES: dict[str, Callable[[Subscription], list[Payload]]] = {
    "renewed": Subscription.renewed,
    "renewal failed": Subscription.renewal_failed,
    "recovered": Subscription.recovered,
    "cancellation planned": Subscription.cancel_scheduled,
    "cancellation undone": Subscription.cancel_undone,
    "canceled": Subscription.canceled,
    "paused": Subscription.paused,
    "resumed": Subscription.resumed,
    "upgraded": lambda sold: [sold.paid("subscription_update")],
    **{f"resized to {n}": lambda sold, n=n: sold.resized(n) for n in (0, 1, 2, 5)},  # type: ignore[misc]
}
ACTIONS = ["refund", "credit", "chargeback", "chargeback_warning", "chargeback_reverse", "chargeback_warning_reverse"]
STATUSES = ["pending_approval", "approved", "rejected", "reversed"]


@st.composite
def stories(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[Event]:
    """Up to a few dozen events of one subscription, in the order in which Paddle made them."""
    sold = Subscription()
    payloads = sold.bought()
    for _ in range(draw(st.integers(0, 6))):
        sold.later(minutes=draw(st.integers(0, 60 * 24 * 20)))
        payloads += CHANGES[draw(st.sampled_from(sorted(CHANGES)))](sold)
        if draw(st.booleans()):
            known = [payload["data"]["id"] for payload in payloads if payload["event_type"] == "transaction.completed"]
            number = draw(st.sampled_from([*known, "txn_unknown"]))
            name = draw(st.sampled_from(["", "adj_1", "adj_2"]))
            kind = draw(st.sampled_from(["full", "partial"]))
            if name:
                # One adjustment is one action on one transaction for life; only its status moves.
                number, kind = known[0], "full"
            action = {"adj_1": "refund", "adj_2": "chargeback"}.get(name) or draw(st.sampled_from(ACTIONS))
            payloads.append(sold.adjusted(number, action, draw(st.sampled_from(STATUSES)), kind, name))
    return heard(payloads)


@given(stories(), st.randoms(use_true_random=False), st.data())
def test_longer_stories_in_sampled_orders_with_repetitions_end_in_the_same_state(
    events: list[Event], chance: Random, data: st.DataObject
) -> None:
    end = state(events)
    for _ in range(20):
        order = [*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]
        chance.shuffle(order)
        assert state(order) == end
