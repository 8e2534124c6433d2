"""Microsoft's commercial marketplace: https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-life-cycle."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import ValidationError

from shared.domain.errors import CancelElsewhere, EventMalformed, NotFound, SignatureInvalid
from shared.domain.names import subscription_id
from shared.domain.people import Person
from shared.domain.purchases import Event
from shared.marketplaces.microsoft import reading
from shared.marketplaces.microsoft.api import FulfillmentApi
from shared.marketplaces.microsoft.payloads import MessageData
from shared.marketplaces.microsoft.reading import Offers
from shared.ports import Contact, Credential, Hint, Proof, Seen, TokenChecker

NAME = "microsoft"

# Every action names a subscription; these also have an operation that can be asked for.
_WITH_OPERATION = frozenset({"ChangePlan", "ChangeQuantity", "Reinstate"})

_PURCHASE_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}", re.ASCII)
# What a receipt is called that `_event_name` named, or an operation by itself.
_CHANGE = re.compile(rf"([0-9a-fA-F-]{{36}})(?:-(?:{'|'.join(sorted(_WITH_OPERATION))}))?", re.ASCII)
_GUID_AND_ACTION = re.compile(r"[0-9a-fA-F-]{36}-[A-Za-z]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Microsoft:
    """`shared.ports.Marketplace` for Microsoft. Nothing switches the token check off."""

    checker: TokenChecker
    offers: Offers
    api: FulfillmentApi
    offer_url: str
    name: str = NAME
    portal_url: str = "https://admin.microsoft.com/Adminportal/Home#/subscriptions"
    privacy_policy_url: str = "https://privacy.microsoft.com/privacystatement"
    # It waits ten seconds: https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
    answered_within: float = 8.0
    keeps_events: bool = False

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint | None:
        """Where to look. Raises SignatureInvalid, EventMalformed, Unavailable while Entra's keys cannot be had."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise SignatureInvalid
        self.checker.check(token.strip(), now)
        return _hint(body)

    def follow(self, hint: Hint) -> Sequence[Event]:
        """The subscription, read, with the hint's receipt. Raises ChangeRefused for what is not sold."""
        return reading.follow(self.api, self.offers, hint)

    def read_back(self, subscription: str) -> Sequence[Event]:
        """The subscription as it is now, or that it is not there."""
        return reading.read_subscription(self.api, self.offers, subscription)

    def events_since(self, since: datetime) -> Iterator[Event]:  # noqa: ARG002 - the shape of all
        """The marketplace keeps no list of what it sent."""
        return iter(())

    def subscriptions(self) -> Iterator[Event]:
        """Every subscription of our offers."""
        return reading.list_subscriptions(self.api, self.offers)

    def cancel(self, subscription: str) -> None:
        """Ask for the end of a subscription. One that is gone is done. Raises CancelElsewhere."""
        number = reading.number_of(subscription)
        try:
            found = self.api.subscription(number)
        except NotFound:
            return
        if found.status == "Unsubscribed":
            return
        if found.allowed and "Delete" not in found.allowed:
            # A reseller's customers cancel at their reseller.
            raise CancelElsewhere
        try:
            self.api.cancel(number)
        except NotFound:
            if self.api.subscription(number).status != "Unsubscribed":
                raise CancelElsewhere from None

    def contact(self, subscription: str, transaction: str) -> Contact | None:  # noqa: ARG002 - the shape of all
        """Who pays: an address; the marketplace tells no name."""
        try:
            address = self.api.billing_address(reading.number_of(subscription))
        except NotFound:
            return None
        return Contact("", address) if address else None

    def operations(self, subscription: str, named: Iterable[str]) -> Mapping[str, date | None]:
        """The changes, by the marketplace's ids; nothing else that it tells of can be asked for."""
        numbers = {found[1].lower() for found in map(_CHANGE.fullmatch, named) if found}
        return reading.operations(self.api, reading.number_of(subscription), numbers)

    def credentials(self) -> Iterator[Credential]:
        """What service tokens are asked for with; webhooks' tokens are checked with keys that Entra publishes."""
        return self.api.tokens.credentials()

    def problems(self, webhook_url: str) -> Iterator[str]:  # noqa: ARG002 - its settings cannot be read by an API
        """Whether the API takes our token: the first page of the list is asked for."""
        next(self.api.subscriptions(), None)
        yield from ()

    def proves(self, subscription: str, proof: Proof, person: Person, *, is_administrator: bool) -> bool:  # noqa: ARG002
        """Whether the person bought it, or it is for them, or they administer the tenant it is for."""
        try:
            seen = self.see(subscription)
        except NotFound:
            return False
        return seen.is_claimable_by(person, is_administrator=is_administrator)

    def resolve(self, token: str) -> str:
        """The name of the subscription behind a purchase token. Raises NotFound for one that is expired or none."""
        if not _PURCHASE_TOKEN.fullmatch(token):
            # What no header can carry, the marketplace did not make.
            raise NotFound
        return subscription_id(NAME, self.api.resolve(token).id)

    def see(self, subscription: str) -> Seen:
        """The purchase as it is now. Raises NotFound."""
        found = self.api.subscription(reading.number_of(subscription))
        told = reading.snapshot(found, self.offers, None)
        if told is None:
            raise NotFound
        parties = {party for party in (found.beneficiary, found.purchaser) if party.tenant and party.object_id}
        return Seen(
            status=told.status,
            plan=told.plan,
            quantity=told.quantity,
            beneficiary=Person(found.beneficiary.tenant, found.beneficiary.object_id),
            is_trial=found.is_free_trial,
            parties=tuple(Person(party.tenant, party.object_id) for party in sorted(parties, key=repr)),
        )

    def activate(self, subscription: str) -> None:
        """Start billing, with the plan and quantity that were bought. What is active already is left alone."""
        number = reading.number_of(subscription)
        found = self.api.subscription(number)
        if found.status == "PendingFulfillmentStart":
            self.api.activate(number, found.plan, found.quantity)


def _hint(body: bytes) -> Hint | None:
    try:
        message = MessageData.model_validate(json.loads(body))
    except (ValueError, RecursionError, ValidationError):
        raise EventMalformed from None
    if not message.subscription:
        return None
    has_operation = message.action in _WITH_OPERATION and reading.is_operation(message.id)
    operation = message.id if has_operation else ""
    return Hint(_event_name(message), subscription_id(NAME, message.subscription), operation)


def _event_name(message: MessageData) -> str:
    """A name for the receipt. Ids are guids as documented, but others were seen, and actions will be added."""
    told = f"{message.id}-{message.action}"
    return told if _GUID_AND_ACTION.fullmatch(told) else hashlib.sha256(told.encode(errors="replace")).hexdigest()
