"""Who visits in tests of seats, and a directory in memory that knows Alice's colleagues."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.errors import ConsentNeeded
from shared.domain.people import Person
from shared.domain.rights import Visitor
from shared.operations.assign_seat import Assignee
from shared.operations.open_account import open_account
from shared.operations.use_token import keep_tokens
from shared.ports import Access, Permission, Profile
from tests.world import ALICE, BOB, World


def visitor(world: World, who: Assignee = ALICE, *, administers: bool = False, account: bool = True) -> Visitor:
    """Somebody who has just signed in; their tokens are kept where there is an account."""
    number = open_account(world.services, who.person, who.name, who.addresses) if account else ""
    if number:
        keep_tokens(world.services, number, f"tokens of {who.name}")
    return Visitor(who.person, world.clock(), number, administers, who.name, who.addresses)


def administrator(world: World, who: Assignee = ALICE) -> Visitor:
    """The same with the right to assign."""
    return visitor(world, who, administers=True)


@dataclass
class DirectoryInMemory:
    """`shared.ports.Directory`. ``asked`` counts what was asked; ``fails_with`` is how it answers instead."""

    people: dict[Person, Profile] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fails_with: Exception | None = None

    def add(self, *people: Assignee) -> None:
        for who in people:
            self.people[who.person] = Profile(who.person, who.name, who.addresses[0], who.addresses)

    def me(self, token: str, person: Person) -> Profile:
        self._ask("me", token)
        return self.people[person]

    def search(self, token: str, tenant: str, text: str) -> Sequence[Profile]:
        self._ask("search", token)
        begins = text.casefold()
        found = [
            who
            for who in self._of(tenant)
            if any(part.casefold().startswith(begins) for part in (who.name, *who.addresses))
        ]
        return found[:10]

    def look_up(self, token: str, people: Sequence[Person]) -> Mapping[Person, Profile]:
        self._ask("look up", token)
        return {person: self.people[person] for person in people if person in self.people}

    def find_addresses(self, token: str, tenant: str, addresses: Sequence[str]) -> Mapping[str, Profile]:
        self._ask("find", token)
        known = {address: who for who in self._of(tenant) for address in (who.user_name, *who.addresses)}
        return {address: known[address] for address in addresses if address in known}

    def _of(self, tenant: str) -> Iterable[Profile]:
        return [who for who in self.people.values() if who.person.tenant == tenant]

    def _ask(self, what: str, token: str) -> None:
        assert token
        self.asked.append(what)
        if self.fails_with:
            raise self.fails_with


@dataclass
class SignInInMemory:
    """The part of `shared.ports.SignIn` that hands out access tokens; ``permissions`` are those that were given."""

    permissions: set[Permission]

    def approval_url(self, tenant: str, return_to: str) -> str:
        assert tenant
        return f"https://login.example/approve?then={return_to}"

    def access(self, tokens: str, person: Person, permission: Permission) -> Access:
        assert person
        if permission not in self.permissions:
            raise ConsentNeeded
        return Access(f"token for {permission}", tokens)


def with_directory(world: World, *people: Assignee) -> DirectoryInMemory:
    """The world's services over a directory that knows Alice, Bob and these."""
    directory = DirectoryInMemory()
    directory.add(ALICE, BOB, *people)
    sign_in: Any = SignInInMemory({"self", "directory"})
    world.services = replace(world.services, directory=directory, sign_in=sign_in)
    return directory
