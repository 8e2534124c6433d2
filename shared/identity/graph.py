"""The directory of a tenant through Microsoft Graph, read with the signed-in person's own permission."""

from collections.abc import Mapping, Sequence

from shared.domain.people import Person
from shared.ports import Profile
from shared.web import Web


class Graph:
    """`shared.ports.Directory`."""

    def __init__(self, web: Web, url: str) -> None:
        self._web = web
        self._url = url

    def me(self, token: str, person: Person) -> Profile:
        raise NotImplementedError

    def search(self, token: str, tenant: str, text: str) -> Sequence[Profile]:
        raise NotImplementedError

    def look_up(self, token: str, people: Sequence[Person]) -> Mapping[Person, Profile]:
        raise NotImplementedError

    def find_addresses(self, token: str, tenant: str, addresses: Sequence[str]) -> Mapping[str, Profile]:
        raise NotImplementedError
