"""Search an organisation's directory for people to give seats to. Nothing of it is kept (P11)."""

from dataclasses import dataclass, field

from shared.domain.errors import SearchTooShort
from shared.domain.rights import Visitor
from shared.operations.find_subscriptions import administered
from shared.operations.use_token import ask_graph
from shared.ports import Outside, Profile
from shared.storage import keys

_SHORTEST = 2
_MOST = 10


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the directory, and whether they have a seat already."""

    profile: Profile = field(repr=False)
    has_seat: bool


def find_colleagues(outside: Outside, visitor: Visitor, subscription: str, text: str) -> list[Colleague]:
    """At most ten people whose name or address begins like the text.

    Raises SearchTooShort, NotFound, NotAnAdministrator, SignInTooOld, ConsentNeeded.
    """
    header = administered(outside, visitor, subscription)
    text = text.strip()
    if len(text) < _SHORTEST:
        raise SearchTooShort
    tenant = visitor.person.tenant
    found = ask_graph(outside, visitor, "directory", lambda token: outside.directory.search(token, tenant, text))
    people = found[:_MOST]
    rows = [keys.seat(subscription, keys.seat_key(header.record.salt, profile.person)) for profile in people]
    seats = outside.tables.read_together(rows)
    return [Colleague(profile, seat is not None) for profile, seat in zip(people, seats, strict=True)]
