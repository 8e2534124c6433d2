"""Money that goes back: refunds, credits, tax, chargebacks and their reversal.

https://developer.paddle.com/build/transactions/create-transaction-adjustments
"""

from typing import Literal

from dev.paddle_api import entities
from dev.paddle_api.entities import Entity
from dev.paddle_api.world import World
from dev.wire import Refused

Decision = Literal["approved", "rejected", "pending", "at_once"]


class Adjustments:
    """Each concerns the latest completed transaction of a subscription, or the one that is named; and answers the id
    of what it made. They raise Refused.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def refund(
        self,
        id: str,  # noqa: A002 - what Paddle calls it
        *,
        part: bool = False,
        transaction: str | None = None,
        decision: Decision = "approved",
    ) -> str:
        """Asked for first, then decided, unless Paddle approves it ``at_once``. The subscription itself goes on."""
        status = "approved" if decision == "at_once" else "pending_approval"
        made = self._make(id, "refund", "partial" if part else "full", transaction=transaction, status=status)
        if decision in {"approved", "rejected"}:
            self.decide(made, approve=decision == "approved")
        return made

    def decide(self, adjustment: str, *, approve: bool = True) -> None:
        with self._world.telling():
            it = self._found(adjustment, "pending_approval")
            self._world.change(it, status="approved" if approve else "rejected")
            self._world.tell("adjustment.updated", it)

    def credit(self, id: str) -> str:  # noqa: A002
        """For a part of the period, by Paddle itself."""
        return self._make(id, "credit", "partial", item="proration")

    def refund_tax(self, id: str) -> str:  # noqa: A002
        """A VAT number was added later: the transaction is revised, and the tax goes back."""
        with self._world.telling():
            transaction = self._world.latest(self._world.subscription(id), "completed")
            self._world.change(transaction, revised_at=self._world.now())
            self._world.tell("transaction.revised", transaction)
        return self._make(id, "refund", "partial", item="tax")

    def charge_back(self, id: str, *, warning: bool = False, transaction: str | None = None) -> str:  # noqa: A002
        """The buyer's bank takes the money back, or says that it is about to; either way it is gone."""
        action = "chargeback_warning" if warning else "chargeback"
        return self._make(id, action, "full", transaction=transaction)

    def reverse(self, adjustment: str) -> str:
        """It was won: another adjustment of its own, and the first is reversed."""
        world = self._world
        with world.telling():
            it = self._found(adjustment, "approved")
            if not it["action"].startswith("chargeback"):
                raise Refused("Only a chargeback can be won.")
            transaction = world.transaction(it["transaction_id"])
            back = entities.adjustment(world.stamps.id("adj"), transaction, f"{it['action']}_reverse", world.now())
            world.adjustments[back["id"]] = back
            world.tell("adjustment.created", back)
            world.change(it, status="reversed")
            world.tell("adjustment.updated", it)
            return str(back["id"])

    def _make(
        self,
        subscription: str,
        action: str,
        kind: str,
        *,
        item: str | None = None,
        transaction: str | None = None,
        status: str = "approved",
    ) -> str:
        world = self._world
        with world.telling():
            it = world.subscription(subscription)
            about = world.transaction(transaction, "completed") if transaction else world.latest(it, "completed")
            made = entities.adjustment(world.stamps.id("adj"), about, action, world.now())
            made.update(type=kind, status=status)
            made["items"][0]["type"] = item or kind
            world.adjustments[made["id"]] = made
            world.tell("adjustment.created", made)
            return str(made["id"])

    def _found(self, id: str, status: str) -> Entity:  # noqa: A002
        it = self._world.adjustments.get(id)
        if it is None or it["status"] != status:
            raise Refused(f"There is no {id} that is {status}.")
        return it
