"""Keys in settings: JSON lists whose entries say from when on they are used. A problem's sentence repeats none."""

import base64
import binascii
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from jwt.exceptions import InvalidKeyError

from shared.domain.keys import HashKey, SigningKey, encode, thumbprint
from shared.settings.values import from_json, reader

_HASH_KEY_BYTES = 32
_LAST_USE_FROM = 2**53


def _entries(text: str, members: set[str], now: float) -> list[dict[str, Any]]:
    entries = from_json(text, list)
    for entry in entries:
        if not (isinstance(entry, dict) and members <= set(entry)):
            raise ValueError(f"must be a list of objects with {', '.join(sorted(members))}")
        use_from = entry["use_from"]
        # The comparison also refuses the NaN and Infinity that Python reads from JSON.
        if type(use_from) not in {int, float} or not 0 <= use_from < _LAST_USE_FROM:
            raise ValueError("must give each key a use_from in epoch seconds")
    if not any(entry["use_from"] <= now for entry in entries):
        raise ValueError("must have a key that is in use by now")
    if len({entry["use_from"] for entry in entries}) != len(entries):
        raise ValueError("must give each key its own use_from")
    return list(entries)


def _signing_keys(text: str, now: float) -> tuple[SigningKey, ...]:
    members = {"kty", "crv", "x", "y", "d", "use_from"}
    keys = tuple(_signing_key(entry) for entry in _entries(text, members, now))
    if len({key.id for key in keys}) != len(keys):
        raise ValueError("must hold each key once")
    return keys


def _signing_key(entry: dict[str, Any]) -> SigningKey:
    public = {name: entry[name] for name in ("kty", "crv", "x", "y")}
    try:
        private = ECAlgorithm.from_jwk({**public, "d": entry["d"]})
    except (InvalidKeyError, ValueError, TypeError, binascii.Error):
        raise ValueError("must hold private P-256 JWKs") from None
    if entry["crv"] != "P-256" or not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError("must hold private P-256 JWKs")
    if not public.items() <= ECAlgorithm.to_jwk(private.public_key(), as_dict=True).items():
        raise ValueError("must hold private P-256 JWKs whose public half is theirs")
    return SigningKey(thumbprint(public), entry["use_from"], {**public, "d": entry["d"]}, public)


def _hash_keys(text: str, now: float) -> tuple[HashKey, ...]:
    keys = tuple(_hash_key(entry) for entry in _entries(text, {"id", "key", "use_from"}, now))
    if len({key.id for key in keys}) != len(keys):
        raise ValueError("must give each key its own id")
    return keys


def _hash_key(entry: dict[str, Any]) -> HashKey:
    name, key = entry["id"], entry["key"]
    if not (isinstance(name, str) and name.isalnum() and name.isascii() and isinstance(key, str)):
        raise ValueError("must give each key an id of letters and digits")
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != _HASH_KEY_BYTES or encode(raw) != key:
        raise ValueError("must hold keys of 32 bytes as unpadded base64url")
    return HashKey(name, entry["use_from"], raw)


SigningKeys = Annotated[tuple[SigningKey, ...], reader(_signing_keys, sees_now=True)]
HashKeys = Annotated[tuple[HashKey, ...], reader(_hash_keys, sees_now=True)]
