"""Who signed in, from an ID token that our own code checks: MSAL checks only its nonce.

https://learn.microsoft.com/entra/identity-platform/claims-validation
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.errors import SignatureInvalid
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.roles import is_administrator
from shared.identity.entra_keys import EntraKeys
from shared.identity.signed_claims import SignedClaims, verify

_GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, and what only shows: nothing is decided by a name."""

    person: Person
    name: str = field(repr=False)
    user_name: str = field(repr=False)
    is_administrator: bool


@dataclass(frozen=True, slots=True)
class IdTokens:
    """Tokens for the app ``audience`` by the Entra at ``host``, whatever tenant they are about."""

    keys: EntraKeys
    audience: str
    host: str

    def check(self, token: str, now: datetime) -> Identity:
        """Raises SignatureInvalid, Unavailable."""
        claims, key = verify(token, self.keys, self.audience, now)
        person = Person(_guid(claims, "tid"), _guid(claims, "oid"))
        issuer = f"{self.host}/{person.tenant}/v2.0"
        if claims["iss"] != issuer or not key.may_sign_for(issuer, person.tenant):
            raise SignatureInvalid
        roles = claims.get("wids")
        return Identity(
            person,
            name=_text(claims, "name"),
            user_name=_text(claims, "preferred_username"),
            # Nobody administers personal accounts.
            is_administrator=person.tenant != PERSONAL_TENANT and isinstance(roles, list) and is_administrator(roles),
        )


def _guid(claims: SignedClaims, name: str) -> str:
    value = claims.get(name)
    if not (isinstance(value, str) and _GUID.fullmatch(value)):
        raise SignatureInvalid
    return value


def _text(claims: SignedClaims, name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
