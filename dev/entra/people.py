"""The people and tenants that the stand-ins for Entra and Graph share; who plays whom is told here alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dev.wire import Refused

# Personal accounts are all of one tenant.
# https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
CONTOSO = "c0470500-0000-4000-8000-000000000000"
FABRIKAM = "fab41ca0-0000-4000-8000-000000000000"
MALLORYS = "e7110000-0000-4000-8000-000000000000"

# https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
ROLES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "License Administrator": "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
    "Billing Administrator": "b0f54661-2d74-4c50-afa3-1ec803f12efe",
    "Office Apps Administrator": "2b745bdf-0803-4d80-aa65-822c4493daac",
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
}


@dataclass
class Tenant:
    """``domains`` are those that were verified, the first is the default."""

    id: str
    name: str
    domains: tuple[str, ...]


@dataclass
class User:
    """A person as one tenant's directory has them; a guest's ``home`` is the id that they have in their own."""

    id: str
    tenant: str
    name: str
    user_principal_name: str
    mail: str | None = None
    roles: set[str] = field(default_factory=set)
    home: str | None = None
    # Whoever is in the cast has a button of their own where one signs in.
    in_cast: bool = False

    @property
    def is_guest(self) -> bool:
        return self.home is not None

    @property
    def is_personal(self) -> bool:
        return self.tenant == CONSUMERS

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each once, the user name first."""
        return tuple(dict.fromkeys(address for address in (self.user_principal_name, self.mail) if address))

    def is_called(self, text: str) -> bool:
        wanted = text.casefold()
        return wanted in {self.id, self.name.casefold(), *(address.casefold() for address in self.addresses)}


class Directory:
    """All tenants and everybody in them."""

    def __init__(self, tenants: Iterable[Tenant], users: Iterable[User]) -> None:
        self.tenants = {tenant.id: tenant for tenant in tenants}
        self.users = {user.id: user for user in users}

    def add(self, user: User) -> User:
        """Their tenant, where it is not known yet, has the domain of their user name."""
        domain = user.user_principal_name.rpartition("@")[2]
        self.tenants.setdefault(user.tenant, Tenant(user.tenant, domain.partition(".")[0].title(), (domain,)))
        self.users[user.id] = user
        return user

    def of(self, tenant: str) -> list[User]:
        return [user for user in self.users.values() if user.tenant == tenant]

    def find(self, who: str) -> User:
        """Whom an id, an address, a whole or a first name means, the cast before others. Raises Refused."""
        known = sorted(self.users.values(), key=lambda user: (user.is_guest, not user.in_cast))
        for user in known:
            if user.is_called(who):
                return user
        for user in known:
            if user.in_cast and user.first_name.casefold() == who.casefold():
                return user
        raise Refused(f"Nobody here is called {who}.")

    def tenant_of(self, text: str) -> Tenant | None:
        """By its id or one of its domains."""
        return next((it for it in self.tenants.values() if text.lower() in {it.id, *it.domains}), None)

    def at(self, tenant: str, user: User) -> User | None:
        """Who somebody is in a tenant: a member, a guest, or nobody."""
        if user.tenant == tenant:
            return user
        return next((guest for guest in self.of(tenant) if guest.home == user.id), None)
