"""What a finished sign-in leaves: a code that is good once, for ten minutes, and refresh tokens for 90 days each.

https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

import base64
import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from dev.entra.errors import problem

_CODE_LIVES = timedelta(minutes=10)
_REFRESH_TOKEN_LIVES = timedelta(days=90)


@dataclass(frozen=True)
class SignIn:
    """Somebody let an application act for them; ``at`` is when they signed in."""

    application: str
    user: str
    scopes: frozenset[str]
    at: datetime
    redirect_uri: str = ""
    challenge: str = ""
    nonce: str | None = None

    def check_verifier(self, verifier: str) -> None:
        """Raises Problem."""
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge:
            raise problem(501481)


@dataclass(frozen=True)
class _Issued:
    """``generation`` tells what came before a revocation from what came after, at the same moment too."""

    it: SignIn
    at: datetime
    generation: int


class SignIns:
    """By code and by refresh token."""

    def __init__(self) -> None:
        self._codes: dict[str, _Issued] = {}
        self._redeemed: set[str] = set()
        self._refresh_tokens: dict[str, _Issued] = {}
        # How often each user's tokens and browser sessions were revoked.
        self.generations: Counter[str] = Counter()

    def code(self, it: SignIn, now: datetime) -> str:
        code = f"1.A{secrets.token_urlsafe(48)}"
        self._codes[code] = self._issued(it, now)
        return code

    def redeem(self, code: str, application: str, now: datetime) -> SignIn:
        """Raises Problem."""
        if code in self._redeemed:
            raise problem(54005)
        if code not in self._codes or self._codes[code].it.application != application:
            raise problem(9002313)
        issued = self._codes.pop(code)
        self._redeemed.add(code)
        if now - issued.at > _CODE_LIVES:
            raise problem(70008)
        return issued.it

    def refresh_token(self, it: SignIn, now: datetime) -> str:
        token = f"1.R{secrets.token_urlsafe(64)}"
        self._refresh_tokens[token] = self._issued(it, now)
        return token

    def refreshed(self, token: str, application: str, now: datetime) -> SignIn:
        """The token stays good beside the one that takes its place. Raises Problem."""
        if token not in self._refresh_tokens or self._refresh_tokens[token].it.application != application:
            raise problem(9002313)
        issued = self._refresh_tokens[token]
        if issued.generation < self.generations[issued.it.user]:
            raise problem(50173)
        if now - issued.at > _REFRESH_TOKEN_LIVES:
            raise problem(700082)
        return issued.it

    def revoke(self, user: str) -> None:
        """What was issued before is good no more."""
        self.generations[user] += 1

    def _issued(self, it: SignIn, now: datetime) -> _Issued:
        return _Issued(it, now, self.generations[it.user])
