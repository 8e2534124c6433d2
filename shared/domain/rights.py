"""What a signed-in person may do with a subscription (P09)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from shared.domain.errors import NotAnAdministrator, NotFound, SignInTooOld
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.records import Subscription

# A directory role that was taken away meanwhile is believed for so long.
RIGHT_BELIEVED = timedelta(hours=1)

# What an account lists whose person lets us keep no tokens of theirs.
NO_TOKENS = "tokens"

Role = Literal["administrator", "buyer", "owner"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking, with the rights that their sign-in showed. ``account`` is empty where there is none.

    ``name`` and ``addresses`` are what the sign-in told of them, as far as the session holds it.
    """

    person: Person = field(repr=False)
    signed_in_at: datetime
    account: str = ""
    is_administrator: bool = False
    name: str = field(default="", repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)

    @property
    def administers(self) -> str:
        """The tenant whose subscriptions they administer; empty where there is none."""
        is_one = self.is_administrator and self.person.tenant != PERSONAL_TENANT
        return self.person.tenant if is_one else ""


def role_in(header: Subscription, visitor: Visitor) -> Role:
    """What the visitor is to a subscription. Raises NotFound for whom it is no business of."""
    is_owner = bool(visitor.account) and header.account == visitor.account
    if header.erasing or header.ending or not header.owner_kind:
        raise NotFound
    if header.owner_kind == "person":
        if is_owner:
            return "owner"
        raise NotFound
    if header.tenant == visitor.administers:
        return "administrator"
    if is_owner:
        return "buyer"
    raise NotFound


def refuse_unless_may_seat(header: Subscription, visitor: Visitor, person: Person, now: datetime) -> None:
    """Whether the visitor may give this person a seat, or take it.

    To use a seat oneself needs no right but to have bought it. Raises NotFound, NotAnAdministrator, SignInTooOld.
    """
    role = role_in(header, visitor)
    if role == "administrator":
        refuse_if_old(visitor, now)
    elif person != visitor.person:
        raise NotAnAdministrator


def refuse_if_old(visitor: Visitor, now: datetime) -> None:
    """Raises SignInTooOld where the rights were shown more than an hour ago."""
    if now - visitor.signed_in_at > RIGHT_BELIEVED:
        raise SignInTooOld
