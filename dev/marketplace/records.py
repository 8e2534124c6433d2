"""What the marketplace knows: subscriptions, who they are for, and the operations on them."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from dev.entra import cast
from dev.entra.people import CONTOSO
from dev.wire.calendar import months_later

Status = Literal["PendingFulfillmentStart", "Subscribed", "Suspended", "Unsubscribed"]
Progress = Literal["InProgress", "Succeeded", "Failed"]
Source = Literal["Azure", "Partner"]

_MONTHS = {"P1M": 1, "P1Y": 12, "P2Y": 24, "P3Y": 36, "P4Y": 48, "P5Y": 60}


@dataclass(frozen=True)
class Person:
    """Someone in some tenant. The names are the API's, so that commands can give one as JSON."""

    tenantId: str  # noqa: N815 - the API's
    objectId: str  # noqa: N815 - the API's
    emailId: str = "alice@contoso.example"  # noqa: N815 - the API's
    puid: str = "1003BFFD8A5C9E21"


ALICE = Person(CONTOSO, cast.ALICE)


@dataclass
class Subscription:
    """``quantity`` is none where the offer is not sold per seat."""

    offer: str
    plan: str
    quantity: int | None
    beneficiary: Person
    purchaser: Person
    created: datetime
    unit: str = "P1M"
    trial: bool = False
    status: Status = "PendingFulfillmentStart"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    name: str = "Contoso seats"
    renews: bool = True
    activating: bool = False
    suspended_at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None

    @property
    def by_reseller(self) -> bool:
        """A cloud solution provider bought it for a customer, and changes it on its own side."""
        return self.beneficiary.tenantId != self.purchaser.tenantId

    @property
    def allowed(self) -> list[str]:
        return ["Read"] if self.by_reseller else ["Delete", "Update", "Read"]

    def begin_term(self, now: datetime) -> None:
        """From today, for one unit; ``end`` is the last day that is paid for."""
        self.start = datetime(now.year, now.month, now.day, tzinfo=UTC)
        self.end = months_later(self.start, _MONTHS[self.unit]) - timedelta(days=1)

    def renew(self) -> None:
        if self.end is not None:
            self.begin_term(self.end + timedelta(days=1))


@dataclass
class Operation:
    """A change to a subscription: what it is to become, and how far that is."""

    subscription: str
    action: str
    plan: str
    quantity: int | None
    at: datetime
    status: Progress = "InProgress"
    source: Source = "Azure"
    # It is accepted here, and then fails at Microsoft.
    fails: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    activity: str = field(default_factory=lambda: str(uuid.uuid4()))
