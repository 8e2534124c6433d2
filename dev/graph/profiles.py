"""What Graph tells of a user, and which of it a permission lets one read.

https://learn.microsoft.com/graph/permissions-reference#userreadbasicall
"""

from collections.abc import Iterable

from dev.entra.people import User
from dev.graph.problems import bad, denied

BASIC = ("displayName", "givenName", "surname", "mail", "userPrincipalName", "id")
_BEYOND = ("businessPhones", "jobTitle", "mobilePhone", "officeLocation", "preferredLanguage")
# Told only if they are asked for.
_ON_REQUEST = (
    "accountEnabled",
    "department",
    "proxyAddresses",
    "userType",
    "otherMails",
    "companyName",
    "mailNickname",
)
KNOWN = frozenset({*BASIC, *_BEYOND, *_ON_REQUEST})

Shape = dict[str, object]


def selected(given: str | None, *, basic_only: bool) -> tuple[str, ...]:
    """The properties that ``$select`` names. Raises Problem."""
    if given is None:
        return (*_BEYOND, *BASIC)
    names = tuple(each.strip() for each in given.split(",") if each.strip())
    check(names, basic_only=basic_only)
    return names


def check(names: Iterable[str], *, basic_only: bool) -> None:
    """Raises Problem for a property that there is not, or that may not be read."""
    for name in names:
        if name not in KNOWN:
            raise bad(f"Could not find a property named '{name}' on type 'microsoft.graph.user'.")
        if basic_only and name not in BASIC:
            raise denied()


def shape(user: User, names: Iterable[str]) -> Shape:
    return {name: _read(user, name) for name in names}


def text(user: User, name: str) -> str:
    """The property as it is searched and filtered."""
    value = _read(user, name)
    return value if isinstance(value, str) else ""


def id_of(user: User) -> str:
    """A personal account has another id here than in its tokens: their last sixteen digits."""
    return user.id.replace("-", "")[-16:] if user.is_personal else user.id


def _read(user: User, name: str) -> object:
    given, _, surname = user.name.rpartition(" ")
    told: Shape = {
        "id": id_of(user),
        "displayName": user.name,
        "givenName": given or user.name,
        "surname": surname if given else None,
        "mail": user.mail,
        "userPrincipalName": user.user_principal_name,
        "userType": "Guest" if user.is_guest else "Member",
        "accountEnabled": True,
        "businessPhones": [],
        "otherMails": [],
        "proxyAddresses": [f"SMTP:{user.mail}"] if user.mail else [],
    }
    return told.get(name)
