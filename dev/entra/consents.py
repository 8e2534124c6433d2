"""Who allowed which application what, for themself or for a whole tenant, and where only an administrator may."""

from collections import defaultdict
from collections.abc import Iterable

from dev.entra.people import ROLES, User

# Others may administer, but allow an application nothing on behalf of others.
_MAY_CONSENT = frozenset(
    ROLES[role]
    for role in (
        "Global Administrator",
        "Privileged Role Administrator",
        "Application Administrator",
        "Cloud Application Administrator",
    )
)


class Consents:
    """Kept per application, and per user or tenant."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], set[str]] = defaultdict(set)
        # Scopes by tenant.
        self.for_administrators: dict[str, frozenset[str]] = {}

    def granted(self, application: str, user: User) -> frozenset[str]:
        own, everyones = (self._given.get((application, holder), set()) for holder in (user.id, user.tenant))
        return frozenset(own | everyones)

    def grant(self, application: str, holder: str, scopes: Iterable[str]) -> None:
        """``holder``: the id of a user, or of a tenant for all of its users."""
        self._given[application, holder] |= set(scopes)

    def withdraw(self, holder: str) -> None:
        for key in [key for key in self._given if key[1] == holder]:
            del self._given[key]

    def may_grant(self, user: User, scopes: frozenset[str]) -> bool:
        return self.administers(user) or not scopes & self.for_administrators.get(user.tenant, frozenset())

    @staticmethod
    def administers(user: User) -> bool:
        """May consent on behalf of the whole organisation."""
        return bool(user.roles & _MAY_CONSENT)
