"""Paddle Billing: https://developer.paddle.com/webhooks/overview."""

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.domain.errors import EventMalformed, NotForSale, NotFound, SignatureInvalid
from shared.domain.names import is_reference, subscription_id, vendor_id
from shared.domain.people import Person
from shared.domain.purchases import Event
from shared.marketplaces.paddle import reading
from shared.marketplaces.paddle.api import PaddleApi, PaddleRefused
from shared.marketplaces.paddle.api_key import check_key, watch_key
from shared.marketplaces.paddle.configuration import check_destination, check_prices
from shared.marketplaces.paddle.events import REFERENCE_MEMBER, Catalogue, read_event
from shared.marketplaces.paddle.signature import is_signed
from shared.ports import Checkout, Contact, Credential, Hint, Overlay, Proof

NAME = "paddle"


@dataclass(frozen=True, slots=True)
class Paddle:
    """`shared.ports.Marketplace` for Paddle. Nothing switches the signature check off."""

    secrets: tuple[str, ...] = field(repr=False)
    catalogue: Catalogue
    api: PaddleApi
    overlay: Overlay
    name: str = NAME
    # Buyers sign in there with a link by mail, so that no id of theirs is kept here.
    portal_url: str = "https://customer-portal.paddle.com"
    privacy_policy_url: str = "https://www.paddle.com/legal/privacy"
    # It waits five seconds: https://developer.paddle.com/webhooks/respond-to-webhooks
    answered_within: float = 4.0
    keeps_events: bool = True

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Event | Hint | None:
        """The event, a hint where it does not say enough, or None if there is nothing to store.

        Raises SignatureInvalid, EventMalformed.
        """
        if not is_signed(headers.get("paddle-signature", ""), body, self.secrets, now.timestamp()):
            raise SignatureInvalid
        return read_event(body, self.catalogue)

    def follow(self, hint: Hint) -> Sequence[Event]:
        """The subscription, read with its transactions and adjustments, with the hint's receipt."""
        return reading.follow(self.api, self.catalogue, hint)

    def read_back(self, subscription: str) -> Sequence[Event]:
        """The subscription with its transactions and adjustments; empty if Paddle has none of that name."""
        return reading.read_subscription(self.api, self.catalogue, subscription)

    def events_since(self, since: datetime) -> Iterator[Event]:
        """Paddle's events since a moment; it keeps them 90 days."""
        return reading.list_events(self.api, self.catalogue, since)

    def subscriptions(self) -> Iterator[Event]:
        """Every subscription that Paddle lists and that concerns us."""
        return reading.list_subscriptions(self.api, self.catalogue)

    def cancel(self, subscription: str) -> None:
        """End a subscription with the period that is paid for."""
        reading.cancel(self.api, subscription)

    def contact(self, subscription: str, transaction: str) -> Contact | None:  # noqa: ARG002 - the shape of all
        """Whom a transaction was billed to; nobody while there is none, as in a trial, or Paddle has it no more."""
        try:
            return self.api.contact(transaction) if transaction else None
        except NotFound:
            return None

    def operations(self, subscription: str, named: Iterable[str]) -> Mapping[str, date | None]:  # noqa: ARG002
        """Whatever is done to a subscription that costs anything is a transaction, which its payments tell of."""
        return {}

    def credentials(self) -> Iterator[Credential]:
        """The API key; secrets of notification destinations are good until they are exchanged."""
        yield watch_key(self.api)

    def problems(self, webhook_url: str) -> Iterator[str]:
        """What is wrong with the key, the notification destination and the price map."""
        yield from check_key(self.api, live=self.catalogue.live)
        yield from check_destination(self.api, webhook_url, live=self.catalogue.live)
        yield from check_prices(self.api, self.catalogue)

    def proves(self, subscription: str, proof: Proof, person: Person, *, is_administrator: bool) -> bool:  # noqa: ARG002
        """Whether the transaction is this subscription's, and the number is its invoice's."""
        try:
            bought = self.api.bought(vendor_id(proof.transaction))
        except (NotFound, EventMalformed, PaddleRefused):
            return False
        given, invoice = proof.fact.strip().encode(), (bought.invoice_number or "").encode()
        is_invoice = bool(invoice) and hmac.compare_digest(given, invoice)
        return is_invoice and bought.subscription_id == subscription.removeprefix("paddle.")

    def sell(self, plan: str, seats: int, reference: str) -> Checkout:
        """A transaction at the first price of a plan. Raises NotForSale for a plan without one, or not so often."""
        price = next((price for price, sold in self.catalogue.prices.items() if sold == plan), None)
        if price is None:
            raise NotForSale
        try:
            return Checkout(self.api.sell(price, seats, {REFERENCE_MEMBER: reference}), reference)
        except PaddleRefused:
            # The price is archived, or limits the quantity.
            raise NotForSale from None

    def subscription_of(self, transaction: str) -> str:
        """The subscription that a transaction of ours became; empty while there is none, or it was never ours."""
        try:
            bought = self.api.bought(vendor_id(transaction))
        except (NotFound, EventMalformed, PaddleRefused):
            return ""
        custom_data = bought.custom_data if isinstance(bought.custom_data, dict) else {}
        if not (bought.subscription_id and is_reference(custom_data.get(REFERENCE_MEMBER))):
            return ""
        return subscription_id(NAME, bought.subscription_id)
