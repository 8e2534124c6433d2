"""Marketplaces in our words: what each of them can be asked, and what some of them do besides."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from shared.domain.people import Person
from shared.domain.purchases import Event
from shared.domain.records import Status


@dataclass(frozen=True, slots=True)
class Hint:
    """A verified message that only says where to look. ``event`` names it for the receipt."""

    event: str
    subscription: str
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a purchase is billed to: company or name, and e-mail address."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """A purchase that was begun at a marketplace; the browser opens it by its transaction."""

    transaction: str
    reference: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """How a page opens a marketplace's checkout over itself, and from which origins that is loaded.

    ``link`` is what an address of ours names a transaction by in the marketplace's own messages; its script reads it.
    """

    script: str
    token: str
    link: str
    is_sandbox: bool
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    frames: tuple[str, ...]
    connects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claimant knows of a purchase: a transaction number and one fact of its invoice; neither is stored."""

    transaction: str = ""
    fact: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A purchase as a landing shows it; ``parties`` may activate it. What is not told of a beneficiary is empty."""

    status: Status
    plan: str
    quantity: int
    beneficiary: Person = field(repr=False)
    parties: tuple[Person, ...] = field(repr=False)
    is_trial: bool = False

    @property
    def tenant(self) -> str:
        """Whose it is where it is an organisation's."""
        return self.beneficiary.tenant

    def is_claimable_by(self, person: Person, *, is_administrator: bool) -> bool:
        """Whether they bought it, or it is for them, or they administer the tenant it is for."""
        return person in self.parties or (is_administrator and bool(self.tenant) and person.tenant == self.tenant)


@dataclass(frozen=True, slots=True)
class Credential:
    """What the server proves itself with: the setting that holds it, and until when it is good.

    ``expires`` is None for what never does, and where nobody can tell; ``unwatched`` then says why.
    """

    setting: str
    expires: datetime | None = None
    unwatched: str = ""


class HoldsCredentials(Protocol):
    """Whoever proves something of ours to somebody."""

    def credentials(self) -> Iterator[Credential]:
        """What it does so with. Raises Unavailable, and Denied for one that is refused already."""
        ...


class TokenChecker(Protocol):
    """Tells whether a bearer token was issued to whom we expect."""

    def check(self, token: str, now: datetime) -> None:
        """Raises SignatureInvalid for a token that is not, Unavailable while the keys cannot be had."""
        ...


class ServiceTokens(HoldsCredentials, Protocol):
    """Access tokens for calls that the server makes as itself."""

    def token(self) -> str:
        """A token that is good for some minutes. Raises Unavailable, Denied."""
        ...


class Marketplace(HoldsCredentials, Protocol):
    """One marketplace, in our words. Every call to it raises Unavailable where it does not answer."""

    @property
    def name(self) -> str:
        """What its subscriptions' names begin with."""
        ...

    @property
    def portal_url(self) -> str:
        """Where a buyer finds invoices, payment method and cancellation."""
        ...

    @property
    def privacy_policy_url(self) -> str:
        """The policy that governs what the buyer gives the marketplace."""
        ...

    @property
    def answered_within(self) -> float:
        """How many seconds a message of it may make us wait for others: less than it waits itself."""
        ...

    @property
    def keeps_events(self) -> bool:
        """Whether it can be asked what it sent; elsewhere only what its subscriptions are now."""
        ...

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Event | Hint | None:
        """What a message says, or None if there is nothing to store. Raises SignatureInvalid, EventMalformed."""
        ...

    def follow(self, hint: Hint) -> Sequence[Event]:
        """What a hint leads to, the hint's receipt on the first. Raises ChangeRefused for what is not sold."""
        ...

    def read_back(self, subscription: str) -> Sequence[Event]:
        """What the marketplace knows of a subscription now; nothing, or that it is not there, if it knows none."""
        ...

    def events_since(self, since: datetime) -> Iterator[Event]:
        """What was sent since a moment, oldest first; empty where a marketplace keeps no such list."""
        ...

    def subscriptions(self) -> Iterator[Event]:
        """Every subscription as the marketplace lists it, page by page."""
        ...

    def cancel(self, subscription: str) -> None:
        """End it with the period that is paid for. Done already is done. Raises CancelElsewhere."""
        ...

    def contact(self, subscription: str, transaction: str) -> Contact | None:
        """Whom it is billed to, asked for at this moment."""
        ...

    def operations(self, subscription: str, named: Iterable[str]) -> Mapping[str, date | None]:
        """Its numbers for what was done to a subscription, each with its day, where no payment tells of it.

        ``named`` are receipts of its messages, and what is pending; what it does not know is left out.
        """
        ...

    def problems(self, webhook_url: str) -> Iterator[str]:
        """What is wrong with how the marketplace is set up, one sentence each."""
        ...

    def proves(self, subscription: str, proof: Proof, person: Person, *, is_administrator: bool) -> bool:
        """Whether this person shows that an unowned purchase is theirs, by what the marketplace answers now."""
        ...


class SellsHere(Protocol):
    """A marketplace whose checkout is opened from our page."""

    @property
    def overlay(self) -> Overlay:
        """What that page loads, once somebody chose this marketplace."""
        ...

    def sell(self, plan: str, seats: int, reference: str) -> Checkout:
        """A checkout at a price, a number of seats and a reference that the browser cannot change.

        Raises NotForSale for a plan without a price.
        """
        ...

    def subscription_of(self, transaction: str) -> str:
        """The name of the subscription that a transaction of ours became; empty while there is none."""
        ...


class LandsBuyers(Protocol):
    """A marketplace that sends buyers to our page with a token."""

    @property
    def offer_url(self) -> str:
        """Where its store sells our product."""
        ...

    def resolve(self, token: str) -> str:
        """The name of the subscription behind a purchase token. Raises NotFound for one that is expired or none."""
        ...

    def see(self, subscription: str) -> Seen:
        """The purchase as it is now. Raises NotFound."""
        ...

    def activate(self, subscription: str) -> None:
        """Start billing, with the plan and quantity that were bought."""
        ...
