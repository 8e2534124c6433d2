"""What may be stored: one model per record, every field annotated with why, from where, for whom and how long.

Fields carry their storage form: an empty text stands for "none", since a merge cannot clear a property.
"""

import json
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from shared.domain.fields import Day, Instant, Instants, LongText, Text, Texts, from_json
from shared.domain.held import (
    ACCOUNT_CONTACT,
    ACCOUNT_IDENTIFIER,
    ACCOUNT_LINK,
    CLOCKWORK,
    CONTACT,
    LAST_USE,
    OURS,
    OWNER,
    PAYMENT,
    PURCHASE,
    REQUEST,
    SEAT_CHOICE,
    SEAT_CONTACT,
    SEAT_HINT,
    SEAT_IDENTIFIER,
)
from shared.domain.inventory import Category, Keep, Recipient, Source

# Whoever needs a record needs these too, and finds them here.
from shared.domain.record import Record as Record  # noqa: PLC0414
from shared.domain.record import held_fields as held_fields  # noqa: PLC0414

Status = Literal[
    "unconfirmed", "pending", "trialing", "active", "subscribed", "past_due", "suspended", "paused", "ended"
]
OwnerKind = Literal["", "person", "organisation"]
ScheduledAction = Literal["", "cancel", "pause"]
Ending = Literal["", "cancel", "asked", "elsewhere"]
DueKind = Literal["subscription", "seat_hints", "reference", "account", "request"]
RequestKind = Literal["access", "correction", "restriction", "objection", "erasure"]
RequestOutcome = Literal["", "done", "refused"]
RequestReason = Literal["", "kept by law"]

Adjustments = Annotated[
    dict[Text, "AdjustmentState"],
    BeforeValidator(from_json),
    PlainSerializer(lambda found: json.dumps({key: state.model_dump() for key, state in sorted(found.items())})),
]


class AdjustmentState(BaseModel):
    """The latest known state of one refund, credit or dispute; kept inside its transaction."""

    # A newer version may store more, and what stands inside a field is not sorted out before it is read.
    model_config = ConfigDict(extra="ignore", frozen=True)

    action: Text
    status: Text
    full: bool
    version: Text


class Subscription(Record):
    """The header of a subscription's partition; every batch that gives or takes a seat is guarded by its ETag."""

    account: Annotated[Text, OWNER] = ""
    owner_kind: Annotated[OwnerKind, PURCHASE] = ""
    tenant: Annotated[Text, replace(OWNER, recipients=Recipient.ADMINISTRATORS)] = ""
    plan: Annotated[Text, PURCHASE] = ""
    quantity: Annotated[int, PURCHASE] = 0
    status: Annotated[Status, PURCHASE] = "unconfirmed"
    period_start: Annotated[Instant, PURCHASE] = None
    # When each period began that was told and not only tried, since the last pause: grace begins once.
    period_starts: Annotated[Instants, PAYMENT] = ()
    last_pause: Annotated[Instant, PAYMENT] = None
    trial_end: Annotated[Instant, PURCHASE] = None
    scheduled_action: Annotated[ScheduledAction, PURCHASE] = ""
    scheduled_end: Annotated[Instant, PURCHASE] = None
    ended_at: Annotated[Instant, PURCHASE] = None
    paid_through: Annotated[Instant, PAYMENT] = None
    refunded_through: Annotated[Instant, PAYMENT] = None
    disputed: Annotated[bool, PAYMENT] = False
    unpaid_from: Annotated[Instant, PAYMENT] = None
    missing_from: Annotated[Instant, OURS] = None
    read_back: Annotated[bool, OURS] = False
    unasked: Annotated[bool, OURS] = False
    contact_due: Annotated[bool, OURS] = False
    pending_plan: Annotated[Text, PURCHASE] = ""
    pending_quantity: Annotated[int, PURCHASE] = 0
    pending_operation: Annotated[Text, OURS] = ""
    version: Annotated[Text, OURS] = ""
    cut_at: Annotated[Instant, PURCHASE] = None
    cut_to: Annotated[int, PURCHASE] = 0
    salt: Annotated[Text, OURS] = ""
    seats_used: Annotated[int, PURCHASE] = 0
    own_seat_due: Annotated[bool, OURS] = False
    claim_tries: Annotated[int, OURS] = 0
    claim_tried_on: Annotated[Day, OURS] = None
    first_seen: Annotated[Instant, CLOCKWORK] = None
    look_at: Annotated[Instant, CLOCKWORK] = None
    # Its owner has left: it is to be cancelled, was, or can only be where it was bought.
    ending: Annotated[Ending, CLOCKWORK] = ""
    erasing: Annotated[bool, CLOCKWORK] = False


class Seat(Record):
    """Who may use one seat. ``hints`` lists, address by address, the people rows that count for this seat."""

    tenant: Annotated[Text, SEAT_IDENTIFIER]
    object_id: Annotated[Text, SEAT_IDENTIFIER]
    name: Annotated[Text, SEAT_CONTACT]
    addresses: Annotated[Texts, SEAT_CONTACT]
    hints: Annotated[Texts, SEAT_HINT]
    assigned_on: Annotated[Day, SEAT_CHOICE]
    last_used: Annotated[Day, LAST_USE] = None
    kept: Annotated[bool, SEAT_CHOICE] = False
    objected_to_last_use: Annotated[bool, SEAT_CHOICE] = False
    ends_at: Annotated[Instant, replace(SEAT_CHOICE, source=Source.SERVER)] = None
    refreshed_on: Annotated[Day, replace(OURS, keep=Keep.SEAT, exported=True)] = None


class Transaction(Record):
    """One transaction of a subscription: until when it paid, and what became of the money.

    Where a marketplace tells no payments, one operation, of which it says only the day; read of claimed purchases.
    """

    paid_until: Annotated[Instant, PAYMENT] = None
    billed_on: Annotated[Day, PAYMENT] = None
    adjustments: Annotated[Adjustments, PAYMENT] = {}  # noqa: RUF012 - pydantic copies it


class BillingContact(Record):
    """Whom a claimed purchase is billed to, read from the marketplace while the buying account is open (P08)."""

    account: Annotated[Text, replace(OWNER, keep=Keep.CONTACT)]
    name: Annotated[Text, CONTACT]
    email: Annotated[Text, CONTACT]


class Receipt(Record):
    """An event was handled; inserted in the batch with its effect, so that it happens once."""

    received_at: Annotated[Instant, replace(OURS, keep=Keep.RECEIPT)]


class Account(Record):
    """A buyer, or an administrator who assigned. ``closing`` is the number of the request by which they close it."""

    tenant: Annotated[Text, ACCOUNT_IDENTIFIER]
    object_id: Annotated[Text, ACCOUNT_IDENTIFIER]
    name: Annotated[Text, ACCOUNT_CONTACT]
    addresses: Annotated[Texts, ACCOUNT_CONTACT]
    last_sign_in: Annotated[Day, replace(ACCOUNT_LINK, keep=Keep.SIGN_IN_ONLY)]
    claim_tries: Annotated[int, replace(OURS, keep=Keep.ACCOUNT)] = 0
    claim_tried_on: Annotated[Day, replace(OURS, keep=Keep.ACCOUNT)] = None
    led_to_something: Annotated[bool, replace(CLOCKWORK, keep=Keep.ACCOUNT)] = False
    closed: Annotated[bool, replace(ACCOUNT_LINK, category=Category.CHOICE)] = False
    closing: Annotated[Text, ACCOUNT_LINK] = ""
    not_before: Annotated[Instant, replace(ACCOUNT_LINK, category=Category.CHOICE)] = None
    objections: Annotated[Texts, replace(ACCOUNT_LINK, category=Category.CHOICE)] = ()
    requests: Annotated[Texts, ACCOUNT_LINK] = ()


class Token(Record):
    """Beside the account: the tokens by which its person lets us read their own Graph data (P06), encrypted."""

    sealed: Annotated[
        LongText, replace(ACCOUNT_IDENTIFIER, keep=Keep.CONSENT, recipients=Recipient.NOBODY, exported=False)
    ]
    used_on: Annotated[Day, replace(ACCOUNT_LINK, keep=Keep.CONSENT)]


class Request(Record):
    """Under a random number that its person holds: that a right was used, and what came of it. It names nobody."""

    kind: Annotated[RequestKind, REQUEST]
    received_on: Annotated[Day, REQUEST]
    answered_on: Annotated[Day, REQUEST] = None
    outcome: Annotated[RequestOutcome, REQUEST] = ""
    reason: Annotated[RequestReason, REQUEST] = ""
    goes_at: Annotated[Instant, replace(CLOCKWORK, keep=Keep.REQUEST)]


class Ownership(Record):
    """In the account's partition: a subscription that it owns, or tried to, and the tenant that it is meant for."""

    subscription: Annotated[Text, ACCOUNT_LINK]
    tenant: Annotated[Text, ACCOUNT_LINK] = ""


class SeatHint(Record):
    """Under the keyed hash of an address: where a seat may be found. Counts only if the seat lists it."""

    subscription: Annotated[Text, SEAT_HINT]
    seat: Annotated[Text, SEAT_HINT]


class AccountHint(Record):
    """Under the keyed hash of a person: the account. Its insertion decides who made the account."""

    account: Annotated[Text, ACCOUNT_LINK]


class OrganisationHint(Record):
    """A subscription that was bought for this tenant."""

    subscription: Annotated[Text, replace(PURCHASE, source=Source.SERVER)]


class Reference(Record):
    """A checkout that was begun: for whom, and the subscription that it became."""

    account: Annotated[Text, replace(ACCOUNT_LINK, keep=Keep.REFERENCE, exported=False)]
    owner_kind: Annotated[OwnerKind, replace(PURCHASE, keep=Keep.REFERENCE, exported=False)]
    subscription: Annotated[Text, replace(PURCHASE, keep=Keep.REFERENCE, exported=False)] = ""
    goes_at: Annotated[Instant, replace(CLOCKWORK, keep=Keep.REFERENCE)]


class TransactionHint(Record):
    """The subscription that a transaction belongs to."""

    subscription: Annotated[Text, PAYMENT]


class Due(Record):
    """Something to look at, not before a moment. The record that it names decides."""

    kind: Annotated[DueKind, replace(CLOCKWORK, keep=Keep.DUE_DAY)]
    at: Annotated[Instant, replace(CLOCKWORK, keep=Keep.DUE_DAY)]
    target: Annotated[Text, replace(CLOCKWORK, keep=Keep.DUE_DAY)]
    seat: Annotated[Text, replace(SEAT_HINT, keep=Keep.DUE_DAY, exported=False)] = ""
    hints: Annotated[Texts, replace(SEAT_HINT, keep=Keep.DUE_DAY, exported=False)] = ()


class Watermark(Record):
    """How far a reconciliation has come with one list of one marketplace, and when it last succeeded."""

    done_until: Annotated[Instant, replace(OURS, keep=Keep.OPERATION)]
    succeeded_at: Annotated[Instant, replace(OURS, keep=Keep.OPERATION)]


class Unhandled(Record):
    """An event that could not be handled yet, by its id; gone once it is."""

    subscription: Annotated[Text, replace(OURS, keep=Keep.RECEIPT)]
    code: Annotated[Text, replace(OURS, keep=Keep.RECEIPT)]
    first_at: Annotated[Instant, replace(OURS, keep=Keep.RECEIPT)]
    tries: Annotated[int, replace(OURS, keep=Keep.RECEIPT)] = 1


class Erased(Record):
    """In the ledger: this record was deleted, and a backup that still has it must lose it again."""

    erased_record: Annotated[Text, replace(CLOCKWORK, keep=Keep.RECEIPT)]
    done: Annotated[Literal["deleted", "owner removed"], replace(CLOCKWORK, keep=Keep.RECEIPT)]


RECORDS: tuple[type[Record], ...] = (
    Subscription,
    Seat,
    Transaction,
    BillingContact,
    Receipt,
    Account,
    Token,
    Request,
    Ownership,
    SeatHint,
    AccountHint,
    OrganisationHint,
    Reference,
    TransactionHint,
    Due,
    Watermark,
    Unhandled,
    Erased,
)
