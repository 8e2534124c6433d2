"""The paid plan by what is stored and the clock: each boundary one second before, at, and one second after it."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.entitlement import NONE, Code, Entitlement, Plan, Terms, entitlement
from shared.domain.records import Seat, Subscription
from tests.world import NOON, TENANT

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
GRACE = 14 * DAY
TEAM = Plan("team", "Team", ("no-footer",))
BUSINESS = Plan("business", "Business", ("no-footer", "attachments"))
TERMS = Terms(GRACE, (TEAM, BUSINESS))
EMPTY = Terms(timedelta(0), (TEAM, BUSINESS))
YES, SOON, NO = Code.LICENSED, Code.GRACE, Code.NO_LICENSE

PERIOD = {"period_start": NOON - 10 * DAY}
PAID = {"status": "active", "paid_through": NOON + 20 * DAY, **PERIOD}
UNREAD = {"status": "active", **PERIOD}
OVERDUE = {"status": "past_due", "period_start": NOON, "paid_through": NOON}
TRIAL = {"status": "trialing", "trial_end": NOON}
CANCEL = {"scheduled_action": "cancel", "scheduled_end": NOON}
PAUSE = {"scheduled_action": "pause", "scheduled_end": NOON}


def header(**fields: Any) -> Subscription:  # noqa: ANN401 - any field of the record
    return Subscription(**{"plan": "team", "quantity": 3, **fields})


def seat(ends_at: datetime | None = None) -> Seat:
    return Seat(
        tenant=TENANT,
        object_id="b0b",
        name="Bob",
        addresses=("bob@contoso.example",),
        hints=("1",),
        assigned_on=NOON.date(),
        ends_at=ends_at,
    )


class Case(NamedTuple):
    """A boundary, and the codes one second before it, at it, and one second after it."""

    name: str
    fields: dict[str, Any]
    codes: tuple[Code, Code, Code]
    boundary: datetime = NOON
    seat_ends: datetime | None = None
    terms: Terms = TERMS


CASES = [
    Case("unconfirmed, however paid", {**PAID, "status": "unconfirmed"}, (NO, NO, NO)),
    Case("paused, however paid", {**PAID, "status": "paused", "ended_at": NOON}, (NO, NO, NO)),
    Case("ended, however paid", {**PAID, "status": "ended", "ended_at": NOON}, (NO, NO, NO)),
    Case("active and paid", PAID, (YES, YES, YES)),
    Case("active, its payment running out", {**PAID, "paid_through": NOON}, (YES, YES, YES)),
    Case("active, long unpaid and not read back", {**UNREAD, "paid_through": NOON - 400 * DAY}, (YES, YES, YES)),
    Case("active without any payment read", UNREAD, (YES, YES, YES)),
    Case("past due, when grace begins", OVERDUE, (YES, SOON, SOON)),
    Case("past due, when grace ends", OVERDUE, (SOON, NO, NO), NOON + GRACE),
    Case("past due without grace", OVERDUE, (YES, NO, NO), terms=EMPTY),
    Case("past due, never paid", {"status": "past_due", "period_start": NOON}, (SOON, NO, NO), NOON + GRACE),
    Case("past due, period unknown", {"status": "past_due", "paid_through": NOON}, (SOON, NO, NO), NOON + GRACE),
    Case("past due, nothing known", {"status": "past_due"}, (NO, NO, NO)),
    Case(
        "past due, but the payment came first",
        {**OVERDUE, "paid_through": NOON + 30 * DAY},
        (YES, SOON, SOON),
        NOON + 30 * DAY,
    ),
    Case("past due, a stale payment", {**OVERDUE, "paid_through": NOON - 60 * DAY}, (SOON, NO, NO), NOON + GRACE),
    Case("trialing, when the trial ends", TRIAL, (YES, NO, NO)),
    Case("trialing, paid for already", {**TRIAL, "paid_through": NOON + DAY}, (YES, YES, YES)),
    Case("trialing has no grace", {**TRIAL, "paid_through": NOON + DAY}, (YES, NO, NO), NOON + DAY),
    Case("trialing, its trial paid for as such", {**TRIAL, "paid_through": NOON}, (YES, NO, NO)),
    Case("trialing without an end", {"status": "trialing"}, (NO, NO, NO)),
    Case("trialing, canceled earlier", {**TRIAL, **CANCEL, "trial_end": NOON + DAY}, (YES, NO, NO)),
    Case("canceled for a day on which it is paid", {**PAID, **CANCEL}, (YES, NO, NO)),
    Case("canceled, no payment read", {**UNREAD, **CANCEL}, (YES, NO, NO)),
    Case("canceled while past due", {"status": "past_due", "period_start": NOON - DAY, **CANCEL}, (SOON, NO, NO)),
    Case("paused for a day on which it is paid", {**PAID, **PAUSE}, (YES, NO, NO)),
    Case("an end without an action is none", {**PAID, "scheduled_end": NOON}, (YES, YES, YES)),
    Case("refunded period", {**UNREAD, "refunded_through": NOON}, (NO, YES, YES)),
    Case("refunded, another payment covers it", {**PAID, "refunded_through": NOON + DAY}, (YES, YES, YES)),
    Case(
        "refunded, an older payment is over",
        {**UNREAD, "refunded_through": NOON + DAY, "paid_through": NOON},
        (YES, NO, NO),
    ),
    Case("refunded while past due", {**OVERDUE, "refunded_through": NOON + DAY, "paid_through": None}, (NO, NO, NO)),
    Case("disputed, however paid", {**PAID, "disputed": True}, (NO, NO, NO)),
    Case("being erased, however paid", {**PAID, "erasing": True}, (NO, NO, NO)),
    Case("ending, however paid", {**PAID, "ending": "cancel"}, (NO, NO, NO)),
    Case("a plan that is not sold", {**PAID, "plan": "gone"}, (NO, NO, NO)),
    Case("no plan at all", {**PAID, "plan": ""}, (NO, NO, NO)),
    Case("a seat that will go", PAID, (SOON, NO, NO), seat_ends=NOON),
    Case("a seat that will go of what ends first", {**PAID, **CANCEL}, (SOON, NO, NO), seat_ends=NOON + DAY),
    Case("a seat that will go, past due", OVERDUE, (SOON, NO, NO), NOON + DAY, seat_ends=NOON + DAY),
    Case("fewer seats than assigned says nothing yet", {**PAID, "quantity": 0, "seats_used": 3}, (YES, YES, YES)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_boundary_belongs_to_what_follows_it(case: Case) -> None:
    moments = (case.boundary - SECOND, case.boundary, case.boundary + SECOND)

    found = [entitlement(header(**case.fields), seat(case.seat_ends), now, case.terms).code for now in moments]

    assert tuple(found) == case.codes


@pytest.mark.parametrize(
    ("fields", "ends_at", "until"),
    [
        pytest.param(PAID, None, NOON + 20 * DAY + GRACE, id="paid: the payment and grace"),
        pytest.param(UNREAD, None, None, id="no payment read: nothing says"),
        pytest.param({**PAID, "paid_through": NOON + SECOND}, None, NOON + SECOND + GRACE, id="paid for a second more"),
        pytest.param({**PAID, "paid_through": NOON}, None, None, id="paid until now: nothing says"),
        pytest.param({**PAID, **CANCEL, "scheduled_end": NOON + DAY}, None, NOON + DAY, id="canceled: no grace"),
        pytest.param({**OVERDUE, "period_start": NOON - DAY}, None, NOON + GRACE, id="grace from the later of the two"),
        pytest.param({**TRIAL, "trial_end": NOON + DAY}, None, NOON + DAY, id="trial: no grace"),
        pytest.param(PAID, NOON + 2 * DAY, NOON + 2 * DAY, id="a seat's own end"),
    ],
)
def test_it_ends_with_whatever_ends_first(
    fields: dict[str, Any], ends_at: datetime | None, until: datetime | None
) -> None:
    assert entitlement(header(**fields), seat(ends_at), NOON, TERMS).until == until


@pytest.mark.parametrize(
    ("until", "expires"),
    [
        (None, 7 * DAY),
        (NOON + 7 * DAY + SECOND, 7 * DAY),
        (NOON + 7 * DAY, 7 * DAY),
        (NOON + 7 * DAY - SECOND, 7 * DAY - SECOND),
        (NOON + SECOND, SECOND),
    ],
)
@pytest.mark.parametrize("code", [YES, SOON])
def test_a_license_lasts_seven_days_or_until_the_end_if_that_is_sooner(
    code: Code, until: datetime | None, expires: timedelta
) -> None:
    assert Entitlement(code, TEAM, until).expires(NOON) == NOON + expires


def test_a_refusal_lasts_one_hour_and_shows_no_plan() -> None:
    refused = entitlement(header(status="paused"), seat(), NOON, TERMS)

    assert refused == NONE
    assert (refused.plan, refused.expires(NOON)) == (None, NOON + timedelta(hours=1))


def test_what_is_licensed_has_the_features_of_its_plan() -> None:
    assert entitlement(header(**PAID, plan="business"), seat(), NOON, TERMS).plan == BUSINESS


def test_the_codes_are_closed() -> None:
    assert {code.value for code in Code} == {"LICENSED", "GRACE", "NO_LICENSE"}


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
sometimes = st.none() | moments
subscriptions = st.builds(
    header,
    plan=st.sampled_from(["team", "business", "gone", ""]),
    status=st.sampled_from(["unconfirmed", "trialing", "active", "past_due", "paused", "ended"]),
    period_start=sometimes,
    trial_end=sometimes,
    scheduled_action=st.sampled_from(["", "cancel", "pause"]),
    scheduled_end=sometimes,
    paid_through=sometimes,
    refunded_through=sometimes,
    disputed=st.booleans(),
    erasing=st.booleans(),
)
grace_times = st.integers(0, 60).map(lambda days: Terms(days * DAY, (TEAM, BUSINESS)))


@given(subscriptions, sometimes, moments, grace_times)
def test_no_license_outlives_what_it_stands_on(
    subscription: Subscription, ends_at: datetime | None, now: datetime, terms: Terms
) -> None:
    have = entitlement(subscription, seat(ends_at), now, terms)
    expires = have.expires(now)

    if have.code is NO:
        assert have == NONE
        return
    assert have.plan is not None
    assert now < expires <= now + 7 * DAY
    assert subscription.status in {"trialing", "active", "past_due"}
    assert ends_at is None or (have.code is SOON and expires <= ends_at)
    if subscription.scheduled_action and subscription.scheduled_end:
        assert expires <= subscription.scheduled_end
    paid = subscription.paid_through
    if subscription.status == "active" and paid is not None and paid > now:
        assert expires <= paid + terms.grace


@given(subscriptions, sometimes, moments, grace_times)
def test_at_its_end_it_is_over(
    subscription: Subscription, ends_at: datetime | None, now: datetime, terms: Terms
) -> None:
    until = entitlement(subscription, seat(ends_at), now, terms).until
    paid = subscription.paid_through
    # A payment that ran out on a subscription that lives is read back before it counts as missing.
    if until and not (subscription.status == "active" and paid and until == paid + terms.grace):
        assert entitlement(subscription, seat(ends_at), until, terms).code is NO
