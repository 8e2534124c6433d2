"""Whom a marketplace's webhook must be from."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import SignatureInvalid
from shared.identity.entra_keys import EntraKeys
from shared.identity.signed_claims import verify


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
        claims, _ = verify(token, self.keys, self.audience, now)
        # A token of version 1 names the calling app as appid, one of version 2 as azp.
        apps = [claims[name] for name in ("appid", "azp") if name in claims]
        if claims["iss"] not in self.issuers or claims.get("tid") != self.tenant or apps != [self.app]:
            raise SignatureInvalid
