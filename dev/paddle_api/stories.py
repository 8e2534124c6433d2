"""All that can happen at this Paddle, in one place; each is a command of the control interface, too."""

from collections.abc import Callable, Mapping
from typing import Any

from dev.paddle_api.adjustments import Adjustments
from dev.paddle_api.charges import Charges
from dev.paddle_api.endings import Endings
from dev.paddle_api.entities import Entity
from dev.paddle_api.payments import Payments
from dev.paddle_api.purchases import Purchases
from dev.paddle_api.renewals import Renewals
from dev.paddle_api.world import World
from dev.wire.calendar import months_later

# What they need of each other.
_OWN = frozenset({"await_", "begin", "catch_up", "twice"})
_BUYER = "alice@contoso.example"


class Stories:
    """Grouped by what they are about. A purchase is both halves of a checkout at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.payments = Payments(world)
        self.purchases = Purchases(world, self.payments)
        self.adjustments = Adjustments(world)
        self.renewals = Renewals(world, self.payments, self.adjustments)
        self.endings = Endings(world, self.payments, self.renewals)
        self.charges = Charges(world, self.payments)

    def all(self) -> Mapping[str, Callable[..., object]]:
        groups = (self.adjustments, self.renewals, self.endings, self.charges)
        names = {name: getattr(group, name) for group in groups for name in vars(type(group)) if name[0] != "_"}
        own = {
            "purchase": self.purchase,
            "invoice": self.invoice,
            "import": self.import_,
            "complete": self.complete,
            "refund": self.refund,
            "subscriptions": self.subscriptions,
        }
        return {**{name: command for name, command in names.items() if name not in _OWN}, **own}

    def purchase(  # noqa: PLR0913 - what a purchase is made of
        self,
        *,
        price: str | None = None,
        quantity: int = 5,
        custom_data: Entity | None = None,
        email: str = _BUYER,
        name: str | None = "Alice Admin",
        company: str | None = None,
        months_ago: int = 0,
    ) -> str:
        """The id of the subscription; its first period began so many months ago."""
        opened = self.purchases.open(self._items(price, quantity), custom_data, "web")
        return self.complete(opened["id"], email=email, name=name, company=company, months_ago=months_ago)

    def complete(
        self,
        id: str,  # noqa: A002
        *,
        email: str = _BUYER,
        name: str | None = None,
        company: str | None = None,
        months_ago: int = 0,
    ) -> str:
        """The buyer pays for a transaction that was opened; the id of the subscription."""
        began = months_later(self._world.clock(), -months_ago) if months_ago else None
        return str(self.purchases.complete(id, email=email, name=name, company=company, began=began)["id"])

    def refund(self, id: str, **how: Any) -> str:  # noqa: A002, ANN401
        """The latest payment; a renewal that is due comes first."""
        with self._world.telling():
            self.renewals.catch_up(self._world.subscription(id))
            return self.adjustments.refund(id, **how)

    def subscriptions(self) -> list[Entity]:
        """Every one, in the order of purchase."""
        return list(self._world.subscriptions.values())

    def restore(self) -> None:
        """What the world has scheduled is going to happen."""
        for it in self._world.subscriptions.values():
            if it["scheduled_change"]:
                self.endings.await_(it)

    def invoice(self, *, price: str | None = None, quantity: int = 5, custom_data: Entity | None = None) -> str:
        """Bought on account: the subscription begins before anybody pays."""
        opened = self.purchases.open(self._items(price, quantity), custom_data, "api")
        return str(self.purchases.bill(opened["id"], email=_BUYER, company="Contoso")["id"])

    def import_(self, *, price: str | None = None, quantity: int = 5) -> str:
        return str(self.purchases.import_(self._items(price, quantity), email=_BUYER)["id"])

    def _items(self, price: str | None, quantity: int) -> list[dict[str, Any]]:
        return [{"price_id": price or next(iter(self._world.prices)), "quantity": quantity}]
