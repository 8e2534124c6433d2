"""The keys that tokens are signed with, each published with the issuer that it may sign for.

https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cached_property
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
    """Signs with the newest; those before it stay published until they are retired.

    For some tenants there is a key of their own, ``fixed``, which may sign for nobody else.
    """

    def __init__(self, *own: str) -> None:
        self.published = [SigningKey()]
        self._own = own

    @property
    def current(self) -> SigningKey:
        return self.published[-1]

    @cached_property
    def stranger(self) -> SigningKey:
        """A key that was never published."""
        return SigningKey()

    @cached_property
    def fixed(self) -> Mapping[str, SigningKey]:
        return {tenant: SigningKey() for tenant in self._own}

    def rotate(self, *, retire: bool = False) -> SigningKey:
        """Sign with a new key from now on; ``retire``: those before are published no more."""
        self.published = [*([] if retire else self.published), SigningKey()]
        return self.current

    def signer(self, tenant: str) -> SigningKey:
        return self.fixed.get(tenant, self.current)

    def find(self, kid: object) -> SigningKey | None:
        return next((key for key in (*self.published, *self.fixed.values()) if key.id == kid), None)


def _text(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()
