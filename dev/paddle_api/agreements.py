"""A subscription and its items as Paddle shows them when they begin.

https://developer.paddle.com/api-reference/subscriptions/overview
"""

from collections.abc import Sequence
from datetime import datetime

from dev.paddle_api.entities import Entity
from dev.paddle_api.ids import text
from dev.paddle_api.world import period


def held(items: Sequence[Entity], status: str, at: str, until: str, since: object = None) -> list[Entity]:
    """The items of a subscription."""
    return [
        {
            "status": status,
            "quantity": item["quantity"],
            "recurring": True,
            "created_at": since or at,
            "updated_at": at,
            "previously_billed_at": None if status == "trialing" else at,
            "next_billed_at": until,
            "trial_dates": {"starts_at": at, "ends_at": until} if status == "trialing" else None,
            "price": item["price"],
            "product": {"id": item["price"]["product_id"], "name": item["price"]["name"], "custom_data": None},
        }
        for item in items
    ]


def subscription(id: str, items: Sequence[Entity], at: datetime, ends: datetime) -> Entity:  # noqa: A002
    status = "trialing" if items[0]["price"]["trial_period"] else "active"
    now, until = text(at), text(ends)
    return {
        "id": id,
        "status": status,
        "customer_id": None,
        "address_id": None,
        "business_id": None,
        "currency_code": "EUR",
        "created_at": now,
        "updated_at": now,
        "started_at": now,
        "first_billed_at": None if status == "trialing" else now,
        "next_billed_at": until,
        "paused_at": None,
        "canceled_at": None,
        "collection_mode": "automatic",
        "billing_details": None,
        "current_billing_period": period(at, ends),
        "billing_cycle": None,
        "scheduled_change": None,
        "items": held(items, status, now, until),
        "discount": None,
        "custom_data": None,
        "import_meta": None,
        "consent_requirements": [],
    }
