"""Paddle's entities as its API and its events show them, prices, transactions and what belongs to them.

https://developer.paddle.com/api-reference/overview
"""

from collections.abc import Sequence
from typing import Any

Entity = dict[str, Any]

_METHOD = "paymtd_01hs8zx6x377xfsfrt2bqsevbw"
_CARD = {
    "type": "visa",
    "last4": "4242",
    "expiry_month": 1,
    "expiry_year": 2030,
    "cardholder_name": "Alice Admin",
}


def price(id: str, name: str, cents: int, interval: str, frequency: int = 1, trial_days: int = 0) -> Entity:  # noqa: A002
    trial = {"interval": "day", "frequency": trial_days, "requires_payment_method": True} if trial_days else None
    return {
        "id": id,
        "product_id": f"pro_{id.partition('_')[2]}",
        "type": "standard",
        "name": name,
        "description": f"{name}, per seat",
        "tax_mode": "account_setting",
        "billing_cycle": {"interval": interval, "frequency": frequency},
        "trial_period": trial,
        "unit_price": {"amount": str(cents), "currency_code": "EUR"},
        "unit_price_overrides": [],
        "quantity": {"minimum": 1, "maximum": 10_000},
        "custom_data": None,
        "status": "active",
        "import_meta": None,
    }


def lines(items: Sequence[Entity]) -> list[Entity]:
    """Items of a transaction, from pairs of price and quantity."""
    return [{"price": item["price"], "quantity": item["quantity"], "proration": None} for item in items]


def totals(items: Sequence[Entity]) -> Entity:
    cents = sum(int(item["price"]["unit_price"]["amount"]) * item["quantity"] for item in items)
    return {
        "subtotal": str(cents),
        "tax": "0",
        "discount": "0",
        "total": str(cents),
        "grand_total": str(cents),
        "currency_code": "EUR",
    }


def payment(status: str, amount: str, at: str) -> Entity:
    return {
        "payment_attempt_id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
        "payment_method_id": _METHOD,
        "stored_payment_method_id": "497f6eca-6276-4993-bfeb-53cbbbba6f09",
        "amount": amount,
        "status": status,
        "error_code": None if status == "captured" else "declined",
        "method_details": {"type": "card", "card": dict(_CARD)},
        "created_at": at,
        "captured_at": at if status == "captured" else None,
    }


def method(customer_id: str, address_id: str, at: str) -> Entity:
    return {
        "id": _METHOD,
        "customer_id": customer_id,
        "address_id": address_id,
        "type": "card",
        "card": dict(_CARD),
        "origin": "subscription",
        "saved_at": at,
        "updated_at": at,
    }


def adjustment(id: str, transaction: Entity, action: str, at: str) -> Entity:  # noqa: A002
    """Over the whole of a transaction, and approved."""
    amounts = {member: transaction["details"]["totals"][member] for member in ("subtotal", "tax", "total")}
    return {
        "id": id,
        "action": action,
        "type": "full",
        "status": "approved",
        "transaction_id": transaction["id"],
        "subscription_id": transaction["subscription_id"],
        "customer_id": transaction["customer_id"],
        "reason": "The buyer, Alice Admin, wrote that it was ordered twice",
        "credit_applied_to_balance": None,
        "currency_code": "EUR",
        "items": [{"id": f"adjitm_{id[4:]}", "item_id": f"txnitm_{id[4:]}", "type": "full", "totals": amounts}],
        "totals": {**amounts, "currency_code": "EUR"},
        "tax_rates_used": [],
        "created_at": at,
        "updated_at": at,
    }
