"""Cancelling and pausing, at once or at the end of the period, and going on.

https://developer.paddle.com/build/subscriptions/overview
"""

from datetime import datetime

from dev.paddle_api.entities import Entity
from dev.paddle_api.payments import Payments
from dev.paddle_api.renewals import Renewals
from dev.paddle_api.world import World
from dev.wire import Refused


class Endings:
    """Each names a subscription by its id, and raises Refused unless it is in a state for it."""

    def __init__(self, world: World, payments: Payments, renewals: Renewals) -> None:
        self._world, self._payments, self._renewals = world, payments, renewals

    def cancel(self, id: str) -> None:  # noqa: A002 - what Paddle calls it
        """Now, and for good."""
        with self._world.telling():
            self._stop(self._world.subscription(id, "active", "trialing", "past_due", "paused"), "canceled")

    def exhaust_dunning(self, id: str, *, pauses: bool = False) -> None:  # noqa: A002
        """Nobody paid in the end."""
        with self._world.telling():
            self._stop(self._world.subscription(id, "past_due"), "paused" if pauses else "canceled")

    def pause(self, id: str) -> None:  # noqa: A002
        with self._world.telling():
            self._stop(self._world.subscription(id, "active", "past_due"), "paused")

    def schedule(self, id: str, action: str = "cancel", resume_at: str | None = None) -> None:  # noqa: A002
        """At the end of the period, which the clock brings about: cancel or pause."""
        world = self._world
        with world.telling():
            it = world.subscription(id, "active", "trialing", "past_due")
            self._renewals.catch_up(it)
            if action not in {"cancel", "pause"} or it["scheduled_change"]:
                raise Refused("Only to cancel or to pause can be scheduled, and only one at a time.")
            at = it["current_billing_period"]["ends_at"]
            planned = {"action": action, "effective_at": at, "resume_at": resume_at}
            world.change(it, scheduled_change=planned, next_billed_at=None)
            world.tell("subscription.updated", it)
        self.await_(it)

    def await_(self, it: Entity) -> None:
        """What is scheduled happens when it is due."""
        planned = it["scheduled_change"]
        at = datetime.fromisoformat(planned["effective_at"])
        self._world.later.plan(at - self._world.clock(), lambda: self._carry_out(it, planned))

    def undo(self, id: str) -> None:  # noqa: A002
        """Nothing is scheduled any more."""
        with self._world.telling():
            it = self._world.subscription(id)
            if not it["scheduled_change"]:
                raise Refused("Nothing is scheduled.")
            until = it["current_billing_period"]["ends_at"]
            self._world.change(it, scheduled_change=None, next_billed_at=until)
            self._world.tell("subscription.updated", it)

    def resume(self, id: str) -> None:  # noqa: A002
        """A new period begins now, and is paid for."""
        world = self._world
        with world.telling():
            it = world.subscription(id, "paused")
            self._renewals.begin(it, world.stamps.moment(), it["items"])
            world.change(it, status="active", paused_at=None, scheduled_change=None)
            self._renewals.twice(it, "resumed")
            about = it["current_billing_period"]
            owed = self._payments.bill(it, it["items"], "subscription_recurring", billing_period=about)
            self._payments.settle(owed)
            world.change(it)
            self._renewals.twice(it, "activated")

    def _carry_out(self, it: Entity, planned: Entity) -> None:
        if it["scheduled_change"] is planned and it["status"] in {"active", "trialing", "past_due"}:
            with self._world.telling():
                self._stop(it, "canceled" if planned["action"] == "cancel" else "paused")

    def _stop(self, it: Entity, status: str) -> None:
        """Its items stay as they were; what was overdue is forgiven."""
        world = self._world
        at = world.now()
        stopped = {f"{status}_at": at, "current_billing_period": None, "next_billed_at": None}
        world.change(it, status=status, scheduled_change=None, **stopped)
        self._renewals.twice(it, status)
        for transaction in list(world.transactions.values()):
            if transaction["subscription_id"] == it["id"] and transaction["status"] == "past_due":
                self._payments.tell(transaction, "updated", status="canceled")
                self._payments.tell(transaction, "canceled")
