"""How the marketplace puts things, as documented.

https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote

from dev.marketplace.records import Operation, Subscription

PUBLISHER = "contoso"

Shape = dict[str, Any]


class Documented:
    """``padded``: the status stands between blanks, as in some of the documents' samples."""

    missing = 404
    padded = False
    # The emulator wants the plan back, and starts the term anew at each activation.
    wants_plan = False
    restarts = False
    # Whether changes that the publisher asked for come back as a webhook.
    tells_publisher = True
    # Whether a webhook's subscription is still as it was before.
    stale = False
    # Whether also what needs no answer can be asked for as an operation.
    keeps_all = False

    def subscription(self, it: Subscription) -> Shape:
        return {
            "id": it.id,
            "publisherId": PUBLISHER,
            "offerId": it.offer,
            "name": it.name,
            "saasSubscriptionStatus": f" {it.status} " if self.padded else it.status,
            "beneficiary": asdict(it.beneficiary),
            "purchaser": asdict(it.purchaser),
            "planId": it.plan,
            "quantity": "" if it.quantity is None else it.quantity,
            "term": {**self.term(it), "chargeDuration": None},
            "autoRenew": it.renews,
            "isTest": False,
            "isFreeTrial": it.trial,
            "allowedCustomerOperations": it.allowed,
            "sandboxType": "None",
            "sessionMode": "None",
            "created": ticks(it.created),
            "lastModified": "0001-01-01T00:00:00",
        }

    def resolved(self, it: Subscription) -> Shape:
        return {
            "id": it.id,
            "subscriptionName": it.name,
            "offerId": it.offer,
            "planId": it.plan,
            "quantity": "" if it.quantity is None else it.quantity,
            "subscription": self.subscription(it),
        }

    def operation(self, it: Operation, of: Subscription) -> Shape:
        return {
            "id": it.id,
            "activityId": it.activity,
            "subscriptionId": it.subscription,
            "offerId": of.offer,
            "publisherId": PUBLISHER,
            "planId": it.plan,
            "quantity": "" if it.quantity is None else it.quantity,
            "action": it.action,
            "timeStamp": ticks(it.at),
            "status": it.status,
            "errorStatusCode": "",
            "errorMessage": "",
        }

    def webhook(self, it: Operation, of: Subscription, nested: Shape) -> Shape:
        told = self.operation(it, of)
        del told["errorStatusCode"], told["errorMessage"]
        return {**told, "operationRequestSource": it.source, "subscription": nested, "purchaseToken": None}

    def page(self, of: Sequence[Shape], following: str | None) -> Shape | None:
        """Nothing at all, not even an empty list, if there is none."""
        if not of:
            return None
        return {"subscriptions": list(of), **({"@nextLink": following} if following else {})}

    def operations(self, them: Sequence[Shape]) -> object:
        return {"operations": list(them)}

    def plans(self, them: Sequence[Shape]) -> object:
        return {"plans": list(them)}

    def in_link(self, token: str) -> str:
        return quote(token, safe="")

    def term(self, it: Subscription) -> Shape:
        running = it.status in {"Subscribed", "Suspended"}
        return {
            "termUnit": it.unit,
            "startDate": _day(it.start) if running else None,
            "endDate": _day(it.end) if running else None,
        }


def _day(day: datetime | None) -> str | None:
    return f"{day:%Y-%m-%dT%H:%M:%SZ}" if day else None


def ticks(moment: datetime) -> str:
    """Seven digits of a second, as .NET writes them."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}7Z"
