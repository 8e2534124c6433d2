"""Grace is given once for all that is owed, from the first period that nobody paid for."""

import itertools
from datetime import timedelta

import pytest

from shared.domain.entitlement import Code
from shared.domain.purchases import Event, PaymentsRead, Purchase
from tests.domain.test_purchases import GRACE, MONTH, NO, SECOND, SOON, YES, codes, have, with_trial
from tests.marketplaces.receiving import fold, fold_events
from tests.paddle import Payload, Subscription
from tests.world import NOON

STATUSES = pytest.mark.parametrize("status", ["active", "past_due"])


def read(purchase: Purchase, sold: Subscription) -> Purchase:
    """Paddle was asked, and told nothing that is not known."""
    return fold_events([Event("", sold.partition, "", PaymentsRead())], purchase, sold.now)


def unpaid_period(sold: Subscription, status: str) -> Payload:
    sold.period_start = sold.now = sold.period_end
    sold.status = status
    return sold.tell()


@STATUSES
def test_grace_is_not_given_again_with_each_unpaid_period(status: str) -> None:
    sold = Subscription()
    known = fold(sold.bought())
    found: list[tuple[Code, Code]] = []
    for _ in range(4):
        known = read(fold([unpaid_period(sold, status)], known, sold.now), sold)
        found.append((have(known, sold.now + timedelta(days=2)).code, have(known, sold.now + GRACE).code))

    assert found == [(SOON, NO), (NO, NO), (NO, NO), (NO, NO)]


@STATUSES
def test_what_is_owed_after_a_trial_has_one_grace_too(status: str) -> None:
    sold, end = Subscription(), NOON + timedelta(days=14)
    known = fold(with_trial(sold, end))
    sold.now, sold.changed, sold.period_start, sold.status = end, {}, end, status
    known = read(fold([sold.tell()], known, end), sold)
    assert codes(known, end + GRACE) == (SOON, NO)

    known = read(fold([unpaid_period(sold, status)], known, sold.now), sold)
    assert have(known, sold.now + SECOND).code is NO


@STATUSES
def test_a_resumption_that_nobody_pays_for_has_one_grace_and_no_second(status: str) -> None:
    sold = Subscription()
    known = fold([*sold.bought(), *sold.paused()])
    sold.later(days=60)
    sold.status, sold.changed, sold.period_start = status, {}, sold.now
    resumed = sold.now

    known = read(fold([sold.tell("resumed")], known, sold.now), sold)
    assert codes(known, resumed + GRACE) == (SOON, NO)

    known = read(fold([unpaid_period(sold, status)], known, sold.now), sold)
    assert have(known, sold.now + SECOND).code is NO


@STATUSES
def test_a_payment_ends_what_is_owed_and_the_next_debt_has_its_own_grace(status: str) -> None:
    sold = Subscription()
    known = fold([*sold.bought(), unpaid_period(sold, status), *sold.recovered()])
    assert have(known, sold.now).code is YES
    end = sold.period_end

    known = read(fold([unpaid_period(sold, status)], known, end), sold)

    assert codes(known, end + GRACE) == (SOON, NO)


def test_what_is_owed_is_the_same_in_whatever_order_it_is_told() -> None:
    sold = Subscription()
    told = [sold.tell("created"), *sold.paused()]
    sold.later(days=9)
    told += [sold.resumed()[0], unpaid_period(sold, "active"), unpaid_period(sold, "past_due")]

    ends = [fold(list(order)).header for order in itertools.permutations(told)]

    assert all(end == ends[0] for end in ends)
    assert len(ends[0].period_starts) == 3
    assert have(fold(told), NOON + timedelta(days=9) + GRACE + SECOND).code is NO


def test_of_very_many_periods_the_latest_are_known() -> None:
    sold = Subscription(period=timedelta(days=1))
    told = [unpaid_period(sold, "active") for _ in range(120)]

    known = read(fold([*reversed(told)]), sold)

    assert len(known.header.period_starts) == 100
    assert have(known, sold.now).code is NO


def test_a_trial_or_a_pause_is_no_period_that_is_owed() -> None:
    sold = Subscription()

    known = fold([*with_trial(sold, NOON + MONTH), *sold.paused()])

    assert known.header.period_starts == ()
