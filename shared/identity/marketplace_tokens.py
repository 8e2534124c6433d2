"""The two tokens of Microsoft's marketplace: the one it shows us with a webhook, and the one that we show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from shared.domain.errors import SignatureInvalid
from shared.identity.entra_keys import EntraKeys

_LEEWAY_SECONDS = 60
_LONGEST = 16_384
_REQUIRED = ["exp", "nbf", "aud", "iss"]


@dataclass(frozen=True, slots=True)
class WebhookTokens:
    """`shared.ports.TokenChecker`: declares whom a webhook's token must be from and for; what is not listed is refused.

    https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
    """

    keys: EntraKeys
    audience: str
    tenant: str
    app: str
    issuers: tuple[str, ...]

    def check(self, token: str, now: datetime) -> None:
        """Raises SignatureInvalid, Unavailable."""
        claims = self._verified(token, now)
        # A token of version 1 names the calling app as appid, one of version 2 as azp.
        apps = [claims[name] for name in ("appid", "azp") if name in claims]
        if claims.get("tid") != self.tenant or apps != [self.app] or not _is_in_time(claims, now):
            raise SignatureInvalid

    def _verified(self, token: str, now: datetime) -> dict[str, Any]:
        if len(token) > _LONGEST:
            raise SignatureInvalid
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys.key(str(header.get("kid", "")), now) if header.get("alg") == "RS256" else None
            if key is None:
                raise SignatureInvalid
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self.audience,
                issuer=list(self.issuers),
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


def _is_in_time(claims: dict[str, Any], now: datetime) -> bool:
    begins, ends = claims["nbf"], claims["exp"]
    if type(begins) not in {int, float} or type(ends) not in {int, float}:
        return False
    return bool(begins - _LEEWAY_SECONDS <= now.timestamp() < ends + _LEEWAY_SECONDS)
