"""Random stories, in any order and however often their events come, end in the same state.

The real ones, in all their orders, are told in `tests/histories/test_permutations.py`.
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.purchases import Event, Purchase
from tests.marketplaces.receiving import UNKNOWN, fold_events, receive
from tests.paddle import Payload, Subscription
from tests.world import NOON

SEATS_USED = 3


def heard(payloads: list[Payload]) -> list[Event]:
    """What our adapter makes of them, less what is nothing to store."""
    return [event for event in map(receive, payloads) if event]


def seated() -> Purchase:
    """A purchase with seats in use, and an owner whose contact may come to be due."""
    return Purchase(UNKNOWN.header.model_copy(update={"seats_used": SEATS_USED, "account": "alice"}))


def settled(end: Purchase) -> Purchase:
    """The whole state; a cut that takes no seat any more is history, as the recount finds."""
    if end.header.seats_used > end.header.quantity:
        return end
    return Purchase(end.header.model_copy(update={"cut_at": None, "cut_to": 0}), end.transactions)


def state(events: Iterable[Event]) -> Purchase:
    return settled(fold_events(events, seated()))


def test_a_cut_that_stands_is_the_same_whatever_the_order() -> None:
    sold = Subscription()
    events = heard([*sold.bought(), *sold.resized(1), *sold.resized(0), *sold.resized(2)])

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
