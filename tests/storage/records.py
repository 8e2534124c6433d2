"""One full record of every kind, with a row to keep it in: no field has its empty value."""

from datetime import UTC, date, datetime
from typing import Any

from shared.domain.people import Person
from shared.domain.records import (
    Account,
    AccountHint,
    AdjustmentState,
    BillingContact,
    Due,
    Erased,
    OrganisationHint,
    Ownership,
    Receipt,
    Record,
    Reference,
    Request,
    Seat,
    SeatHint,
    Subscription,
    Token,
    Transaction,
    TransactionHint,
    Unhandled,
    Watermark,
)
from shared.ports import Row
from shared.storage import keys

AT = datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=UTC)
DAY = date(2026, 3, 2)
SUBSCRIPTION = "paddle.sub_1"
SEAT_KEY = keys.seat_key("salt", Person("tenant", "object"))

FULL: dict[type[Record], tuple[Row[Any], Record]] = {
    Subscription: (
        keys.subscription(SUBSCRIPTION),
        Subscription(
            account="account",
            owner_kind="organisation",
            tenant="tenant",
            plan="team",
            quantity=3,
            status="active",
            period_start=AT,
            period_starts=(AT,),
            last_pause=AT,
            trial_end=AT,
            scheduled_action="cancel",
            scheduled_end=AT,
            ended_at=AT,
            paid_through=AT,
            refunded_through=AT,
            disputed=True,
            unpaid_from=AT,
            missing_from=AT,
            read_back=True,
            unasked=True,
            contact_due=True,
            pending_plan="business",
            pending_quantity=4,
            pending_operation="operation",
            version="1",
            cut_at=AT,
            cut_to=2,
            salt="salt",
            seats_used=1,
            own_seat_due=True,
            claim_tries=1,
            claim_tried_on=DAY,
            first_seen=AT,
            look_at=AT,
            ending="cancel",
            erasing=True,
        ),
    ),
    Seat: (
        keys.seat(SUBSCRIPTION, SEAT_KEY),
        Seat(
            tenant="tenant",
            object_id="object",
            name="Bob Ω 𝔹",
            addresses=("bob@contoso.example", "b@xn--mnchen-3ya.example"),
            hints=("1", "2"),
            assigned_on=DAY,
            last_used=DAY,
            kept=True,
            objected_to_last_use=True,
            ends_at=AT,
            refreshed_on=DAY,
        ),
    ),
    Transaction: (
        keys.transaction(SUBSCRIPTION, "txn_1"),
        Transaction(
            paid_until=AT,
            billed_on=DAY,
            adjustments={"adj_1": AdjustmentState(action="refund", status="approved", full=True, version="1")},
        ),
    ),
    BillingContact: (
        keys.contact(SUBSCRIPTION),
        BillingContact(account="account", name="Contoso Ω", email="billing@contoso.example"),
    ),
    Receipt: (keys.receipt(SUBSCRIPTION, "evt_1"), Receipt(received_at=AT)),
    Account: (
        keys.account("account"),
        Account(
            tenant="tenant",
            object_id="object",
            name="Alice",
            addresses=("alice@contoso.example",),
            last_sign_in=DAY,
            claim_tries=1,
            claim_tried_on=DAY,
            led_to_something=True,
            closed=True,
            closing="number",
            not_before=AT,
            objections=("directory",),
            requests=("number",),
        ),
    ),
    Token: (keys.token("account"), Token(sealed="sealed", used_on=DAY)),
    Request: (
        keys.request("number"),
        Request(kind="access", received_on=DAY, answered_on=DAY, outcome="refused", reason="kept by law", goes_at=AT),
    ),
    Ownership: (keys.ownership("account", SUBSCRIPTION), Ownership(subscription=SUBSCRIPTION, tenant="tenant")),
    SeatHint: (keys.seat_hint("k1.hash", "1"), SeatHint(subscription=SUBSCRIPTION, seat=SEAT_KEY)),
    AccountHint: (keys.account_hint("k1.hash"), AccountHint(account="account")),
    OrganisationHint: (
        keys.organisation_hint("tenant", SUBSCRIPTION),
        OrganisationHint(subscription=SUBSCRIPTION),
    ),
    Reference: (
        keys.reference("ref_1"),
        Reference(account="account", owner_kind="person", subscription=SUBSCRIPTION, goes_at=AT),
    ),
    TransactionHint: (keys.transaction_hint("txn_1"), TransactionHint(subscription=SUBSCRIPTION)),
    Due: (
        keys.due(AT, "seat_hints.1"),
        Due(kind="seat_hints", at=AT, target=SUBSCRIPTION, seat=SEAT_KEY, hints=("k1.hash/1",)),
    ),
    Watermark: (keys.watermark("paddle", "events"), Watermark(done_until=AT, succeeded_at=AT)),
    Unhandled: (
        keys.unhandled("paddle", "evt_1"),
        Unhandled(subscription=SUBSCRIPTION, code="UNAVAILABLE", first_at=AT, tries=2),
    ),
    Erased: (keys.erased(DAY, "record.operation"), Erased(erased_record="record", done="deleted")),
}


def full(record: type[Record]) -> tuple[Row[Any], Record]:
    """A row and a record of that kind."""
    return FULL[record]
