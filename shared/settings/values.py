"""How each kind of setting is written and read. A problem's sentence never repeats the value."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from jwt.exceptions import InvalidKeyError
from pydantic import BeforeValidator, StringConstraints, ValidationInfo

from shared.domain.entitlement import Plan
from shared.domain.keys import HashKey, SigningKey, encode, thumbprint

_UNRESOLVED = "@Microsoft.KeyVault("
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_HASH_KEY_BYTES = 32
_LONGEST_GRACE = 365


def _reader(read: Callable[..., Any], *, sees_now: bool = False) -> BeforeValidator:
    def parse(text: object, info: ValidationInfo) -> object:
        if not isinstance(text, str):
            raise ValueError("is no text")  # noqa: TRY004 - pydantic collects ValueErrors
        if text.startswith(_UNRESOLVED):
            raise ValueError("is a Key Vault reference that did not resolve")
        return read(text, info.context["now"]) if sees_now and info.context else read(text)

    return BeforeValidator(parse)


def _json(text: str, kind: type) -> Any:  # noqa: ANN401 - whatever JSON holds, checked by its reader
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(value, kind) or not value:
        raise ValueError(f"must be a JSON {'object' if kind is dict else 'list'} that is not empty")
    return value


def _split(text: str) -> SplitResult:
    parts = urlsplit(text)
    is_local = parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise ValueError("must be an https URL (http only on loopback)")
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("must be a URL with a host and without credentials")
    return parts


def _url(text: str) -> str:
    parts = _split(text)
    if parts.query or parts.fragment:
        raise ValueError("must be a URL without query or fragment")
    return text.rstrip("/")


def _dsn(text: str) -> str:
    parts = urlsplit(text)
    if not (parts.scheme in {"https", "http"} and parts.hostname and parts.username and parts.path.strip("/")):
        raise ValueError("must be a Sentry DSN")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip().rstrip("/") for origin in text.split(",") if origin.strip())
    for origin in origins:
        if _split(origin).path:
            raise ValueError("must be a comma list of origins, each scheme://host without a path")
    return origins


def _secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(secret.strip() for secret in text.split(",") if secret.strip())
    if not secrets or not all(secret.startswith("pdl_ntfset_") for secret in secrets):
        raise ValueError("must be a comma list of secrets that begin with pdl_ntfset_")
    return secrets


def _plans(text: str) -> tuple[Plan, ...]:
    plans = []
    for name, plan in _json(text, dict).items():
        if not (isinstance(plan, dict) and set(plan) == {"title", "features"} and isinstance(plan["title"], str)):
            raise ValueError("must map each plan to its title and features")
        if not (isinstance(plan["features"], list) and all(isinstance(found, str) for found in plan["features"])):
            raise ValueError("must give each plan a list of features")
        plans.append(Plan(name, plan["title"], tuple(plan["features"])))
    return tuple(plans)


def _prices(text: str) -> dict[str, str]:
    prices = _json(text, dict)
    if not all(isinstance(plan, str) for plan in prices.values()):
        raise ValueError("must map each price id to the name of a plan")
    return dict(prices)


def _offers(text: str) -> dict[tuple[str, str], str]:
    offers = {}
    for offer, plans in _json(text, dict).items():
        if not isinstance(plans, dict) or not all(isinstance(plan, str) for plan in plans.values()):
            raise ValueError("must map each offer to its plans, and each of these to the name of a plan")
        offers.update({(offer, plan): ours for plan, ours in plans.items()})
    return offers


def _issuers(text: str) -> tuple[str, ...]:
    # Issuers are names that happen to be URLs: compared to the letter, the slash at the end included.
    issuers = tuple(issuer.strip() for issuer in text.split(",") if issuer.strip())
    for issuer in issuers:
        _split(issuer)
    return issuers


def _days(text: str) -> timedelta:
    if not (text.isascii() and text.isdigit() and int(text) <= _LONGEST_GRACE):
        raise ValueError(f"must be a whole number of days from 0 to {_LONGEST_GRACE}")
    return timedelta(days=int(text))


def _entries(text: str, members: set[str], now: float) -> list[dict[str, Any]]:
    entries = _json(text, list)
    for entry in entries:
        if not (isinstance(entry, dict) and members <= set(entry) and type(entry["use_from"]) in {int, float}):
            raise ValueError(f"must be a list of objects with {', '.join(sorted(members))}")
    if not any(entry["use_from"] <= now for entry in entries):
        raise ValueError("must have a key that is in use by now")
    if len({entry["use_from"] for entry in entries}) != len(entries):
        raise ValueError("must give each key its own use_from")
    return list(entries)


def _signing_keys(text: str, now: float) -> tuple[SigningKey, ...]:
    return tuple(_signing_key(entry) for entry in _entries(text, {"kty", "crv", "x", "y", "d", "use_from"}, now))


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


Text = Annotated[str, _reader(str), StringConstraints(max_length=4096)]
Url = Annotated[str, _reader(_url)]
Dsn = Annotated[str, _reader(_dsn)]
Origins = Annotated[tuple[str, ...], _reader(_origins)]
WebhookSecrets = Annotated[tuple[str, ...], _reader(_secrets)]
Plans = Annotated[tuple[Plan, ...], _reader(_plans)]
Prices = Annotated[dict[str, str], _reader(_prices)]
Offers = Annotated[dict[tuple[str, str], str], _reader(_offers)]
Issuers = Annotated[tuple[str, ...], _reader(_issuers)]
Days = Annotated[timedelta, _reader(_days)]
SigningKeys = Annotated[tuple[SigningKey, ...], _reader(_signing_keys, sees_now=True)]
HashKeys = Annotated[tuple[HashKey, ...], _reader(_hash_keys, sees_now=True)]
