"""How Microsoft's public emulator of the marketplace differs from the documents.

https://github.com/microsoft/Commercial-Marketplace-SaaS-API-Emulator
"""

from collections.abc import Sequence

from dev.marketplace.records import Operation, Subscription
from dev.marketplace.shapes import Documented, Shape, ticks


class Emulated(Documented):
    """Another field name, stale nested status, bare lists, no quantity unless there is one, 400 for 404."""

    missing = 400
    wants_plan = True
    restarts = True
    tells_publisher = False
    stale = True
    keeps_all = True

    def subscription(self, it: Subscription) -> Shape:
        shown = super().subscription(it)
        del shown["created"]
        shown["term"] = {name: value for name, value in self.term(it).items() if value is not None}
        return _without_empty_quantity({**shown, "lastModified": ticks(it.created), "isTest": True})

    def resolved(self, it: Subscription) -> Shape:
        return _without_empty_quantity(super().resolved(it))

    def operation(self, it: Operation, of: Subscription) -> Shape:
        shown = {**super().operation(it, of), "operationRequestedSource": it.source}
        if it.action != "ChangeQuantity":
            del shown["quantity"]
        return shown

    def webhook(self, it: Operation, of: Subscription, nested: Shape) -> Shape:
        return {**self.operation(it, of), "subscription": nested, "purchaseToken": None}

    def page(self, of: Sequence[Shape], following: str | None) -> Shape | None:
        return super().page(of, following) or {"subscriptions": []}

    def operations(self, them: Sequence[Shape]) -> object:
        return list(them)

    def in_link(self, token: str) -> str:
        return token


def _without_empty_quantity(shown: Shape) -> Shape:
    return {name: value for name, value in shown.items() if (name, value) != ("quantity", "")}
