"""Paddle's lists, and what each can be asked for.

https://developer.paddle.com/api-reference/overview
"""

from dev.paddle_api.listing import Listing, by

SUBSCRIPTIONS = Listing(
    {
        "id": by("id"),
        "customer_id": by("customer_id"),
        "address_id": by("address_id"),
        "price_id": lambda it: [item["price"]["id"] for item in it["items"]],
        "status": by("status"),
        "scheduled_change_action": by("scheduled_change", "action"),
        "collection_mode": by("collection_mode"),
    }
)
TRANSACTIONS = Listing(
    {name: by(name) for name in ("id", "subscription_id", "customer_id", "status", "origin", "collection_mode")},
    most=30,
    usual=30,
    times=frozenset({"billed_at", "created_at", "updated_at"}),
    orders=frozenset({"billed_at", "created_at", "updated_at"}),
)
ADJUSTMENTS = Listing(
    {name: by(name) for name in ("id", "subscription_id", "transaction_id", "customer_id", "status", "action")},
    most=50,
    usual=10,
)
EVENTS = Listing({"event_type": by("event_type")}, id="event_id", between="occurred_at")
PRICES = Listing({name: by(name) for name in ("id", "product_id", "status")})
API_KEYS = Listing({})
NOTIFICATIONS = Listing({"status": by("status")})
