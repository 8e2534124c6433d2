"""Keys as values: which of several is in use, and how a public key is named. What is done with them is elsewhere."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key as JWK members, named by its RFC 7638 thumbprint; it signs from ``use_from`` (epoch seconds) on."""

    id: str
    use_from: float
    private: Mapping[str, str] = field(repr=False)
    public: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HashKey:
    """32 random bytes and their name; they write from ``use_from`` (epoch seconds) on."""

    id: str
    use_from: float
    key: bytes = field(repr=False)


K = TypeVar("K", SigningKey, HashKey)


def in_use(keys: Iterable[K], now: float) -> list[K]:
    """The keys whose time has come, the one that signs or writes now first."""
    return sorted((key for key in keys if key.use_from <= now), key=lambda key: key.use_from, reverse=True)


def thumbprint(public: Mapping[str, str]) -> str:
    """The RFC 7638 thumbprint of a public P-256 JWK."""
    members = {name: public[name] for name in ("crv", "kty", "x", "y")}
    return encode(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def encode(raw: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
