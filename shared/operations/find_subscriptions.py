"""Which subscriptions somebody has to do with, and which seats they have."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import NotAnAdministrator, NotFound
from shared.domain.names import is_subscription
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.records import Seat, Subscription
from shared.domain.rights import Role, Visitor, refuse_if_old, role_in
from shared.ports import Outside, Row, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Theirs:
    """A subscription and what the visitor is to it."""

    header: Stored[Subscription]
    role: Role

    @property
    def name(self) -> str:
        """What names it everywhere."""
        return self.header.row.partition


@dataclass(frozen=True, slots=True)
class SeatOf:
    """A person's seat, with the subscription that it belongs to."""

    header: Stored[Subscription]
    seat: Stored[Seat]


def subscriptions_of(outside: Outside, visitor: Visitor) -> list[Theirs]:
    """Those that the visitor administers, bought or owns: the living first, then the oldest first."""
    found = []
    for header in _headers(outside, visitor.administers, visitor.account):
        try:
            found.append(Theirs(header, role_in(header.record, visitor)))
        except NotFound:
            # A hint whose header says otherwise by now.
            continue
    return sorted(found, key=lambda theirs: _order(theirs.header))


def find_subscription(outside: Outside, visitor: Visitor, subscription: str) -> Theirs:
    """One of them. Raises NotFound for what is not there and for what is no business of theirs, alike."""
    header = outside.tables.read(keys.subscription(subscription)) if is_subscription(subscription) else None
    if header is None:
        raise NotFound
    return Theirs(header, role_in(header.record, visitor))


def administered(
    outside: Outside, visitor: Visitor, subscription: str, *, to_change: bool = True
) -> Stored[Subscription]:
    """One that the visitor administers, by a sign-in that is fresh enough to change something.

    Raises NotFound, NotAnAdministrator, SignInTooOld.
    """
    theirs = find_subscription(outside, visitor, subscription)
    if theirs.role != "administrator":
        raise NotAnAdministrator
    if to_change:
        refuse_if_old(visitor, outside.clock())
    return theirs.header


def seats_of(outside: Outside, person: Person, account: str) -> list[SeatOf]:
    """The seats that a person has: their organisation's, and those of what their account bought."""
    tenant = person.tenant if person.tenant != PERSONAL_TENANT else ""
    headers = sorted(_headers(outside, tenant, account), key=_order)
    rows = [keys.seat(header.row.partition, keys.seat_key(header.record.salt, person)) for header in headers]
    seats = outside.tables.read_together(rows)
    return [SeatOf(header, seat) for header, seat in zip(headers, seats, strict=True) if seat]


def _headers(outside: Outside, tenant: str, account: str) -> Iterable[Stored[Subscription]]:
    beginnings: list[Row[Any]] = []
    if tenant:
        beginnings.append(keys.organisation_hints(tenant))
    if account:
        beginnings.append(keys.ownerships(account))
    names = {hint.record.subscription for hint in outside.tables.find_together(beginnings)}
    read = outside.tables.read_together([keys.subscription(name) for name in sorted(names)])
    return [header for header in read if header]


def _order(header: Stored[Subscription]) -> tuple[bool, str, str]:
    seen = header.record.first_seen
    return header.record.status == "ended", seen.isoformat() if seen else "", header.row.partition
