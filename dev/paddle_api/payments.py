"""Transactions: made, billed, paid and completed, or not paid."""

from collections.abc import Sequence

from dev.paddle_api import entities
from dev.paddle_api.entities import Entity
from dev.paddle_api.world import World
from dev.wire import Refused


class Payments:
    """``checkout``: where a transaction is paid for; without such a page Paddle makes none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.checkout: str | None = "http://localhost:7071/buy"

    def make(
        self,
        items: Sequence[Entity],
        custom_data: Entity | None,
        origin: str,
        subscription: Entity | None = None,
        **members: object,
    ) -> Entity:
        """Raises Refused."""
        if self.checkout is None:
            raise Refused("The default payment link is not set.")
        world = self._world
        at = world.now()
        made: Entity = {
            "id": world.stamps.id("txn"),
            "status": "draft",
            "origin": origin,
            "collection_mode": "automatic",
            "currency_code": "EUR",
            "invoice_id": None,
            "invoice_number": None,
            "billing_details": None,
            "billing_period": None,
            "discount_id": None,
            "items": entities.lines(items),
            "details": {"totals": entities.totals(items), "line_items": []},
            "payments": [],
            "custom_data": custom_data,
            "created_at": at,
            "updated_at": at,
            "billed_at": None,
            "revised_at": None,
            "customer_id": None,
            "address_id": None,
            "business_id": None,
            "subscription_id": None,
        }
        if subscription:
            inherited = ("customer_id", "address_id", "business_id", "collection_mode", "custom_data")
            made.update({member: subscription[member] for member in inherited}, subscription_id=subscription["id"])
        made.update(members)
        made["checkout"] = {"url": f"{self.checkout}?_ptxn={made['id']}"}
        world.transactions[made["id"]] = made
        world.tell("transaction.created", made)
        return made

    def tell(self, transaction: Entity, change: str, **members: object) -> None:
        self._world.change(transaction, **members)
        self._world.tell(f"transaction.{change}", transaction)

    def bill(self, subscription: Entity, items: Sequence[Entity], origin: str, **members: object) -> Entity:
        """What a subscription owes now."""
        made = self.make(items, None, origin, subscription, status="billed", billed_at=self._world.now(), **members)
        self.tell(made, "billed")
        return made

    def pay(self, transaction: Entity) -> None:
        world = self._world
        paid = entities.payment("captured", transaction["details"]["totals"]["grand_total"], world.now())
        self.tell(
            transaction,
            "paid",
            status="paid",
            payments=[paid, *transaction["payments"]],
            billed_at=transaction["billed_at"] or world.now(),
        )

    def complete(self, transaction: Entity) -> None:
        """What is processed after the payment, such as the invoice."""
        world = self._world
        self.tell(transaction, "updated", invoice_id=world.stamps.id("inv"), invoice_number="325-10566")
        self.tell(transaction, "completed", status="completed")

    def settle(self, transaction: Entity) -> None:
        """Paid at once, and completed."""
        self.tell(transaction, "updated")
        self.pay(transaction)
        self.complete(transaction)

    def fail(self, transaction: Entity) -> None:
        declined = entities.payment("error", transaction["details"]["totals"]["grand_total"], self._world.now())
        self.tell(transaction, "updated", payments=[declined, *transaction["payments"]])
        self.tell(transaction, "payment_failed", status="past_due")
        self.tell(transaction, "past_due")
