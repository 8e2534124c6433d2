"""What Paddle tells when something happens, case by case, in the order in which it tells it.

Each is at most six events that reach the fold; the rest of what happens is told in `tests/domain/test_fold.py`.
"""

from collections.abc import Callable
from datetime import timedelta

from tests.domain.test_purchases import with_trial
from tests.paddle import Payload, Subscription, text
from tests.world import LARGE_PRICE

Sequence = Callable[[Subscription], list[Payload]]
YEARLY = "pri_team_yearly"


def a_trial_that_nobody_paid_after(bought: Subscription) -> list[Payload]:
    created, trialing = with_trial(bought, bought.now + timedelta(days=14))
    bought.later(days=14)
    bought.changed = {}
    return [created, trialing, *bought.canceled()]


def a_trial_that_became_paid(bought: Subscription) -> list[Payload]:
    trial = with_trial(bought, bought.now + timedelta(days=14))
    bought.later(days=14)
    bought.status, bought.changed, bought.period_start = "active", {}, bought.now
    return [*trial, bought.tell(), bought.tell("activated"), bought.paid("subscription_recurring")]


def a_pause_with_a_day_of_resumption(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    resume_at = text(bought.period_end + timedelta(days=10))
    planned = {"action": "pause", "effective_at": text(bought.period_end), "resume_at": resume_at}
    bought.changed = {"scheduled_change": planned, "next_billed_at": None}
    events = [created, paid, bought.tell()]
    bought.later(days=30)
    bought.status = "paused"
    resume = {"action": "resume", "effective_at": resume_at, "resume_at": None}
    bought.changed = {"scheduled_change": resume, "paused_at": text(bought.now), "next_billed_at": None}
    events.append(bought.tell("paused"))
    bought.later(days=10)
    resumed, again, _ = bought.resumed()
    return [*events, resumed, again]


def another_plan_with_proration(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    bought.later(days=5)
    bought.price = LARGE_PRICE
    credit = bought.adjusted(paid["data"]["id"], "credit", kind="partial")
    credit["data"]["items"] = [{"type": "proration"}]
    return [created, paid, bought.tell(), bought.paid("subscription_update"), credit]


def another_billing_frequency(bought: Subscription) -> list[Payload]:
    created, activated, paid = bought.bought()
    bought.later(days=5)
    bought.price, bought.period, bought.period_start = YEARLY, timedelta(days=365), bought.now
    return [created, activated, paid, bought.tell(), bought.paid("subscription_update")]


def a_tax_number_that_came_later(bought: Subscription) -> list[Payload]:
    created, activated, paid = bought.bought()
    bought.later(days=1)
    number = paid["data"]["id"]
    tax = bought.adjusted(number, "refund", kind="partial")
    tax["data"]["items"] = [{"type": "tax"}]
    refund = bought.adjusted(number, "refund", "pending_approval", id="adj_" + "1" * 26)
    return [created, activated, paid, tax, refund, bought.adjusted(number, "refund", id="adj_" + "1" * 26)]


def a_chargeback_and_its_reversal(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    number = paid["data"]["id"]
    actions = ["chargeback_warning", "chargeback", "chargeback_reverse", "chargeback_warning_reverse"]
    return [created, paid, *(bought.adjusted(number, action) for action in actions)]


def a_chargeback_after_a_renewal(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    advanced, renewed = bought.renewed()
    number = renewed["data"]["id"]
    return [
        created,
        paid,
        advanced,
        renewed,
        *(bought.adjusted(number, f"chargeback{end}") for end in ("", "_reverse")),
    ]


def a_manual_invoice(bought: Subscription) -> list[Payload]:
    bought.changed = {"collection_mode": "manual"}
    events = [bought.tell("created"), bought.tell("activated")]
    bought.later(days=20)
    return [*events, bought.paid("api"), bought.tell()]


def another_payment_method(bought: Subscription) -> list[Payload]:
    created, _, paid = bought.bought()
    bought.later(days=3)
    changed = bought.paid("subscription_payment_method_change")
    _, overdue, _ = bought.renewal_failed()
    return [created, paid, changed, overdue, *bought.recovered()]


SEQUENCES: list[Sequence] = [
    a_trial_that_nobody_paid_after,
    a_trial_that_became_paid,
    a_pause_with_a_day_of_resumption,
    another_plan_with_proration,
    another_billing_frequency,
    a_tax_number_that_came_later,
    a_chargeback_and_its_reversal,
    a_chargeback_after_a_renewal,
    a_manual_invoice,
    another_payment_method,
]


def a_whole_life(bought: Subscription) -> list[Payload]:
    """Everything of the above that one subscription can go through, one after the other."""
    told = a_trial_that_became_paid(bought)
    told += bought.resized(9)
    told += another_plan_with_proration(bought)[2:]
    told += bought.renewed()
    told += bought.cancel_scheduled()
    told += bought.cancel_undone()
    told += a_chargeback_after_a_renewal(bought)[2:]
    told += bought.renewal_failed()
    bought.later(days=4)
    told += bought.recovered()
    told += bought.paused()
    bought.later(days=9)
    told += bought.resumed()
    return [*told, *bought.canceled()]
