"""What an application asks of the authorize endpoint, in words of its own.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from dev.entra.applications import Application
from dev.entra.errors import Problem, problem
from dev.entra.people import CONSUMERS, Directory, User

SHARED = frozenset({"common", "organizations", "consumers"})
_PROMPTS = frozenset({"", "login", "none", "consent", "select_account"})


@dataclass(frozen=True)
class Attempt:
    """``authority`` is one of the shared ones, or the id of a tenant."""

    authority: str
    application: Application
    asked: Mapping[str, str]

    @property
    def redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    @property
    def prompt(self) -> str:
        return self.asked.get("prompt", "")

    @property
    def login_hint(self) -> str:
        return self.asked.get("login_hint", "")

    @property
    def max_age(self) -> float | None:
        given = self.asked.get("max_age", "")
        return float(given) if given.isdecimal() else None

    def check(self) -> None:
        """Raises Problem for what the application is to be told."""
        if self.asked.get("response_type") != "code" or self.asked.get("response_mode", "query") != "query":
            # Microsoft speaks more; what is not used is not stood in for.
            raise problem(900561)
        if self.asked.get("code_challenge_method") != "S256" or not self.asked.get("code_challenge"):
            raise problem(9002325)
        if not self.asked.get("scope"):
            raise problem(900144)
        if self.prompt not in _PROMPTS:
            raise Problem(90023, "invalid_request", "Unsupported 'prompt' value.")

    def person(self, user: User, directory: Directory) -> User:
        """Who that is to this authority. Raises Problem if nobody."""
        found = user if self.authority in SHARED else directory.at(self.authority, user)
        if found is None or found.is_personal not in _personal(self.authority):
            raise problem(50020)
        return found

    def offers(self, directory: Directory) -> list[User]:
        """Who can choose themself: the cast in its home tenants, and whoever is hinted at, first of all."""
        hinted = [user for user in directory.users.values() if self.login_hint and user.is_called(self.login_hint)]
        cast = [user for user in directory.users.values() if user.in_cast and self._is_of_domain(user)]
        return list({user.id: user for user in (*hinted, *cast) if not user.is_guest}.values())

    def _is_of_domain(self, user: User) -> bool:
        hint = self.asked.get("domain_hint", "")
        kind = "consumers" if user.is_personal else "organizations"
        return hint in {"", kind, user.user_principal_name.rpartition("@")[2]}

    def back(self, answer: Mapping[str, str]) -> str:
        """Where the application waits, with the answer and its state."""
        state = {"state": self.asked["state"]} if "state" in self.asked else {}
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode({**answer, **state})}"

    def refused(self, why: Problem, now: datetime) -> str:
        return self.back(why.in_query(now))


def read_attempt(
    authority: str, asked: Mapping[str, str], applications: Mapping[str, Application], directory: Directory
) -> Attempt:
    """Raises Problem for what makes it unsafe to go back to the application."""
    tenant = directory.tenant_of(authority)
    application = applications.get(asked.get("client_id", ""))
    if authority not in SHARED and tenant is None:
        raise problem(90002)
    if application is None:
        raise problem(700016)
    if asked.get("redirect_uri") not in application.redirect_uris:
        raise problem(50011)
    return Attempt(tenant.id if tenant else authority, application, asked)


def _personal(authority: str) -> frozenset[bool]:
    """Whether accounts there are personal ones."""
    by_authority = {"common": {True, False}, "consumers": {True}, CONSUMERS: {True}}
    return frozenset(by_authority.get(authority, {False}))
