"""Each row of Paddle's sequences, signed and read by the real adapter: who may use the paid plan at each point."""

import itertools
from datetime import datetime, timedelta

import pytest

from shared.domain.entitlement import Code, Entitlement, entitlement
from shared.domain.purchases import Purchase
from tests.domain.test_entitlement import TERMS, seat
from tests.marketplaces.receiving import fold, received
from tests.paddle import Payload, Subscription, text
from tests.world import LARGE_PRICE, NOON, PRICE

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MONTH, GRACE = 30 * DAY, TERMS.grace
YES, SOON, NO = Code.LICENSED, Code.GRACE, Code.NO_LICENSE


def have(purchase: Purchase, now: datetime) -> Entitlement:
    return entitlement(purchase.header, seat(), now, TERMS)


def codes(purchase: Purchase, boundary: datetime) -> tuple[Code, Code]:
    """One second before a moment, and at it."""
    return have(purchase, boundary - SECOND).code, have(purchase, boundary).code


def with_trial(sold: Subscription, ends_at: datetime) -> list[Payload]:
    sold.status = "trialing"
    sold.changed = {
        "items": [
            {
                "quantity": sold.quantity,
                "price": {"id": PRICE},
                "trial_dates": {"starts_at": text(sold.now), "ends_at": text(ends_at)},
            }
        ]
    }
    return [sold.tell("created"), sold.tell("trialing")]


def test_a_new_purchase_licenses_from_its_first_event_on() -> None:
    created, activated, paid = Subscription().bought()

    assert have(fold([created]), NOON).code is YES
    assert fold([created]).header.read_back
    whole = fold([created, activated, paid])
    assert whole.header.paid_through == NOON + MONTH
    assert not whole.header.read_back
    assert have(whole, NOON).until == NOON + MONTH + GRACE


def test_money_alone_licenses_nobody() -> None:
    *_, paid = Subscription().bought()

    known = fold([paid])

    assert (known.header.status, known.header.paid_through) == ("unconfirmed", NOON + MONTH)
    assert have(known, NOON).code is NO


def test_a_trial_licenses_until_it_ends_and_is_then_converted_by_snapshot() -> None:
    sold, end = Subscription(), NOON + 14 * DAY
    trial = with_trial(sold, end)

    assert codes(fold(trial), end) == (YES, NO)
    sold.now, sold.status, sold.changed, sold.period_start = end, "active", {}, end
    converted = [*trial, sold.tell(), sold.tell("activated"), sold.paid("subscription_recurring")]
    assert have(fold(converted), end).until == end + MONTH + GRACE
    assert fold(converted).header.trial_end is None


def test_a_trial_that_was_paid_for_is_licensed_whatever_of_it_came_first() -> None:
    sold, end = Subscription(), NOON + 14 * DAY
    trial = with_trial(sold, end)
    sold.now, sold.status, sold.changed, sold.period_start = end, "active", {}, end
    converted = [sold.tell(), sold.tell("activated"), sold.paid("subscription_recurring")]

    for order in itertools.permutations(converted):
        for count in (1, 2, 3):
            assert have(fold([*trial, *order[:count]]), end).code is YES


@pytest.mark.parametrize("missing", ["current_billing_period", "next_billed_at"])
def test_a_trial_whose_items_have_no_dates_ends_when_billing_begins(missing: str) -> None:
    sold = Subscription(status="trialing", changed={missing: None})

    assert codes(fold([sold.tell()]), NOON + MONTH) == (YES, NO)


def test_a_renewal_moves_the_paid_time_only_when_money_came() -> None:
    sold = Subscription()
    before = sold.bought()
    advanced, paid = sold.renewed()

    assert fold([*before, advanced]).header.paid_through == NOON + MONTH
    assert fold([*before, advanced]).header.read_back
    assert have(fold([*before, advanced]), NOON + MONTH).code is YES
    assert fold([*before, advanced, paid]).header.paid_through == NOON + 2 * MONTH


def test_a_failed_renewal_keeps_the_plan_for_grace_from_the_start_of_the_unpaid_period() -> None:
    sold = Subscription()
    events = [*sold.bought(), *sold.renewal_failed()]
    sold.later(days=10)
    repeated = [*events, sold.tell("past_due"), sold.tell()]

    for known in (fold(events), fold(repeated)):
        assert have(known, NOON + MONTH).code is SOON
        assert codes(known, NOON + MONTH + GRACE) == (SOON, NO)


def test_a_recovery_ends_grace() -> None:
    sold = Subscription()
    events = [*sold.bought(), *sold.renewal_failed()]
    sold.later(days=5)

    paid, active = sold.recovered()

    assert have(fold([*events, paid]), NOON + MONTH + 5 * DAY).code is YES
    assert have(fold([*events, paid, active]), NOON + MONTH + 5 * DAY).code is YES


@pytest.mark.parametrize("end", ["canceled", "paused"])
def test_when_dunning_is_exhausted_access_ends(end: str) -> None:
    sold = Subscription()
    events = [*sold.bought(), *sold.renewal_failed()]
    sold.later(days=3)

    events += getattr(sold, end)()

    assert have(fold(events), sold.now).code is NO


def test_a_cancellation_at_the_period_end_keeps_access_until_then_and_ends_it_by_the_clock() -> None:
    sold = Subscription()
    events = [*sold.bought(), *sold.cancel_scheduled()]

    assert codes(fold(events), NOON + MONTH) == (YES, NO)
    sold.now = NOON + MONTH
    assert have(fold([*events, *sold.canceled()]), NOON + MONTH).code is NO


def test_a_cancellation_undone_is_none() -> None:
    sold = Subscription()
    events = [*sold.bought(), *sold.cancel_scheduled(), *sold.cancel_undone()]

    assert codes(fold(events), NOON + MONTH) == (YES, YES)
    assert fold(events).header.scheduled_end is None


def test_a_cancellation_now_ends_access_whatever_was_paid() -> None:
    sold = Subscription()
    events = sold.bought()
    sold.later(days=2)

    events += sold.canceled()

    assert have(fold(events), sold.now).code is NO
    assert fold(events).header.ended_at == NOON + 2 * DAY + timedelta(milliseconds=21)


def test_what_has_ended_is_never_reinstated() -> None:
    sold = Subscription()
    events = [*sold.bought(), *sold.canceled()]
    sold.status, sold.changed = "active", {}
    sold.later(days=1)

    events += [sold.tell(), sold.paid()]

    assert have(fold(events), sold.now).code is NO


def test_buying_again_is_another_subscription_that_the_old_ones_late_events_do_not_touch() -> None:
    old, new = Subscription(), Subscription()
    late = [*old.canceled()]

    assert have(fold(new.bought()), NOON).code is YES
    assert {received(event).subscription for event in late} == {old.partition}
    assert old.partition != new.partition


def test_a_pause_and_a_resumption() -> None:
    sold = Subscription()
    events = sold.bought()
    sold.later(days=3)
    events += sold.paused()
    assert have(fold(events), sold.now).code is NO
    sold.later(days=60)

    resumed, paid, activated = sold.resumed()

    for so_far in ([resumed], [resumed, paid], [resumed, paid, activated]):
        assert have(fold([*events, *so_far]), sold.now).code is YES
    assert fold([*events, resumed, paid, activated]).header.ended_at is None


def test_a_pause_that_is_planned_ends_access_by_the_clock() -> None:
    sold = Subscription()
    events = sold.bought()
    sold.changed = {"scheduled_change": {"action": "pause", "effective_at": text(NOON + 9 * DAY), "resume_at": None}}

    events.append(sold.tell())

    assert codes(fold(events), NOON + 9 * DAY) == (YES, NO)


@pytest.mark.parametrize("action", ["resume", "something_new"])
def test_a_planned_change_that_ends_nothing_is_passed_over(action: str) -> None:
    change = {"action": action, "effective_at": text(NOON + 9 * DAY), "resume_at": None}

    known = fold([Subscription(changed={"scheduled_change": change}).tell()])

    assert (known.header.scheduled_action, known.header.scheduled_end) == ("", None)


def test_seats_and_plan_are_those_of_the_latest_snapshot() -> None:
    sold = Subscription(quantity=10)
    events = [*sold.bought(), *sold.resized(20)]
    assert fold(events).header.quantity == 20

    sold.price = LARGE_PRICE
    events += [*sold.resized(4), sold.paid("subscription_update")]

    known = fold(events)
    assert (known.header.quantity, known.header.plan) == (4, "business")
    assert have(known, NOON).until == NOON + MONTH + GRACE


def test_another_billing_frequency_moves_the_paid_time_with_its_first_payment() -> None:
    sold = Subscription()
    events = sold.bought()
    sold.price, sold.period = "pri_team_yearly", 365 * DAY
    sold.later(days=4)
    sold.period_start = sold.now

    events += [sold.tell(), sold.paid("subscription_update")]

    assert fold(events).header.plan == "team"
    assert fold(events).header.paid_through == sold.period_end


def test_a_change_of_plan_to_a_price_that_is_not_ours_grants_nothing() -> None:
    sold = Subscription()
    events = sold.bought()
    sold.price = "pri_unknown"

    events.append(sold.tell())

    assert (fold(events).header.plan, fold(events).header.quantity) == ("", 0)
    assert have(fold(events), NOON).code is NO


def paid_once() -> tuple[Subscription, list[Payload], str]:
    sold = Subscription()
    events = sold.bought()
    return sold, events, events[-1]["data"]["id"]


@pytest.mark.parametrize("status", ["pending_approval", "rejected", "something_new"])
def test_a_refund_that_is_not_approved_changes_nothing(status: str) -> None:
    sold, events, number = paid_once()

    assert have(fold([*events, sold.adjusted(number, status=status)]), NOON).code is YES


def test_a_full_refund_ends_access_for_the_period_that_it_paid_for() -> None:
    sold, events, number = paid_once()
    asked = sold.adjusted(number, status="pending_approval", id="adj_1")

    known = fold([*events, asked, sold.adjusted(number, id="adj_1")])

    assert codes(known, NOON + MONTH) == (NO, YES)
    assert (known.header.paid_through, known.header.refunded_through) == (None, NOON + MONTH)
    assert known.header.read_back


def test_the_period_after_a_refunded_one_licenses_once_it_is_paid() -> None:
    sold, events, number = paid_once()
    events.append(sold.adjusted(number))

    events += sold.renewed()

    assert have(fold(events), NOON + MONTH).code is YES


def test_a_refunded_upgrade_leaves_what_was_paid_before() -> None:
    sold, events, _ = paid_once()
    upgrade = sold.paid("subscription_update")

    known = fold([*events, upgrade, sold.adjusted(upgrade["data"]["id"])])

    assert have(known, NOON).code is YES


def test_a_refunded_purchase_leaves_what_an_upgrade_of_the_same_period_paid_until_that_is_refunded_too() -> None:
    sold, events, number = paid_once()
    upgrade = sold.paid("subscription_update")
    events += [upgrade, sold.adjusted(number)]
    assert have(fold(events), NOON).code is YES

    assert have(fold([*events, sold.adjusted(upgrade["data"]["id"])]), NOON).code is NO


def test_a_refund_that_was_approved_and_then_rejected_changes_nothing() -> None:
    sold, events, number = paid_once()
    approved, rejected = sold.adjusted(number, id="adj_1"), sold.adjusted(number, status="rejected", id="adj_1")

    assert have(fold([*events, approved, rejected]), NOON).code is YES
    assert have(fold([*events, rejected, approved]), NOON).code is YES


def adjusted_items(sold: Subscription, number: str, *kinds: str, whole: str | None) -> Payload:
    payload = sold.adjusted(number, kind=whole)
    payload["data"]["items"] = [{"type": kind} for kind in kinds]
    return payload


@pytest.mark.parametrize(
    ("whole", "kinds", "code"),
    [
        ("full", ("full",), NO),
        ("full", ("full", "full"), NO),
        ("full", (), NO),
        (None, (), YES),
        (None, ("full", "partial"), YES),
        ("partial", ("partial",), YES),
        ("partial", ("full", "partial"), YES),
        ("full", ("tax",), YES),
        ("full", ("full", "tax"), YES),
        ("full", ("proration",), YES),
        ("full", ("full", "proration"), YES),
        ("partial", ("proration",), YES),
        ("something_new", ("full",), YES),
    ],
)
def test_only_a_refund_of_the_whole_takes_the_period_back(
    whole: str | None, kinds: tuple[str, ...], code: Code
) -> None:
    sold, events, number = paid_once()

    assert have(fold([*events, adjusted_items(sold, number, *kinds, whole=whole)]), NOON).code is code


@pytest.mark.parametrize("action", ["credit", "credit_reverse", "something_new"])
def test_credits_change_nothing(action: str) -> None:
    sold, events, number = paid_once()

    assert fold([*events, sold.adjusted(number, action)]) == fold(events)


@pytest.mark.parametrize(
    ("action", "reversal", "other"),
    [
        ("chargeback", "chargeback_reverse", "chargeback_warning_reverse"),
        ("chargeback_warning", "chargeback_warning_reverse", "chargeback_reverse"),
    ],
)
def test_a_dispute_suspends_until_its_own_reversal(action: str, reversal: str, other: str) -> None:
    sold, events, number = paid_once()
    events.append(sold.adjusted(number, action))
    assert have(fold(events), NOON).code is NO

    assert have(fold([*events, sold.adjusted(number, other)]), NOON).code is NO
    assert have(fold([*events, sold.adjusted(number, reversal)]), NOON).code is YES
    assert have(fold([sold.adjusted(number, reversal), *events]), NOON).code is YES


def test_disputed_money_paid_for_nothing() -> None:
    sold, events, number = paid_once()

    assert fold([*events, sold.adjusted(number, "chargeback")]).header.paid_through is None


def test_a_disputed_upgrade_suspends_though_the_period_was_paid_before() -> None:
    sold, events, _ = paid_once()
    upgrade = sold.paid("subscription_update")

    assert have(fold([*events, upgrade, sold.adjusted(upgrade["data"]["id"], "chargeback")]), NOON).code is NO


def test_a_transaction_told_twice_paid_for_the_longer_time_in_either_order() -> None:
    sold = Subscription()
    shorter = sold.paid(number="txn_1")
    sold.period *= 2
    longer = sold.paid(number="txn_1")

    assert fold([shorter, longer]).header.paid_through == NOON + 2 * MONTH
    assert fold([longer, shorter]).header.paid_through == NOON + 2 * MONTH


def test_a_dispute_whose_own_status_becomes_reversed_is_over_too() -> None:
    sold, events, number = paid_once()
    dispute = sold.adjusted(number, "chargeback", id="adj_1")

    over = [*events, dispute, sold.adjusted(number, "chargeback", "reversed", id="adj_1")]

    assert have(fold(over), NOON).code is YES
    assert have(fold([*over, sold.adjusted(number, "chargeback_reverse")]), NOON).code is YES
    again = [*over, sold.adjusted(number, "chargeback_reverse"), sold.adjusted(number, "chargeback")]
    assert have(fold(again), NOON).code is NO


def test_a_warning_that_became_a_chargeback_needs_both_undone() -> None:
    sold, events, number = paid_once()
    events += [sold.adjusted(number, "chargeback_warning"), sold.adjusted(number, "chargeback")]

    one = sold.adjusted(number, "chargeback_reverse")

    assert have(fold([*events, one]), NOON).code is NO
    assert have(fold([*events, one, sold.adjusted(number, "chargeback_warning_reverse")]), NOON).code is YES


def test_a_later_period_that_was_paid_for_ends_the_suspension() -> None:
    sold, events, number = paid_once()
    events.append(sold.adjusted(number, "chargeback"))

    advanced, paid = sold.renewed()

    assert have(fold([*events, advanced]), NOON + MONTH).code is NO
    assert have(fold([*events, advanced, paid]), NOON + MONTH).code is YES


@pytest.mark.parametrize("action", ["refund", "chargeback"])
def test_money_that_went_back_before_it_is_known_to_have_come_is_to_be_read_back(action: str) -> None:
    sold, events, _ = paid_once()
    older = sold.adjusted("txn_before_our_time", action)

    assert fold([*events, older]).header.read_back


@pytest.mark.parametrize("origin", ["subscription_payment_method_change", "subscription_charge", "something_new"])
def test_transactions_that_buy_no_time_move_nothing(origin: str) -> None:
    sold, events, _ = paid_once()
    sold.period_start += 10 * MONTH

    assert fold([*events, sold.paid(origin)]) == fold(events)


@pytest.mark.parametrize("origin", ["web", "api", "subscription_recurring", "subscription_update"])
def test_transactions_that_buy_time_do(origin: str) -> None:
    sold, events, _ = paid_once()
    sold.period_start += 10 * MONTH

    assert fold([*events, sold.paid(origin)]).header.paid_through == NOON + 11 * MONTH


def test_an_invoice_that_is_only_billed_licenses_until_its_payment_was_looked_for() -> None:
    known = fold([Subscription(changed={"collection_mode": "manual"}).tell("created")])

    assert have(known, NOON).code is YES
    assert known.header.read_back


def test_the_late_snapshot_of_an_earlier_moment_changes_nothing() -> None:
    sold = Subscription()
    early = sold.tell("created")
    late = sold.resized(7)

    assert fold([*late, early]) == fold(late)


def test_of_two_snapshots_of_one_moment_every_digit_decides() -> None:
    older, newer = Subscription(id="sub_1", quantity=1).tell(), Subscription(id="sub_1", quantity=2).tell()
    older["data"]["updated_at"], newer["data"]["updated_at"] = (
        "2026-03-02T12:00:00.123456788Z",
        "2026-03-02T12:00:00.123456789Z",
    )

    assert fold([older, newer]).header.quantity == fold([newer, older]).header.quantity == 2


def test_a_fraction_that_is_left_out_is_no_later_one() -> None:
    older, newer = Subscription(id="sub_1", quantity=1).tell(), Subscription(id="sub_1", quantity=2).tell()
    older["data"]["updated_at"], newer["data"]["updated_at"] = "2026-03-02T12:00:00Z", "2026-03-02T12:00:00.6Z"

    assert fold([older, newer]).header.quantity == fold([newer, older]).header.quantity == 2


def cut(used: int, *quantities: int, at: datetime = NOON, start: Purchase | None = None) -> Purchase:
    """A purchase of which so many seats are used, after these changes of quantity at one moment."""
    sold = Subscription(id="sub_1", now=at)
    known = start or fold(sold.bought())
    known = Purchase(known.header.model_copy(update={"seats_used": used}), known.transactions)
    for quantity in quantities:
        known = fold(sold.resized(quantity), known, at)
    return known


@pytest.mark.parametrize(
    ("used", "quantities", "expected"),
    [
        (3, (3,), (None, 0)),
        (0, (1,), (None, 0)),
        (3, (2,), (NOON, 2)),
        (3, (0,), (NOON, 0)),
        (3, (2, 1), (NOON, 1)),
        (3, (1, 2), (NOON, 2)),
        (3, (1, 5), (NOON, 5)),
    ],
)
def test_a_cut_below_what_is_used_is_noted_and_how_far(
    used: int, quantities: tuple[int, ...], expected: tuple[datetime | None, int]
) -> None:
    header = cut(used, *quantities).header

    assert (header.cut_at, header.cut_to) == expected


def test_a_deeper_cut_starts_anew_and_a_smaller_or_repeated_one_does_not() -> None:
    later = NOON + DAY
    first = cut(5, 3)

    assert cut(5, 2, at=later, start=first).header.cut_at == later
    assert cut(5, 4, at=later, start=first).header.cut_at == NOON
    assert cut(5, 3, at=later, start=first).header.cut_at == NOON
    assert cut(5, 3, at=later, start=cut(5, 9, at=NOON + DAY / 2, start=first)).header.cut_at == later
