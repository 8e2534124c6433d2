"""What happens to a subscription, and the events that Paddle tells of it, in the order in which they arise.

They are those that a destination for this server is set up for: `subscription.*`, `transaction.completed` and
`adjustment.*`. https://developer.paddle.com/build/subscriptions/provision-access-webhooks
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from dev.paddle.payloads import Payload
from dev.paddle.subscription import PERIOD, Adjustment, Subscription, new_id
from dev.paddle.telling import adjust, completed, pay, tell
from dev.trouble import Trouble

Story = Callable[[Subscription, datetime], list[Payload]]


def purchase(it: Subscription, now: datetime) -> list[Payload]:
    payment = it.pay(it.period_start)
    created, activated = tell(it, now, "created"), tell(it, now, "activated")
    # The one event of a subscription that names a transaction.
    created["data"]["transaction_id"] = payment.id
    return [created, activated, completed(it, now, payment, "web")]


def renew(it: Subscription, now: datetime) -> list[Payload]:
    """The new period is told before it is paid for."""
    _require(it, "active")
    _refuse_if_cancelling(it)
    _begin_period(it, now)
    return [tell(it, now), pay(it, now, "subscription_recurring")]


def fail_renewal(it: Subscription, now: datetime) -> list[Payload]:
    """The new period is told as active at first, since the charge comes later."""
    _require(it, "active")
    _refuse_if_cancelling(it)
    _begin_period(it, now)
    first = tell(it, now)
    it.status = "past_due"
    return [first, tell(it, now), tell(it, now, "past_due")]


def recover(it: Subscription, now: datetime) -> list[Payload]:
    _require(it, "past_due")
    paid = pay(it, now, "subscription_recurring")
    it.status = "active"
    return [paid, tell(it, now)]


def change_seats(it: Subscription, now: datetime, seats: int) -> list[Payload]:
    """More seats are charged for the rest of the period, fewer are credited; Paddle refuses both while unpaid."""
    _require(it, "active")
    before, it.seats = it.seats, seats
    told = tell(it, now)
    if seats > before:
        return [told, pay(it, now, "subscription_update")]
    if seats < before and it.payments:
        credit = Adjustment(new_id("adj"), it.payments[-1], "credit", "approved")
        return [told, adjust(it, now, credit, "created")]
    return [told]


def schedule_cancel(it: Subscription, now: datetime) -> list[Payload]:
    _require(it, "active")
    _refuse_if_cancelling(it)
    before = _renew_if_due(it, now)
    it.cancels = True
    return [*before, tell(it, now)]


def undo_cancel(it: Subscription, now: datetime) -> list[Payload]:
    if not it.cancels:
        raise Trouble("No cancellation is scheduled for this subscription.")
    it.cancels = False
    return [tell(it, now)]


def cancel(it: Subscription, now: datetime) -> list[Payload]:
    _require(it, "active", "past_due", "paused")
    it.status, it.cancels, it.stopped_at = "canceled", False, now
    return [tell(it, now), tell(it, now, "canceled")]


def refund(it: Subscription, now: datetime) -> list[Payload]:
    """Pending first, then approved. The subscription itself goes on."""
    before = _renew_if_due(it, now)
    payment = next((paid for paid in reversed(it.payments) if not paid.refunded), None)
    if payment is None:
        raise Trouble("Every payment of this subscription was refunded already.")
    payment.refunded = True
    pending = Adjustment(new_id("adj"), payment, "refund", "pending_approval")
    approved = pending._replace(status="approved")
    return [*before, adjust(it, now, pending, "created"), adjust(it, now, approved, "updated")]


def pause(it: Subscription, now: datetime) -> list[Payload]:
    _require(it, "active", "past_due")
    it.status, it.cancels, it.stopped_at = "paused", False, now
    return [tell(it, now), tell(it, now, "paused")]


def resume(it: Subscription, now: datetime) -> list[Payload]:
    _require(it, "paused")
    it.status, it.stopped_at = "active", None
    it.period_start, it.period_end = now, now + PERIOD
    return [
        tell(it, now),
        tell(it, now, "resumed"),
        pay(it, now, "subscription_recurring"),
        tell(it, now),
        tell(it, now, "activated"),
    ]


STORIES: Mapping[str, Story] = {
    "renew": renew,
    "fail-renewal": fail_renewal,
    "recover": recover,
    "schedule-cancel": schedule_cancel,
    "undo-cancel": undo_cancel,
    "cancel": cancel,
    "refund": refund,
    "pause": pause,
    "resume": resume,
}


def _begin_period(it: Subscription, now: datetime) -> None:
    """Nobody was here to renew what was due meanwhile, so an overdue period ends now."""
    it.period_start = max(it.period_end, now)
    it.period_end = it.period_start + PERIOD


def _renew_if_due(it: Subscription, now: datetime) -> list[Payload]:
    """Paddle renews by itself; what is scheduled or refunded is a period that still runs."""
    return renew(it, now) if it.status == "active" and not it.cancels and it.period_end <= now else []


def _require(it: Subscription, *statuses: str) -> None:
    if it.status not in statuses:
        if it.status == "canceled":
            raise Trouble("This subscription is cancelled for good: make another with the command purchase.")
        wanted = " or ".join(statuses).replace("_", " ")
        raise Trouble(f"This subscription is {it.status.replace('_', ' ')}; it would have to be {wanted}.")


def _refuse_if_cancelling(it: Subscription) -> None:
    if it.cancels:
        raise Trouble("This subscription is to be cancelled at the end of its period: try undo-cancel first.")
