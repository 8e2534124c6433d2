"""What is personal in Paddle's payloads never reaches an event of ours, nor the log."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain.errors import EventMalformed
from tests.marketplaces.changing import changed
from tests.marketplaces.receiving import receive, received
from tests.paddle import Payload, Subscription

SENTINEL = "Personal"
_numbers: Iterator[int] = itertools.count(1)


def someone() -> str:
    """A text that would give a person away; each one is another."""
    return f"{SENTINEL}{next(_numbers)}@somewhere.example"


BILLING_DETAILS = {
    "purchase_order_number": someone(),
    "additional_information": someone(),
    "enable_checkout": False,
    "payment_terms": {"interval": "day", "frequency": 14},
}
CARD = {
    "type": "card",
    "card": {
        "type": "visa",
        "last4": someone(),
        "expiry_month": someone(),
        "expiry_year": someone(),
        "cardholder_name": someone(),
    },
}
PAYPAL = {"type": "paypal", "paypal": {"email": someone(), "reference": someone()}}
PAYMENTS = [
    {"payment_method_id": someone(), "stored_payment_method_id": someone(), "method_details": details, "amount": "100"}
    for details in (CARD, PAYPAL)
]
PSEUDONYMS = {"customer_id": someone(), "address_id": someone(), "business_id": someone()}
PERSONAL: dict[str, dict[str, Any]] = {
    "subscription": {**PSEUDONYMS, "billing_details": BILLING_DETAILS, "management_urls": {"cancel": someone()}},
    "transaction": {
        **PSEUDONYMS,
        "billing_details": BILLING_DETAILS,
        "payments": PAYMENTS,
        "invoice_id": someone(),
        "invoice_number": someone(),
        "checkout": {"url": someone()},
        "customer": {"email": someone(), "name": someone()},
        "address": {"first_line": someone()},
    },
    "adjustment": {**PSEUDONYMS, "reason": someone()},
}
CUSTOM = {"ref": "ref_" + "0" * 32, "email": someone(), someone(): someone()}


def payloads() -> list[tuple[str, Payload]]:
    sold = Subscription(changed={"custom_data": CUSTOM})
    paid = sold.paid()
    paid["data"]["custom_data"] = CUSTOM
    made = {"subscription": sold.tell(), "transaction": paid, "adjustment": sold.adjusted("txn_1")}
    return [(kind, {**payload, "data": {**payload["data"], **PERSONAL[kind]}}) for kind, payload in made.items()]


@pytest.mark.parametrize(("kind", "payload"), payloads())
def test_no_event_of_ours_holds_anything_personal(kind: str, payload: Payload) -> None:
    assert SENTINEL in repr(payload["data"])

    event = received(payload)

    assert SENTINEL not in repr(event)
    assert event.reference == ("" if kind == "adjustment" else CUSTOM["ref"])


OTHERS: dict[str, dict[str, Any]] = {
    "customer.updated": {
        "id": "ctm_1",
        "email": someone(),
        "name": someone(),
        "locale": someone(),
        "marketing_consent": True,
        "custom_data": CUSTOM,
    },
    "address.updated": {
        name: someone()
        for name in ("description", "first_line", "second_line", "city", "postal_code", "region", "country_code")
    },
    "business.updated": {
        "name": someone(),
        "company_number": someone(),
        "tax_identifier": someone(),
        "contacts": [{"name": someone(), "email": someone()}],
    },
    "payment_method.saved": {"id": someone(), "customer_id": someone()},
    "transaction.revised": PERSONAL["transaction"],
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_only_about_a_person_is_nothing_to_store(kind: str) -> None:
    assert receive(Subscription().event(kind, OTHERS[kind])) is None


@pytest.mark.parametrize(("kind", "payload"), payloads())
def test_neither_a_refusal_nor_the_log_repeats_what_was_sent(
    kind: str, payload: Payload, caplog: pytest.LogCaptureFixture
) -> None:
    broken = changed(payload, "data.id", {"name": someone()})

    with pytest.raises(EventMalformed) as refusal:
        receive(broken)
    receive(changed(payload, "event_type", f"{kind}.{someone()}"))
    receive(changed(payload, "data.items", [{"quantity": 1, "price": {"id": someone()}, "type": someone()}]))
    receive(changed(payload, "data.status", someone()))

    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert SENTINEL not in caplog.text + repr(refusal.value) + refusal.value.sentence


def test_an_adjustment_keeps_no_more_of_an_unknown_status_than_what_fits_a_status() -> None:
    adjusted = Subscription().adjusted("txn_1", "chargeback", status="x" * 10_000)

    assert len(repr(received(adjusted))) < 1_000
