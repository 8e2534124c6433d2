"""Every table, partition and row key on one page. Keys hold no personal data in the clear: logs contain them."""

import hashlib
import hmac
from datetime import date, datetime

from shared.domain.instants import day_of, write_instant
from shared.domain.people import Person
from shared.domain.records import (
    Account,
    AccountHint,
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

TABLES = frozenset(
    {
        "subscriptions",
        "accounts",
        "people",
        "organisations",
        "references",
        "transactions",
        "due",
        "requests",
        "state",
    }
)
LEDGER_TABLES = frozenset({"ledger"})


_SHARDS = 16


def subscription(subscription: str) -> Row[Subscription]:
    """The header of a subscription's partition."""
    return Row("subscriptions", subscription, "subscription", Subscription)


def headers(marketplace: str) -> Row[Subscription]:
    """Where the headers of a marketplace's subscriptions begin, for a scan."""
    return Row("subscriptions", f"{marketplace}.", "subscription", Subscription)


def seat_key(salt: str, person: Person) -> str:
    """The row key of a person's seat: a hash that differs from subscription to subscription."""
    digest = hmac.new(salt.encode(), f"{person.tenant}.{person.object_id}".encode(), hashlib.sha256)
    return f"seat.{digest.hexdigest()}"


def seat(subscription: str, key: str) -> Row[Seat]:
    """One seat, by its whole row key."""
    return Row("subscriptions", subscription, key, Seat)


def seats(subscription: str) -> Row[Seat]:
    """Where a subscription's seats begin."""
    return seat(subscription, "seat.")


def transaction(subscription: str, number: str) -> Row[Transaction]:
    """One transaction."""
    return Row("subscriptions", subscription, f"transaction.{number}", Transaction)


def transactions(subscription: str) -> Row[Transaction]:
    """Where a subscription's transactions begin."""
    return transaction(subscription, "")


def receipt(subscription: str, event: str) -> Row[Receipt]:
    """The receipt of one event."""
    return Row("subscriptions", subscription, f"receipt.{event}", Receipt)


def receipts(subscription: str) -> Row[Receipt]:
    """Where a subscription's receipts begin."""
    return receipt(subscription, "")


def contact(subscription: str) -> Row[BillingContact]:
    """Whom a subscription is billed to."""
    return Row("subscriptions", subscription, "contact", BillingContact)


def transaction_hint(number: str) -> Row[TransactionHint]:
    """To which subscription a transaction belongs."""
    return Row("transactions", number, "subscription", TransactionHint)


def account(account: str) -> Row[Account]:
    """An account."""
    return Row("accounts", account, "account", Account)


def token(account: str) -> Row[Token]:
    """The tokens that an account's person gave us."""
    return Row("accounts", account, "token", Token)


def request(number: str) -> Row[Request]:
    """One use of a right."""
    return Row("requests", number, "request", Request)


def ownership(account: str, subscription: str) -> Row[Ownership]:
    """That an account owns a subscription."""
    return Row("accounts", account, f"owns.{subscription}", Ownership)


def ownerships(account: str) -> Row[Ownership]:
    """Where an account's subscriptions begin."""
    return ownership(account, "")


def seat_hint(identity: str, hint: str) -> Row[SeatHint]:
    """One seat hint under the keyed hash of an address."""
    return Row("people", identity, f"seat.{hint}", SeatHint)


def seat_hints(identity: str) -> Row[SeatHint]:
    """Where the seat hints of an address begin."""
    return seat_hint(identity, "")


def people(identity: str) -> Row[Record]:
    """Whatever stands under a keyed hash, or under all hashes of one key."""
    return Row("people", identity, "", Record)


def account_hint(identity: str) -> Row[AccountHint]:
    """The one account of a person."""
    return Row("people", identity, "account", AccountHint)


def organisation_hint(tenant: str, subscription: str) -> Row[OrganisationHint]:
    """That a subscription was bought for a tenant."""
    return Row("organisations", tenant, subscription, OrganisationHint)


def organisation_hints(tenant: str) -> Row[OrganisationHint]:
    """Where a tenant's subscriptions begin."""
    return organisation_hint(tenant, "")


def reference(reference: str) -> Row[Reference]:
    """One checkout's reference."""
    return Row("references", reference, "reference", Reference)


def due(at: datetime, name: str) -> Row[Due]:
    """Something to look at from a moment on; the same twice is one row."""
    shard = hashlib.sha256(name.encode()).digest()[0] % _SHARDS
    return Row("due", f"{day_of(at):%Y-%m-%d}.{shard:x}", f"{write_instant(at)}.{name}", Due)


def due_until(moment: datetime) -> Row[Due]:
    """The partition name that ends the days up to a moment's."""
    return Row("due", f"{day_of(moment):%Y-%m-%d}.~", "", Due)


def watermark(marketplace: str, part: str) -> Row[Watermark]:
    """How far one part of a marketplace's reconciliation has come."""
    return Row("state", f"watermark.{marketplace}", part, Watermark)


def unhandled(marketplace: str, event: str) -> Row[Unhandled]:
    """One event that could not be handled yet."""
    return Row("state", f"unhandled.{marketplace}", event, Unhandled)


def unhandled_events(marketplace: str) -> Row[Unhandled]:
    """Where a marketplace's unhandled events begin."""
    return unhandled(marketplace, "")


def erased(expires: date, erasure: str) -> Row[Erased]:
    """A ledger entry, on the day it expires: named by the record, and the attempt to erase it."""
    return Row("ledger", f"{expires:%Y-%m-%d}", erasure, Erased)


def erased_until(day: str) -> Row[Erased]:
    """The partition name that ends the days before one."""
    return Row("ledger", day, "", Erased)
