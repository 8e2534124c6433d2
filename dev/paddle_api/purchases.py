"""From a transaction to a subscription, in the order in which Paddle tells of it.

https://developer.paddle.com/build/subscriptions/provision-access-webhooks
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dev.paddle_api import agreements, entities, parties
from dev.paddle_api.entities import Entity
from dev.paddle_api.payments import Payments
from dev.paddle_api.world import World, after
from dev.wire import Refused


class Purchases:
    """What happens at a checkout, in the dashboard, or in another system before."""

    def __init__(self, world: World, payments: Payments) -> None:
        self._world, self._payments = world, payments

    def open(self, items: Sequence[Mapping[str, Any]], custom_data: Entity | None, origin: str) -> Entity:
        """A draft that nobody has paid for. Raises Refused."""
        with self._world.telling():
            made = self._payments.make(self._world.priced(items), custom_data, origin)
            if made["items"][0]["price"]["trial_period"]:
                made["details"]["totals"] = entities.totals([])
            return made

    def complete(
        self,
        id: str,  # noqa: A002 - what Paddle calls it
        *,
        email: str,
        name: str | None = None,
        company: str | None = None,
        began: datetime | None = None,
    ) -> Entity:
        """The buyer pays, or did so when it ``began``. Raises Refused unless it is open."""
        world = self._world
        with world.telling():
            transaction = world.transaction(id, "draft", "ready")
            self._identify(transaction, email, name, company)
            self._payments.tell(transaction, "ready", status="ready")
            self._payments.tell(transaction, "updated")
            self._payments.pay(transaction)
            subscription = self._begin(transaction, began)
            self._payments.tell(transaction, "updated", subscription_id=subscription["id"])
            self._payments.complete(transaction)
            saved = entities.method(transaction["customer_id"], transaction["address_id"], world.now())
            world.tell("payment_method.saved", saved)
            return subscription

    def bill(self, id: str, *, email: str, company: str) -> Entity:  # noqa: A002
        """An invoice is sent instead: the subscription runs at once, and is paid for later. Raises Refused."""
        world = self._world
        with world.telling():
            transaction = world.transaction(id, "draft", "ready")
            self._identify(transaction, email, None, company)
            world.change(transaction, collection_mode="manual")
            self._payments.tell(transaction, "billed", status="billed", billed_at=world.now())
            subscription = self._begin(transaction)
            self._payments.tell(transaction, "updated", subscription_id=subscription["id"])
            return subscription

    def import_(self, items: Sequence[Mapping[str, Any]], *, email: str) -> Entity:
        """From another system, with nothing of ours in it. Raises Refused."""
        world = self._world
        with world.telling():
            buyer = self._customer(email, None)
            subscription = self._made(world.priced(items), buyer["id"], self._address(buyer["id"]))
            subscription["import_meta"] = {"external_id": "9b95b0b8", "imported_from": "stripe"}
            world.tell("subscription.imported", subscription)
            return subscription

    def _identify(self, transaction: Entity, email: str, name: str | None, company: str | None) -> None:
        buyer = self._customer(email, name)
        firm = self._business(buyer["id"], company, email) if company else None
        self._payments.tell(
            transaction,
            "updated",
            customer_id=buyer["id"],
            address_id=self._address(buyer["id"]),
            business_id=firm,
        )

    def _customer(self, email: str, name: str | None) -> Entity:
        """The one with this address, if it is known already."""
        world = self._world
        for known in world.customers.values():
            if known["email"].lower() == email.lower():
                return known
        made = parties.customer(world.stamps.id("ctm"), email, name, world.now())
        world.customers[made["id"]] = made
        world.tell("customer.created", made)
        return made

    def _address(self, customer: str) -> str:
        world = self._world
        made = parties.address(world.stamps.id("add"), customer, world.now())
        world.addresses[made["id"]] = made
        world.tell("address.created", made)
        return str(made["id"])

    def _business(self, customer: str, name: str, email: str) -> str:
        world = self._world
        made = parties.business(world.stamps.id("biz"), customer, name, email, world.now())
        world.businesses[made["id"]] = made
        world.tell("business.created", made)
        return str(made["id"])

    def _begin(self, transaction: Entity, began: datetime | None = None) -> Entity:
        world = self._world
        buyer, address = transaction["customer_id"], transaction["address_id"]
        subscription = self._made(transaction["items"], buyer, address, began)
        for member in ("business_id", "collection_mode", "custom_data"):
            subscription[member] = transaction[member]
        transaction["billing_period"] = subscription["current_billing_period"]
        # The one event of a subscription that names a transaction.
        world.tell("subscription.created", {**subscription, "transaction_id": transaction["id"]})
        world.tell(f"subscription.{'trialing' if subscription['status'] == 'trialing' else 'activated'}", subscription)
        return subscription

    def _made(self, items: Sequence[Entity], customer: str, address: str, began: datetime | None = None) -> Entity:
        world = self._world
        cycles = [item["price"]["billing_cycle"] for item in items]
        if any(cycle != cycles[0] for cycle in cycles):
            raise Refused("All items have to be billed at the same interval.")
        trial = items[0]["price"]["trial_period"]
        at = began or world.stamps.moment()
        ends = at + timedelta(days=trial["frequency"]) if trial else after(at, cycles[0])
        made = agreements.subscription(world.stamps.id("sub"), items, at, ends)
        made.update(customer_id=customer, address_id=address, billing_cycle=cycles[0])
        world.subscriptions[made["id"]] = made
        return made
