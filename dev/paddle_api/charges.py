"""Transactions of a subscription beside its renewals."""

from dev.paddle_api import entities
from dev.paddle_api.payments import Payments
from dev.paddle_api.world import World


class Charges:
    """Each names a subscription by its id, and raises Refused unless it is in a state for it."""

    def __init__(self, world: World, payments: Payments) -> None:
        self._world, self._payments = world, payments

    def pay_invoice(self, id: str) -> None:  # noqa: A002
        """A manually collected transaction is paid in the end."""
        with self._world.telling():
            it = self._world.subscription(id)
            transaction = self._world.latest(it, "billed")
            self._payments.pay(transaction)
            self._payments.complete(transaction)

    def charge(self, id: str) -> None:  # noqa: A002
        """Something once, that buys no time."""
        with self._world.telling():
            it = self._world.subscription(id, "active")
            self._payments.settle(self._payments.bill(it, it["items"], "subscription_charge"))

    def change_payment_method(self, id: str) -> None:  # noqa: A002
        """A transaction over nothing, about the current period whether it is paid for or not."""
        with self._world.telling():
            it = self._world.subscription(id, "active", "past_due", "trialing", "paused")
            origin, about = "subscription_payment_method_change", it["current_billing_period"]
            nothing = self._payments.bill(it, it["items"], origin, billing_period=about)
            nothing["details"]["totals"] = entities.totals([])
            self._payments.settle(nothing)
