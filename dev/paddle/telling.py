"""Events of a subscription, each at a moment of its own."""

from datetime import datetime

from dev.paddle import payloads
from dev.paddle.payloads import Payload
from dev.paddle.subscription import Adjustment, Payment, Subscription


def tell(it: Subscription, now: datetime, change: str = "updated") -> Payload:
    """The subscription as it is now."""
    at = it.change(now)
    return payloads.event(f"subscription.{change}", at, payloads.subscription(it))


def pay(it: Subscription, now: datetime, origin: str) -> Payload:
    """A payment for the current period, or for what is left of it."""
    return completed(it, now, it.pay(now if origin == "subscription_update" else it.period_start), origin)


def completed(it: Subscription, now: datetime, payment: Payment, origin: str) -> Payload:
    """A payment that was made."""
    at = it.change(now)
    return payloads.event("transaction.completed", at, payloads.transaction(it, payment, origin))


def adjust(it: Subscription, now: datetime, adjustment: Adjustment, change: str) -> Payload:
    """Money that goes back."""
    at = it.change(now)
    return payloads.event(f"adjustment.{change}", at, payloads.adjustment(it, adjustment))
