"""What a signed event may hold at its most extreme: it is malformed, or it is stored and every rule can bear it."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.entitlement import Plan, Terms, entitlement
from shared.domain.errors import EventMalformed
from shared.domain.purchases import Event, Purchase, apply
from shared.domain.records import Seat, Subscription
from shared.domain.retention import next_look
from shared.marketplaces.paddle.events import Catalogue, read_event
from shared.storage import keys
from shared.storage.entities import to_entity
from tests.paddle import Payload
from tests.paddle import Subscription as Bought
from tests.world import NOON, PRICE

CATALOGUE = Catalogue({PRICE: "team"}, ("team",), live=False)
TERMS = Terms(timedelta(days=14), (Plan("team", "Team", ()),))
SEAT = Seat(tenant="t", object_id="o", name="n", addresses=(), hints=(), assigned_on=None)

DATES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)).map(  # noqa: DTZ001 - written as UTC
    lambda at: f"{at.isoformat(timespec='microseconds')}Z"
)


def live_through(payload: Payload) -> None:
    """Take an event in, store what it leads to, and answer a question about it."""
    try:
        event = read_event(json.dumps(payload).encode(), CATALOGUE)
    except EventMalformed:
        return
    if event is None:
        return
    assert isinstance(event, Event)
    after = apply(Purchase(Subscription()), event, NOON)
    to_entity(keys.subscription(event.subscription), after.header)
    for number, transaction in after.transactions.items():
        to_entity(keys.transaction(event.subscription, number), transaction)
    next_look(after.header)
    have = entitlement(after.header, SEAT, NOON, TERMS)
    assert have.expires(NOON) <= NOON + timedelta(days=7)


@given(starts=DATES, ends=DATES, other=DATES, status=st.sampled_from(["active", "trialing", "past_due", "canceled"]))
def test_no_date_of_a_subscription_breaks_a_rule(starts: str, ends: str, other: str, status: str) -> None:
    bought = Bought(status=status)
    bought.changed = {
        "current_billing_period": {"starts_at": starts, "ends_at": ends},
        "scheduled_change": {"action": "cancel", "effective_at": other},
        "canceled_at": other,
        "next_billed_at": ends,
    }

    live_through(bought.tell())


@given(starts=DATES, ends=DATES)
def test_no_date_of_a_payment_breaks_a_rule(starts: str, ends: str) -> None:
    paid = Bought().paid()
    paid["data"]["billing_period"] = {"starts_at": starts, "ends_at": ends}

    live_through(paid)


@given(status=st.text(), action=st.sampled_from(["refund", "chargeback", "chargeback_reverse"]))
def test_no_status_of_an_adjustment_breaks_a_rule(status: str, action: str) -> None:
    live_through(Bought().adjusted("txn_1", action, status))


def test_half_a_character_for_a_status_is_stored_as_unknown() -> None:
    live_through(Bought().adjusted("txn_1", "refund", "\ud800"))


@pytest.mark.parametrize("date", ["9999-12-31T00:00:00Z", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"])
def test_a_date_that_no_living_subscription_bears_is_malformed(date: str) -> None:
    paid = Bought().paid()
    paid["data"]["billing_period"]["ends_at"] = date

    with pytest.raises(EventMalformed):
        read_event(json.dumps(paid).encode(), CATALOGUE)


@pytest.mark.parametrize("offset", ["+24:00", "+99:99", "-12:60"])
def test_an_offset_that_no_clock_has_is_malformed(offset: str) -> None:
    payload = Bought().tell()
    payload["data"]["updated_at"] = f"2026-03-01T00:00:00{offset}"

    with pytest.raises(EventMalformed):
        read_event(json.dumps(payload).encode(), CATALOGUE)
