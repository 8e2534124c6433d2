"""Who people are, in our words: signing in with Microsoft 365, and what its directory tells with their consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from shared.domain.people import Person

# To know oneself, which every sign-in asks for; and to find colleagues, asked for at the first assignment (P10).
Permission = Literal["self", "directory"]


# How the state begins that comes back with the answer to `SignIn.approval_url`, which is to no attempt of anybody's.
APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun. ``state`` travels sealed in the browser, and is needed once to finish it.

    ``name`` goes to Microsoft and back in the open, as `state`: it tells several attempts apart and nothing else.
    """

    url: str
    name: str
    state: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sign-in is to be: a permission, and, where it widens one, of whom.

    ``lasting`` asks for tokens that are good beyond the hour, for who will keep them.
    """

    permission: Permission = "self"
    lasting: bool = False
    person: Person | None = None
    user_name: str = field(default="", repr=False)
    choose_account: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, from a checked ID token, with a Graph access token for now.

    ``tokens`` is all that came with it, as one text to be kept or dropped; whether it outlives the hour is ``lasting``.
    """

    person: Person
    name: str = field(repr=False)
    user_name: str = field(repr=False)
    is_administrator: bool
    permission: Permission
    token: str = field(repr=False)
    tokens: str = field(repr=False)
    lasting: bool


@dataclass(frozen=True, slots=True)
class Access:
    """A Graph access token, and the tokens to keep from now on (the same text where nothing changed)."""

    token: str = field(repr=False)
    tokens: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody in a directory: ``addresses`` are those in verified domains of the tenant, by which a seat is found."""

    person: Person
    name: str = field(repr=False)
    user_name: str = field(repr=False)
    addresses: tuple[str, ...] = field(repr=False)


class SignIn(Protocol):
    """Microsoft 365 sign-in."""

    def begin(self, wish: Wish, return_to: str) -> Attempt:
        """Where to send the browser. Raises Unavailable."""
        ...

    def finish(self, state: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn:
        """Who came back. Raises SignInFailed and its kinds, Unavailable."""
        ...

    def access(self, tokens: str, person: Person, permission: Permission) -> Access:
        """A fresh access token from tokens that were kept.

        Raises ConsentNeeded where the permission is not given, SignedOut where Entra refuses the tokens for good
        (whoever keeps them deletes them then), Unavailable.
        """
        ...

    def sign_out_url(self, return_to: str) -> str:
        """Where Microsoft's own session ends. Raises Unavailable."""
        ...

    def approval_url(
        self, tenant: str, return_to: str, permission: Permission = "directory", name: str = APPROVAL
    ) -> str:
        """Where an administrator allows the permission for everybody in the tenant, in any if it is empty.

        They come back with ``name`` as state, whatever they decided. Raises Unavailable.
        """
        ...


class Directory(Protocol):
    """What Microsoft Graph tells of people. Nothing of it is kept here (P11).

    Every call raises SignedOut (the token is refused), ConsentNeeded (it lacks the permission), Unavailable.
    """

    def me(self, token: str, person: Person) -> Profile:
        """The person themself, as the directory has them now."""
        ...

    def search(self, token: str, tenant: str, text: str) -> Sequence[Profile]:
        """At most ten people whose name or address begins like the text, of two characters or more."""
        ...

    def look_up(self, token: str, people: Sequence[Person]) -> Mapping[Person, Profile]:
        """These people of one tenant, without those that are gone."""
        ...

    def find_addresses(self, token: str, tenant: str, addresses: Sequence[str]) -> Mapping[str, Profile]:
        """Who has each of these addresses, as user name or mail, without those that nobody has."""
        ...
