"""What Paddle says in its events: what the server reads, among much that it must pass over.

Fields: https://developer.paddle.com/webhooks/subscriptions/subscription-created,
https://developer.paddle.com/webhooks/transactions/transaction-completed and
https://developer.paddle.com/webhooks/adjustments/adjustment-created.
"""

from datetime import datetime
from typing import Any

from dev.paddle.subscription import PERIOD, Adjustment, Payment, Subscription, new_id

Payload = dict[str, Any]

_CENTS_PER_SEAT = 500
_CYCLE = {"interval": "day", "frequency": PERIOD.days}


def event(kind: str, at: datetime, data: Payload) -> Payload:
    """The envelope that every event has."""
    return {
        "event_id": new_id("evt"),
        "event_type": kind,
        "occurred_at": _text(at),
        "notification_id": new_id("ntf"),
        "data": data,
    }


def subscription(of: Subscription) -> Payload:
    """A subscription, whole, as each of its events carries it."""
    bills_on = of.status in {"active", "past_due"} and not of.cancels
    return {
        "id": of.id,
        "status": of.status,
        "customer_id": of.customer,
        "address_id": _of_customer(of, "add"),
        "business_id": None,
        "currency_code": "EUR",
        "created_at": _text(of.bought_at),
        "updated_at": _text(of.changed_at),
        "started_at": _text(of.bought_at),
        "first_billed_at": _text(of.bought_at),
        "next_billed_at": _text(of.period_end) if bills_on else None,
        "paused_at": _text(of.stopped_at) if of.status == "paused" else None,
        "canceled_at": _text(of.stopped_at) if of.status == "canceled" else None,
        "collection_mode": "automatic",
        "billing_details": None,
        "current_billing_period": None if of.stopped_at else _period(of.period_start, of.period_end),
        "billing_cycle": _CYCLE,
        "scheduled_change": _scheduled(of),
        "items": [{**_item(of), "status": "active", "recurring": True, "trial_dates": None}],
        "discount": None,
        "custom_data": _custom(of),
        "import_meta": None,
        "consent_requirements": [],
    }


def transaction(of: Subscription, payment: Payment, origin: str) -> Payload:
    """A completed transaction, with the card that it was paid by."""
    return {
        "id": payment.id,
        "status": "completed",
        "origin": origin,
        "subscription_id": of.id,
        "customer_id": of.customer,
        "address_id": _of_customer(of, "add"),
        "collection_mode": "automatic",
        "currency_code": "EUR",
        "invoice_id": new_id("inv"),
        "invoice_number": "325-10566",
        "billing_period": _period(payment.starts_at, payment.ends_at),
        "items": [_item(of)],
        "details": {"totals": _totals(of)},
        "payments": [_card_payment(of)],
        "checkout": {"url": f"https://vendor.example/pay?_ptxn={payment.id}"},
        "custom_data": _custom(of),
        "created_at": _text(of.changed_at),
        "billed_at": _text(of.changed_at),
        "updated_at": _text(of.changed_at),
        "revised_at": None,
    }


def adjustment(of: Subscription, what: Adjustment) -> Payload:
    """The whole of a transaction given back, or a part of it credited for a change within the period."""
    kind = "full" if what.action == "refund" else "proration"
    return {
        "id": what.id,
        "action": what.action,
        "type": "full" if what.action == "refund" else "partial",
        "status": what.status,
        "transaction_id": what.payment.id,
        "subscription_id": of.id,
        "customer_id": of.customer,
        "reason": "The buyer, Alice Admin, wrote that it was ordered twice",
        "credit_applied_to_balance": None,
        "currency_code": "EUR",
        "items": [{"id": new_id("adjitm"), "item_id": new_id("txnitm"), "type": kind, "totals": _totals(of)}],
        "totals": _totals(of),
        "created_at": _text(of.changed_at),
        "updated_at": _text(of.changed_at),
    }


def _text(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z" if at else None


def _period(starts_at: datetime, ends_at: datetime) -> Payload:
    return {"starts_at": _text(starts_at), "ends_at": _text(ends_at)}


def _scheduled(of: Subscription) -> Payload | None:
    return {"action": "cancel", "effective_at": _text(of.period_end), "resume_at": None} if of.cancels else None


def _custom(of: Subscription) -> Payload | None:
    return {"ref": of.reference} if of.reference else None


def _of_customer(of: Subscription, kind: str) -> str:
    return f"{kind}_{of.customer.partition('_')[2]}"


def _item(of: Subscription) -> Payload:
    price = {
        "id": of.price,
        "product_id": "pro_example_add_in",
        "name": of.plan,
        "unit_price": {"amount": str(_CENTS_PER_SEAT), "currency_code": "EUR"},
        "quantity": {"minimum": 1, "maximum": 10000},
        "billing_cycle": _CYCLE,
    }
    return {"quantity": of.seats, "price": price}


def _totals(of: Subscription) -> Payload:
    total = str(of.seats * _CENTS_PER_SEAT)
    return {"subtotal": total, "tax": "0", "total": total, "currency_code": "EUR"}


def _card_payment(of: Subscription) -> Payload:
    card = {
        "type": "visa",
        "last4": "4242",
        "expiry_month": 1,
        "expiry_year": 2030,
        "cardholder_name": "Alice Admin",
    }
    return {
        "payment_attempt_id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
        "payment_method_id": _of_customer(of, "paymtd"),
        "status": "captured",
        "method_details": {"type": "card", "card": card},
    }
