"""What an application is given about a user: the claims of ID and access tokens, and ``client_info``.

https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from dev.entra.people import User
from dev.entra.scopes import GRAPH, OPENID
from dev.entra.sign_ins import SignIn
from dev.entra.tokens import LIFETIME, issuer_v1

# Every ordinary member has it beside their roles; a guest has the other.
MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509"
GUEST = "10dae51f-b6af-4016-8d66-8c2a99b929b3"


def id_claims(user: User, it: SignIn, issuer: str, now: datetime) -> dict[str, Any]:
    return {
        "aud": it.application,
        "iss": issuer,
        **_times(now),
        "auth_time": int(it.at.timestamp()),
        "name": user.name,
        "nonce": it.nonce,
        "oid": user.id,
        "preferred_username": user.mail if user.is_guest else user.user_principal_name,
        "rh": secrets.token_urlsafe(12),
        "sub": _pairwise(user, it.application),
        "tid": user.tenant,
        "uti": secrets.token_urlsafe(16),
        "ver": "2.0",
        **({} if user.is_personal else {"wids": _roles(user), "acct": int(user.is_guest)}),
    }


def access_claims(user: User, it: SignIn, scopes: Iterable[str], now: datetime) -> dict[str, Any]:
    """Of a token for Graph, which is nobody else's to read."""
    return {
        "aud": GRAPH,
        "iss": issuer_v1(user.tenant),
        **_times(now),
        "appid": it.application,
        "name": user.name,
        "oid": user.id,
        "scp": " ".join(sorted(set(scopes) - OPENID)),
        "sub": _pairwise(user, GRAPH),
        "tid": user.tenant,
        "upn": user.user_principal_name,
        "uti": secrets.token_urlsafe(16),
        "ver": "1.0",
        "wids": _roles(user),
    }


def client_info(user: User) -> str:
    """From which MSAL makes the id that it keeps an account by."""
    return base64.urlsafe_b64encode(json.dumps({"uid": user.id, "utid": user.tenant}).encode()).rstrip(b"=").decode()


def _roles(user: User) -> list[str]:
    return [*sorted(user.roles), GUEST if user.is_guest else MEMBER]


def _pairwise(user: User, audience: str) -> str:
    """Another for each application."""
    digest = hashlib.sha256(f"{user.tenant} {user.id} {audience}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _times(now: datetime) -> dict[str, int]:
    moments = {"iat": now, "nbf": now - timedelta(minutes=5), "exp": now + LIFETIME}
    return {name: int(moment.timestamp()) for name, moment in moments.items()}
