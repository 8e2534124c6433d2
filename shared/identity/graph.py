"""The directory of a tenant through Microsoft Graph, read with the signed-in person's own permission."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import Field

from shared.domain.errors import AddressInvalid, BodyNotAsDocumented, ConsentNeeded, SignedOut
from shared.domain.people import PERSONAL_TENANT, Person, normalise_address
from shared.identity.graph_batch import MOST_AT_ONCE, Answered, Part, ask
from shared.identity.graph_questions import DOMAINS, ME, MOST_FOUND, beginning, having, matching, user_of
from shared.ports import Profile
from shared.web import Unreachable, Web

_SHORTEST, _LONGEST = 2, 64
# A guest's user name is made of their address, and nobody's mail goes there.
_GUEST = "#ext#"

T = TypeVar("T")


class _Domain(Answered):
    name: str


class _Organization(Answered):
    verified: list[_Domain] = Field([], alias="verifiedDomains")


class _Organizations(Answered):
    value: list[_Organization]


class _User(Answered):
    id: str
    name: str | None = Field(None, alias="displayName")
    mail: str | None = None
    user_name: str | None = Field(None, alias="userPrincipalName")


class _Users(Answered):
    value: list[_User]


class Graph:
    """`shared.ports.Directory`. A tenant's verified domains are asked for along with the people, each time."""

    def __init__(self, web: Web, url: str) -> None:
        self._web = web
        self._url = url

    def me(self, token: str, person: Person) -> Profile:
        if person.tenant == PERSONAL_TENANT:
            # https://learn.microsoft.com/graph/api/user-get: a personal account has another id there, and no domain.
            [found] = ask(self._web, self._url, token, [ME])
            user = _there(found.read(_User))
            return _profile(person, user, _addresses([user.user_name]))
        organisation, found = ask(self._web, self._url, token, [DOMAINS, ME])
        user = _there(found.read(_User))
        if user.id != person.object_id:
            raise SignedOut
        return _member(person.tenant, user, _domains(organisation))

    def search(self, token: str, tenant: str, text: str) -> Sequence[Profile]:
        """Names are searched word by word, where Graph can; else only by how they begin. Raises BodyNotAsDocumented."""
        sought = text.strip()[:_LONGEST]
        if len(sought) < _SHORTEST:
            raise BodyNotAsDocumented
        organisation, found = ask(self._web, self._url, token, [DOMAINS, matching(sought)])
        if found.is_bad_request:
            [found] = ask(self._web, self._url, token, [beginning(sought)])
        page, domains = found.read(_Users), _domains(organisation)
        return [_member(tenant, user, domains) for user in page.value[:MOST_FOUND]] if page else []

    def look_up(self, token: str, people: Sequence[Person]) -> Mapping[Person, Profile]:
        questions = {person: user_of(person.object_id) for person in people}
        found = {}
        for person, part, domains in self._ask_all(token, questions):
            user = part.read(_User)
            if user is not None and user.id == person.object_id:
                found[person] = _member(person.tenant, user, domains)
        return found

    def find_addresses(self, token: str, tenant: str, addresses: Sequence[str]) -> Mapping[str, Profile]:
        """Whoever only bears an address in an unverified domain is not who has it, but is told of if they have none."""
        questions = {address: having(address) for address in addresses}
        found = {}
        for address, part, domains in self._ask_all(token, questions):
            page = part.read(_Users)
            profiles = [_member(tenant, user, domains) for user in page.value] if page else []
            holders = [who for who in profiles if address in who.addresses] or [
                who for who in profiles if not who.addresses
            ]
            if holders:
                found[address] = holders[0]
        return found

    def _ask_all(self, token: str, questions: Mapping[T, str]) -> Iterator[tuple[T, Part, frozenset[str]]]:
        """As many at once as Graph takes, the tenant's domains with the first."""
        about, domains = list(questions), frozenset[str]()
        for start in range(0, len(about) + 1 if about else 0, MOST_AT_ONCE):
            wanted = about[max(start - 1, 0) : start + MOST_AT_ONCE - 1]
            asked = [questions[each] for each in wanted]
            parts = ask(self._web, self._url, token, asked if start else [DOMAINS, *asked])
            if not start:
                domains = _domains(parts.pop(0))
            for each, part in zip(wanted, parts, strict=True):
                yield each, part, domains


def _there(user: _User | None) -> _User:
    if user is None:
        raise Unreachable
    return user


def _domains(part: Part) -> frozenset[str]:
    """The verified domains as addresses are written here; none for guests, who may not read them."""
    try:
        organisations = part.read(_Organizations)
    except ConsentNeeded:
        return frozenset()
    told = [domain.name for each in organisations.value for domain in each.verified] if organisations else []
    return frozenset(address.rpartition("@")[2] for address in _addresses([f"x@{name}" for name in told]))


def _member(tenant: str, user: _User, domains: frozenset[str]) -> Profile:
    known = _addresses([user.user_name, user.mail])
    theirs = [each for each in known if each.rpartition("@")[2] in domains and _GUEST not in each]
    return _profile(Person(tenant, user.id), user, tuple(theirs))


def _profile(person: Person, user: _User, addresses: tuple[str, ...]) -> Profile:
    user_name = user.user_name or ""
    return Profile(person, user.name or user_name, user_name, addresses)


def _addresses(texts: Sequence[str | None]) -> tuple[str, ...]:
    """Those that are addresses, each once."""
    found = dict[str, None]()
    for text in texts:
        try:
            found[normalise_address(text or "")] = None
        except AddressInvalid:
            continue
    return tuple(found)
