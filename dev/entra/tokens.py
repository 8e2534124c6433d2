"""Access tokens of both versions, with the claims that each has.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from dev.entra.keys import SigningKey

LIFETIME = timedelta(hours=1)
_EARLY = timedelta(minutes=5)
_OBJECTS = uuid.UUID("6f1c7b5e-52ae-4f7a-9f61-0d2a8c7e3b11")


@dataclass(frozen=True)
class Grant:
    """``application`` may act at ``audience``, on its own behalf."""

    tenant: str
    audience: str
    application: str
    issuer: str
    version: int


def service_principal(tenant: str, application: str) -> str:
    """The object id of an application in a tenant."""
    return str(uuid.uuid5(_OBJECTS, f"{tenant} {application}"))


def issuer_v1(tenant: str) -> str:
    return f"https://sts.windows.net/{tenant}/"


def claims_of(grant: Grant, now: datetime) -> dict[str, Any]:
    principal = service_principal(grant.tenant, grant.application)
    claims = {
        "aud": grant.audience,
        "iss": grant.issuer,
        "iat": _stamp(now),
        "nbf": _stamp(now - _EARLY),
        "exp": _stamp(now + LIFETIME),
        "aio": secrets.token_urlsafe(24),
        "oid": principal,
        "rh": secrets.token_urlsafe(12),
        "sub": principal,
        "tid": grant.tenant,
        "uti": secrets.token_urlsafe(16),
    }
    if grant.version == 1:
        return {
            **claims,
            "appid": grant.application,
            "appidacr": "2",
            "idp": issuer_v1(grant.tenant),
            "ver": "1.0",
        }
    return {**claims, "azp": grant.application, "azpacr": "2", "ver": "2.0"}


def sign(claims: Mapping[str, Any], key: SigningKey) -> str:
    """A claim that is None is left out."""
    stated = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(stated, key.private, "RS256", {"kid": key.id, "x5t": key.id})


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp())
