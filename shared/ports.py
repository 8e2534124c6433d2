"""The outside world on one page: what operations may ask of it, and how it fails."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from shared.domain.entitlement import Terms
from shared.domain.errors import Unavailable
from shared.domain.people import Person
from shared.domain.purchases import Event
from shared.domain.records import Due, Record, Status

R = TypeVar("R", bound=Record)
Clock = Callable[[], datetime]
LedgerNote = Literal["deleted", "owner removed"]


@dataclass(frozen=True, slots=True)
class Row(Generic[R]):
    """Where one row stands and what it holds. Made in `shared/storage/keys.py` only."""

    table: str
    partition: str
    key: str
    model: type[R]


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """A row as it was read, or written by us: the record with the ETag that guards a change of it."""

    row: Row[R]
    record: R
    etag: str


@dataclass(frozen=True, slots=True)
class Insert(Generic[R]):
    """A row that must not exist yet."""

    row: Row[R]
    record: R


@dataclass(frozen=True, slots=True)
class Change(Generic[R]):
    """A merge of the fields in which ``record`` differs from what was read, refused if the row changed since.

    ``erases`` is for the ledger, where a change takes a person out of a record.
    """

    read: Stored[R]
    record: R
    erases: LedgerNote | None = None


@dataclass(frozen=True, slots=True)
class Put(Generic[R]):
    """A row whose content follows from its key: written whether it is there or not."""

    row: Row[R]
    record: R


@dataclass(frozen=True, slots=True)
class Delete(Generic[R]):
    """The end of a row, refused if it changed since it was read. A row that is gone is fine alone, not in a batch."""

    read: Stored[R]


Write = Insert[Any] | Change[Any] | Put[Any] | Delete[Any]


class Conflict(Exception):
    """Somebody else wrote first. ``inserted`` says whether the first row to be inserted is there already."""

    def __init__(self, *, inserted: bool) -> None:
        super().__init__("conflict")
        self.inserted = inserted


class StorageUnavailable(Unavailable):
    """Storage did not answer, or refused us; whether a write happened is not known."""


class NotStorable(ValueError):
    """A key or a value that the table service would refuse. Always an error of ours, never of a user's."""


class Tables(Protocol):
    """Table storage. Every call raises StorageUnavailable; nothing else says what happened behind it."""

    def read(self, row: Row[R]) -> Stored[R] | None:
        """The row, or None."""
        ...

    def read_together(self, rows: Sequence[Row[Any]]) -> list[Stored[Any] | None]:
        """Several rows side by side, in one round trip's time."""
        ...

    def find(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        """The rows of one partition whose keys begin with that of ``beginning``."""
        ...

    def find_together(self, beginnings: Sequence[Row[R]]) -> list[Stored[R]]:
        """The same for several short partitions side by side, in one round trip's time."""
        ...

    def scan(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        """The rows of all partitions that begin with that of ``beginning``. For an operator's commands only."""
        ...

    def find_due(self, until: datetime) -> Iterator[Stored[Due]]:
        """What is to be looked at by now, earliest day first, read as it is asked for."""
        ...

    def write(self, *writes: Write) -> list[Stored[Any]]:
        """All or nothing, within one partition. Answers what stands now, less what was deleted. Raises Conflict."""
        ...

    def forget_ledger_before(self, day: str) -> int:
        """Delete the ledger's entries that expired before a day; answers how many."""
        ...


class Identities(Protocol):
    """Keyed hashes that stand in for addresses and people in the keys of the people table."""

    def key_ids(self) -> Sequence[str]:
        """The keys that may have written, the one that writes now first."""
        ...

    def of_address(self, address: str) -> Sequence[str]:
        """The partitions of a normalised address, the one to write to first."""
        ...

    def of_person(self, person: Person) -> Sequence[str]:
        """The partitions of a person, the one to write to first."""
        ...


class Signer(Protocol):
    """Signs what an add-in can verify."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact JWS over the claims, by the newest key in use."""
        ...

    def published(self) -> list[dict[str, str]]:
        """The public keys that are in use, about to be, or still needed."""
        ...


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
class Proof:
    """What a claimant knows of a purchase: a transaction number and one fact of its invoice; neither is stored."""

    transaction: str = ""
    fact: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A purchase as a landing shows it; ``parties`` may activate it, ``tenant`` is whom it is for."""

    status: Status
    plan: str
    quantity: int
    tenant: str
    parties: tuple[Person, ...] = field(repr=False)
    is_trial: bool = False


class TokenChecker(Protocol):
    """Tells whether a bearer token was issued to whom we expect."""

    def check(self, token: str, now: datetime) -> None:
        """Raises SignatureInvalid for a token that is not, Unavailable while the keys cannot be had."""
        ...


class ServiceTokens(Protocol):
    """Access tokens for calls that the server makes as itself."""

    def token(self) -> str:
        """A token that is good for some minutes. Raises Unavailable, Denied."""
        ...


class Marketplace(Protocol):
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

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Event | Hint | None:
        """What a message says, or None if there is nothing to store. Raises SignatureInvalid, EventMalformed."""
        ...

    def follow(self, hint: Hint) -> Sequence[Event]:
        """What a hint leads to, the hint's receipt on the first. Raises ChangeRefused for what is not sold."""
        ...

    def read_back(self, subscription: str) -> Sequence[Event]:
        """What the marketplace knows of a subscription now; empty if it knows none of that name."""
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

    def problems(self, webhook_url: str) -> Iterator[str]:
        """What is wrong with how the marketplace is set up, one sentence each."""
        ...

    def proves(self, subscription: str, proof: Proof, person: Person, *, is_administrator: bool) -> bool:
        """Whether this person shows that an unowned purchase is theirs, by what the marketplace answers now."""
        ...


class SellsHere(Protocol):
    """A marketplace whose checkout is opened from our page."""

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

    def resolve(self, token: str) -> str:
        """The name of the subscription behind a purchase token. Raises NotFound for one that is expired or none."""
        ...

    def see(self, subscription: str) -> Seen:
        """The purchase as it is now. Raises NotFound."""
        ...

    def activate(self, subscription: str) -> None:
        """Start billing, with the plan and quantity that were bought."""
        ...


class Outside(Protocol):
    """Everything outside that an operation may use."""

    @property
    def tables(self) -> Tables:
        """Where records are."""
        ...

    @property
    def identities(self) -> Identities:
        """How people become keys."""
        ...

    @property
    def signer(self) -> Signer:
        """Who signs licenses."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def terms(self) -> Terms:
        """The vendor's rules."""
        ...

    @property
    def issuer(self) -> str:
        """Who issues licenses: the server's public address."""
        ...

    @property
    def marketplaces(self) -> Mapping[str, Marketplace]:
        """The marketplaces that are configured, by name."""
        ...

    @property
    def sellers(self) -> Mapping[str, SellsHere]:
        """Of these, the ones whose checkout is opened from our page."""
        ...

    @property
    def stores(self) -> Mapping[str, LandsBuyers]:
        """Of these, the ones that send buyers to our page."""
        ...

    def marketplace_of(self, subscription: str) -> Marketplace:
        """The marketplace that a subscription's name begins with. Raises NotFound where it is not configured."""
        ...

    @property
    def audience(self) -> str:
        """For which product licenses are."""
        ...
