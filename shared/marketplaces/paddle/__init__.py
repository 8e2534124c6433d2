"""Paddle Billing: https://developer.paddle.com/webhooks/overview."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.errors import SignatureInvalid
from shared.domain.purchases import Event
from shared.marketplaces.paddle import reading
from shared.marketplaces.paddle.api import PaddleApi
from shared.marketplaces.paddle.events import Catalogue, read_event
from shared.marketplaces.paddle.signature import is_signed
from shared.ports import Contact, Hint

NAME = "paddle"


@dataclass(frozen=True, slots=True)
class Paddle:
    """`shared.ports.Marketplace` for Paddle. Nothing switches the signature check off."""

    secrets: tuple[str, ...] = field(repr=False)
    catalogue: Catalogue
    api: PaddleApi
    name: str = NAME
    # Buyers sign in there with a link by mail, so that no id of theirs is kept here.
    portal_url: str = "https://customer-portal.paddle.com"
    privacy_policy_url: str = "https://www.paddle.com/legal/privacy"

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Event | None:
        """The event, or None if there is nothing to store. Raises SignatureInvalid, EventMalformed."""
        if not is_signed(headers.get("paddle-signature", ""), body, self.secrets, now.timestamp()):
            raise SignatureInvalid
        return read_event(body, self.catalogue)

    def follow(self, hint: Hint) -> Sequence[Event]:
        """Paddle's messages say everything themselves."""
        return self.read_back(hint.subscription)

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
        """Whom a transaction was billed to."""
        return self.api.contact(transaction)
