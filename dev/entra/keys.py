"""The keys that tokens are signed with, each published with the issuer that it may sign for.

https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
"""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_BITS = 2048
_EXPONENT = 65537


class SigningKey:
    """An RSA key; its id is derived from it, as Entra's look."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(_EXPONENT, _BITS)
        der = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.id = _text(hashlib.sha256(der).digest()[:20])

    def published(self, issuer: str) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "x5t": self.id,
            "n": _text(numbers.n.to_bytes(_BITS // 8, "big")),
            "e": _text(numbers.e.to_bytes(3, "big")),
            "issuer": issuer,
        }


class KeyRing:
    """Signs with the newest; those before it stay published until they are retired."""

    def __init__(self) -> None:
        self.published = [SigningKey()]
        self._stranger: SigningKey | None = None

    @property
    def current(self) -> SigningKey:
        return self.published[-1]

    @property
    def stranger(self) -> SigningKey:
        """A key that was never published."""
        self._stranger = self._stranger or SigningKey()
        return self._stranger

    def rotate(self, *, retire: bool = False) -> SigningKey:
        """Sign with a new key from now on; ``retire``: those before are published no more."""
        self.published = [*([] if retire else self.published), SigningKey()]
        return self.current

    def find(self, kid: object) -> SigningKey | None:
        return next((key for key in self.published if key.id == kid), None)


def _text(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()
