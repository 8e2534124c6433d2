"""The outside world: what operations may ask of it, and how it fails."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.domain.entitlement import Terms
from shared.domain.people import Person
from shared.ports.marketplaces import (
    Checkout,
    Contact,
    Credential,
    Hint,
    HoldsCredentials,
    LandsBuyers,
    Marketplace,
    Overlay,
    Proof,
    Seen,
    SellsHere,
    ServiceTokens,
    TokenChecker,
)
from shared.ports.people import APPROVAL, Access, Attempt, Directory, Permission, Profile, SignedIn, SignIn, Wish
from shared.ports.tables import (
    Change,
    Conflict,
    Delete,
    Insert,
    LedgerNote,
    NotStorable,
    Put,
    R,
    Row,
    StorageUnavailable,
    Stored,
    Tables,
    Write,
)

__all__ = [
    "APPROVAL",
    "Access",
    "Attempt",
    "Change",
    "Checkout",
    "Clock",
    "Conflict",
    "Contact",
    "Credential",
    "Delete",
    "Directory",
    "Hint",
    "HoldsCredentials",
    "Identities",
    "Insert",
    "LandsBuyers",
    "LedgerNote",
    "Marketplace",
    "NotStorable",
    "Outside",
    "Overlay",
    "Permission",
    "Profile",
    "Proof",
    "Put",
    "R",
    "Row",
    "Seals",
    "Seen",
    "SellsHere",
    "ServiceTokens",
    "SignIn",
    "SignedIn",
    "Signer",
    "StorageUnavailable",
    "Stored",
    "Tables",
    "TokenChecker",
    "Wish",
    "Write",
]

Clock = Callable[[], datetime]


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


class Seals(Protocol):
    """Encrypts what only this server may read again."""

    def seal(self, purpose: str, content: Mapping[str, Any]) -> str:
        """Unpadded base64url. What is sealed for one purpose opens for no other."""
        ...

    def open(self, purpose: str, sealed: str, lasts: timedelta) -> dict[str, Any] | None:
        """The content; None for what is older than ``lasts`` or was not sealed by us for this purpose."""
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
    def sign_in(self) -> SignIn:
        """How people sign in."""
        ...

    @property
    def sign_in_app(self) -> HoldsCredentials:
        """What people sign in to: our app at Entra."""
        ...

    @property
    def directory(self) -> Directory:
        """Who people are in their tenant."""
        ...

    @property
    def token_sealer(self) -> Seals:
        """How tokens are encrypted at rest."""
        ...

    @property
    def audience(self) -> str:
        """For which product licenses are."""
        ...
