"""The claims of a token that Entra signed for us and that is good now; what they mean is the caller's to judge."""

from datetime import datetime
from typing import Any, NewType

import jwt

from shared.domain.errors import SignatureInvalid
from shared.identity.entra_keys import EntraKey, EntraKeys

# Nothing else gives claims this type, so that what was not verified cannot be taken for it.
SignedClaims = NewType("SignedClaims", dict[str, Any])

_LEEWAY_SECONDS = 60
_LONGEST = 16_384
_REQUIRED = ["exp", "nbf", "aud", "iss"]


def verify(token: str, keys: EntraKeys, audience: str, now: datetime) -> tuple[SignedClaims, EntraKey]:
    """The claims, and the key that vouches for them. Raises SignatureInvalid, Unavailable."""
    if len(token) > _LONGEST:
        raise SignatureInvalid
    try:
        header = jwt.get_unverified_header(token)
        key = keys.key(str(header.get("kid", "")), now) if header.get("alg") == "RS256" else None
        if key is None:
            raise SignatureInvalid
        claims = jwt.decode(
            token,
            key.public,
            algorithms=["RS256"],
            audience=audience,
            # The times are held against our own clock, below.
            options={
                "require": _REQUIRED,
                "strict_aud": True,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise SignatureInvalid from None
    if not _is_in_time(claims, now):
        raise SignatureInvalid
    return SignedClaims(claims), key


def _is_in_time(claims: dict[str, Any], now: datetime) -> bool:
    begins, ends = claims["nbf"], claims["exp"]
    if type(begins) not in {int, float} or type(ends) not in {int, float}:
        return False
    return bool(begins - _LEEWAY_SECONDS <= now.timestamp() < ends + _LEEWAY_SECONDS)
