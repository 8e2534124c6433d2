"""A subscription from period to period: paid for, not paid for, changed, on trial.

The order of events is that of Paddle's own simulator: https://developer.paddle.com/webhooks/simulator/overview
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dev.paddle_api import agreements, entities
from dev.paddle_api.adjustments import Adjustments
from dev.paddle_api.entities import Entity
from dev.paddle_api.ids import text
from dev.paddle_api.payments import Payments
from dev.paddle_api.world import World, after, period
from dev.wire import Refused


class Renewals:
    """Each names a subscription by its id, and raises Refused unless it is in a state for it."""

    def __init__(self, world: World, payments: Payments, adjustments: Adjustments) -> None:
        self._world, self._payments, self._adjustments = world, payments, adjustments

    def renew(self, id: str) -> None:  # noqa: A002 - what Paddle calls it
        """The new period is told before it is paid for."""
        with self._world.telling():
            it = self._world.subscription(id, "active")
            self._payments.settle(self._owe(it))

    def fail_renewal(self, id: str) -> None:  # noqa: A002
        """At first the new period is told as active, since the charge comes later."""
        with self._world.telling():
            it = self._world.subscription(id, "active")
            self._payments.fail(self._owe(it))
            self._world.change(it, status="past_due")
            self.twice(it, "past_due")

    def retry(self, id: str) -> None:  # noqa: A002
        """One more attempt to charge what is overdue, in vain."""
        with self._world.telling():
            it = self._world.subscription(id, "past_due")
            self._payments.fail(self._world.latest(it, "past_due"))
            self._world.change(it)
            self._world.tell("subscription.updated", it)

    def recover(self, id: str) -> None:  # noqa: A002
        """What was overdue is paid."""
        with self._world.telling():
            it = self._world.subscription(id, "past_due")
            transaction = self._world.latest(it, "past_due")
            self._payments.pay(transaction)
            self._payments.complete(transaction)
            self._world.change(it, status="active")
            self._world.tell("subscription.updated", it)

    def end_trial(self, id: str) -> None:  # noqa: A002
        """It converts: the first period that costs something begins."""
        with self._world.telling():
            it = self._world.subscription(id, "trialing")
            self._advance(it)
            self._world.change(it, status="active", first_billed_at=it["current_billing_period"]["starts_at"])
            self.twice(it, "activated")
            self._payments.settle(self._bill(it))

    def change(
        self,
        id: str,  # noqa: A002
        items: Sequence[Mapping[str, Any]],
        *,
        bill: bool = True,
        paid: bool = True,
    ) -> None:
        """The whole list of what it has from now on. More is charged at once, less is credited; or, without ``bill``,
        neither. ``paid``: else the change holds all the same, while its transaction is overdue.
        """
        world = self._world
        with world.telling():
            it = world.subscription(id, "active", "trialing")
            wanted = world.priced(items)
            before, now = _worth(it["items"]), world.stamps.moment()
            self._put(it, wanted, now)
            world.tell("subscription.updated", it)
            rest = period(now, datetime.fromisoformat(it["current_billing_period"]["ends_at"]))
            if bill and _worth(wanted) > before:
                charge = self._payments.bill(it, wanted, "subscription_update", billing_period=rest)
                (self._payments.settle if paid else self._payments.fail)(charge)
            elif bill and _worth(wanted) < before:
                self._adjustments.credit(id)

    def twice(self, it: Entity, change: str) -> None:
        """As updated, and as what it became."""
        self._world.tell("subscription.updated", it)
        self._world.tell(f"subscription.{change}", it)

    def catch_up(self, it: Entity) -> None:
        """Paddle renews by itself; here somebody has to ask for it, or for what needs a period that still runs."""
        ends = it["current_billing_period"] and datetime.fromisoformat(it["current_billing_period"]["ends_at"])
        if it["status"] == "active" and not it["scheduled_change"] and ends and ends <= self._world.clock():
            self._payments.settle(self._owe(it))

    def _owe(self, it: Entity) -> Entity:
        if it["scheduled_change"]:
            raise Refused("It does not renew, since a change is scheduled for the end of its period: undo that first.")
        self._advance(it)
        self._world.change(it)
        self._world.tell("subscription.updated", it)
        return self._bill(it)

    def _bill(self, it: Entity) -> Entity:
        origin, about = "subscription_recurring", it["current_billing_period"]
        return self._payments.bill(it, it["items"], origin, billing_period=about)

    def _advance(self, it: Entity) -> None:
        """Nobody was here to renew what was due meanwhile, so an overdue period ends now."""
        ends = datetime.fromisoformat(it["current_billing_period"]["ends_at"])
        self.begin(it, max(ends, self._world.clock()), it["items"])

    def begin(self, it: Entity, starts: datetime, items: Sequence[Entity]) -> None:
        """A period of its billing cycle."""
        ends = after(starts, it["billing_cycle"])
        it["current_billing_period"] = period(starts, ends)
        it["next_billed_at"] = None if it["scheduled_change"] else text(ends)
        it["items"] = agreements.held(items, "active", text(starts), text(ends), it["created_at"])

    def _put(self, it: Entity, wanted: Sequence[Entity], now: datetime) -> None:
        """Another frequency begins a new period."""
        cycle = wanted[0]["price"]["billing_cycle"]
        if cycle == it["billing_cycle"]:
            old = it["current_billing_period"]
            status = it["items"][0]["status"]
            it["items"] = agreements.held(wanted, status, old["starts_at"], old["ends_at"], it["created_at"])
        else:
            it["billing_cycle"] = cycle
            self.begin(it, now, wanted)
        self._world.change(it)


def _worth(items: Sequence[Entity]) -> int:
    return int(entities.totals(items)["total"])
