"""What the suite asks of whoever plays a marketplace: sell, change, tell, forge, rotate, fall silent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.people import Person
from shared.ports import Marketplace, Proof
from shared.services import Services
from tests.histories.memory import MemoryTables
from tests.world import StandingClock


@dataclass(frozen=True)
class Message:
    """One delivery as it arrives; names of headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes


class Vendor(Protocol):
    """One marketplace's own side. ``early`` and ``late``: by how much a signature's time may differ from ours."""

    name: str
    # How many seconds it waits for our answer.
    patience: float
    clock: StandingClock
    services: Services
    early: timedelta
    late: timedelta

    def buy(self, seats: int) -> str:
        """Somebody bought, and nobody told us; the subscription's name."""
        ...

    def resize(self, subscription: str, seats: int) -> None:
        """It has as many seats now, and nobody told us."""
        ...

    def end(self, subscription: str) -> None:
        """It is over, and nobody told us."""
        ...

    def message(self, subscription: str, *, at: datetime | None = None, kind: str = "") -> Message:
        """What the vendor tells of it now, signed at a moment; of a kind of its own or of the usual one."""
        ...

    def sign(self, body: bytes, at: datetime | None = None) -> Message:
        """Any bytes, signed by the vendor."""
        ...

    def forged(self, subscription: str) -> Mapping[str, Message]:
        """The same by somebody else, each way that could be tried."""
        ...

    def rotate(self) -> None:
        """From now on the vendor signs with another credential; the former is still good."""
        ...

    def retire(self) -> None:
        """The former credential is good no more."""
        ...

    def expire(self, at: datetime) -> str:
        """What we prove ourselves with to the vendor is good until then; the name of its setting."""
        ...

    def proof(self, subscription: str) -> tuple[Proof, Person]:
        """What its buyer knows, and the buyer."""
        ...

    def bill(self, subscription: str, name: str, email: str) -> str:
        """It is billed to somebody; the transaction's number."""
        ...

    def settle(self) -> None:
        """What was asked of the vendor, and is done later, is done."""
        ...

    def fall_silent(self) -> None:
        """The vendor answers nothing that makes sense any more."""
        ...


def in_memory(services: Services, clock: StandingClock) -> Services:
    """These services over empty tables."""
    return replace(services, tables=MemoryTables(clock))


def market_of(vendor: Vendor) -> Marketplace:
    return vendor.services.marketplaces[vendor.name]
