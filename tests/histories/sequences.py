"""What Paddle tells when something happens, case by case, in the order in which it tells it; nothing is left out.

Where that is more than six events that reach the fold, the same case is there again with less before and beside it,
so that all its orders can be told.
"""

from collections.abc import Callable
from datetime import timedelta

from tests.domain.test_purchases import with_trial
from tests.histories.money import MONEY, a_chargeback_after_a_renewal, a_refund_that_waited
from tests.paddle import Payload, Subscription, text
from tests.world import LARGE_PRICE

Sequence = Callable[[Subscription], list[Payload]]
YEARLY = "pri_team_yearly"


def a_purchase(bought: Subscription) -> list[Payload]:
    return bought.bought()


def a_trial_that_nobody_paid_after(bought: Subscription) -> list[Payload]:
    trial = with_trial(bought, bought.now + timedelta(days=14))
    bought.later(days=14)
    bought.changed = {}
    return [*trial, *bought.canceled()]


def a_trial_that_became_paid(bought: Subscription) -> list[Payload]:
    trial = with_trial(bought, bought.now + timedelta(days=14))
    bought.later(days=14)
    bought.status, bought.changed, bought.period_start = "active", {}, bought.now
    return [*trial, bought.tell(), bought.tell("activated"), bought.paid("subscription_recurring")]


def a_period_that_is_not_yet_paid(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), bought.renewed()[0]]


def a_renewal(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.renewed()]


def two_renewals(bought: Subscription) -> list[Payload]:
    return [*a_renewal(bought), *bought.renewed()]


def a_renewal_that_failed(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.renewal_failed()]


def a_renewal_that_failed_and_was_made_good(bought: Subscription) -> list[Payload]:
    told = a_renewal_that_failed(bought)
    bought.later(days=4)
    return [*told, *bought.recovered()]


def a_recovery(bought: Subscription) -> list[Payload]:
    _, _, *told = a_renewal_that_failed_and_was_made_good(bought)
    return told


def a_renewal_that_was_never_made_good(bought: Subscription) -> list[Payload]:
    told = a_renewal_that_failed(bought)
    bought.later(days=30)
    return [*told, *bought.canceled()]


def the_end_of_dunning(bought: Subscription) -> list[Payload]:
    _, _, *told = a_renewal_that_was_never_made_good(bought)
    return told


def dunning_that_ends_in_a_pause(bought: Subscription) -> list[Payload]:
    _, _, *told = a_renewal_that_failed(bought)
    bought.later(days=30)
    return [*told, *bought.paused()]


def a_cancellation_at_the_end_of_the_period(bought: Subscription) -> list[Payload]:
    told = [*bought.bought(), *bought.cancel_scheduled()]
    bought.now = bought.period_end
    return [*told, *bought.canceled()]


def a_cancellation_at_once(bought: Subscription) -> list[Payload]:
    told = bought.bought()
    bought.later(days=1)
    return [*told, *bought.canceled()]


def a_cancellation_undone(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.cancel_scheduled(), *bought.cancel_undone()]


def a_cancellation_undone_and_done(bought: Subscription) -> list[Payload]:
    return [*a_cancellation_undone(bought), *bought.canceled()]


def snapshots_after_the_end(bought: Subscription) -> list[Payload]:
    told = a_cancellation_at_once(bought)
    bought.status, bought.changed = "active", {}
    return [*told, bought.tell()]


def a_pause_and_its_end(bought: Subscription) -> list[Payload]:
    told = [*bought.bought(), *bought.paused()]
    bought.later(days=9)
    return [*told, *bought.resumed()]


def a_resumption(bought: Subscription) -> list[Payload]:
    _, _, *told = a_pause_and_its_end(bought)
    return told


def a_pause_with_a_day_of_resumption(bought: Subscription) -> list[Payload]:
    told = bought.bought()
    resume_at = text(bought.period_end + timedelta(days=10))
    planned = {"action": "pause", "effective_at": text(bought.period_end), "resume_at": resume_at}
    bought.changed = {"scheduled_change": planned, "next_billed_at": None}
    told.append(bought.tell())
    bought.later(days=30)
    bought.status = "paused"
    resume = {"action": "resume", "effective_at": resume_at, "resume_at": None}
    bought.changed = {"scheduled_change": resume, "paused_at": text(bought.now), "next_billed_at": None}
    told += [bought.tell(), bought.tell("paused")]
    bought.later(days=10)
    return [*told, *bought.resumed()]


def more_seats_and_fewer(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.resized(9), bought.paid("subscription_update"), *bought.resized(4)]


def seats_for_others_and_one_again(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.resized(5), *bought.resized(1)]


def seats_cut_and_given_back(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.resized(1), *bought.resized(2), *bought.resized(8)]


def seats_cut_twice(bought: Subscription) -> list[Payload]:
    return [*bought.bought(), *bought.resized(1), *bought.resized(0), *bought.resized(2)]


def another_plan(bought: Subscription) -> list[Payload]:
    told = bought.bought()
    bought.later(days=5)
    bought.price = LARGE_PRICE
    credit = bought.adjusted(told[-1]["data"]["id"], "credit", kind="partial")
    credit["data"]["items"] = [{"type": "proration"}]
    return [*told, bought.tell(), bought.paid("subscription_update"), credit]


def another_plan_and_its_renewal(bought: Subscription) -> list[Payload]:
    return [*another_plan(bought), *bought.renewed()]


def another_billing_frequency(bought: Subscription) -> list[Payload]:
    told = bought.bought()
    bought.later(days=5)
    bought.price, bought.period, bought.period_start = YEARLY, timedelta(days=365), bought.now
    return [*told, bought.tell(), bought.paid("subscription_update")]


def a_manual_invoice(bought: Subscription) -> list[Payload]:
    bought.changed = {"collection_mode": "manual"}
    events = [bought.tell("created"), bought.tell("activated")]
    bought.later(days=20)
    return [*events, bought.paid("api"), bought.tell()]


def another_payment_method(bought: Subscription) -> list[Payload]:
    told = bought.bought()
    bought.later(days=3)
    told.append(bought.paid("subscription_payment_method_change"))
    return [*told, *bought.renewal_failed(), *bought.recovered()]


def a_whole_life(bought: Subscription) -> list[Payload]:
    """Everything that one subscription can go through, one after the other."""
    told = a_trial_that_became_paid(bought)
    told += bought.resized(9)
    told += another_plan(bought)[3:]
    told += bought.renewed()
    told += bought.cancel_scheduled()
    told += bought.cancel_undone()
    told += a_chargeback_after_a_renewal(bought)[3:]
    told += a_refund_that_waited(bought)[3:]
    told += bought.renewal_failed()
    bought.later(days=4)
    told += bought.recovered()
    told += bought.paused()
    bought.later(days=9)
    told += bought.resumed()
    return [*told, *bought.canceled()]


SEQUENCES: list[Sequence] = [
    a_purchase,
    a_trial_that_nobody_paid_after,
    a_trial_that_became_paid,
    a_period_that_is_not_yet_paid,
    a_renewal,
    two_renewals,
    a_renewal_that_failed,
    a_renewal_that_failed_and_was_made_good,
    a_recovery,
    a_renewal_that_was_never_made_good,
    the_end_of_dunning,
    dunning_that_ends_in_a_pause,
    a_cancellation_at_the_end_of_the_period,
    a_cancellation_at_once,
    a_cancellation_undone,
    a_cancellation_undone_and_done,
    snapshots_after_the_end,
    a_pause_and_its_end,
    a_resumption,
    a_pause_with_a_day_of_resumption,
    more_seats_and_fewer,
    seats_for_others_and_one_again,
    seats_cut_and_given_back,
    seats_cut_twice,
    another_plan,
    another_plan_and_its_renewal,
    another_billing_frequency,
    a_manual_invoice,
    another_payment_method,
    *MONEY,
    a_whole_life,
]
