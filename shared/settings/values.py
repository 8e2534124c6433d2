"""How each kind of setting is written and read. A problem's sentence never repeats the value."""

import base64
import json
import re
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, StringConstraints, ValidationInfo

from shared.domain.entitlement import Plan

_UNRESOLVED = "@Microsoft.KeyVault("
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LONGEST_GRACE = 365
_WEBHOOK_SECRET = re.compile(r"pdl_ntfset_\S{8,}", re.ASCII)


def reader(read: Callable[..., Any], *, sees_now: bool = False) -> BeforeValidator:
    def parse(text: str, info: ValidationInfo) -> object:
        if text.startswith(_UNRESOLVED):
            raise ValueError("is a Key Vault reference that did not resolve")
        return read(text, info.context["now"]) if sees_now and info.context else read(text)

    return BeforeValidator(parse)


def from_json(text: str, kind: type) -> Any:  # noqa: ANN401 - whatever JSON holds, checked by its reader
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(value, kind) or not value:
        raise ValueError(f"must be a JSON {'object' if kind is dict else 'list'} that is not empty")
    return value


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        # Its own sentence quotes what may hold a key.
        raise ValueError("must be a URL") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("must be an https URL (http only on loopback)")
    if not (parts.hostname and has_port) or text.split() != [text]:
        raise ValueError("must be a URL with a host")
    return parts


def _plain(text: str) -> SplitResult:
    parts = _split(text)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must be a URL without credentials, query or fragment")
    return parts


def _url(text: str) -> str:
    _plain(text)
    return text.rstrip("/")


def _https_url(text: str) -> str:
    if _plain(text).scheme != "https":
        raise ValueError("must be an https URL, since tokens are sent to it")
    return text.rstrip("/")


def _eu_script(text: str) -> str:
    # Elsewhere than there, Fathom serves and counts visitors outside the EU from outside the EU:
    # https://usefathom.com/features/eu-isolation
    if _plain(text).hostname == "cdn.usefathom.com":
        raise ValueError("must be the script of strict EU isolation, which is at cdn-eu.usefathom.com")
    return text


def _connection(text: str) -> str:
    # https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
    if text.lower() == "usedevelopmentstorage=true":
        return text
    pairs = [part.partition("=") for part in text.split(";") if part]
    parts = {name.lower(): value for name, _, value in pairs}
    try:
        whole = parts["accountname"] and base64.b64decode(parts["accountkey"], validate=True)
    except (KeyError, ValueError):
        whole = b""
    if not (whole and all(sign for _, sign, _ in pairs) and len(parts) == len(pairs)):
        raise ValueError("must be a storage connection string with AccountName and AccountKey")
    if "tableendpoint" in parts:
        _plain(parts["tableendpoint"])
    elif parts.get("defaultendpointsprotocol", "https") != "https":
        raise ValueError("must use https")
    return text


def _authorities(path: str) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ValueError):
        raise ValueError("must name a readable PEM file of certificates") from None
    return path


def _dsn(text: str) -> str:
    parts = _split(text)
    if not (parts.username and parts.path.rpartition("/")[2].isdecimal()):
        raise ValueError("must be a Sentry DSN")
    return text


def _origins(text: str) -> tuple[str, ...]:
    # Browsers write an origin in lower case and without a slash at its end.
    origins = tuple(origin.strip().rstrip("/").lower() for origin in text.split(",") if origin.strip())
    if not origins or any(_plain(origin).path for origin in origins):
        raise ValueError("must be a comma list of origins, each scheme://host without a path")
    return origins


def _secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(secret.strip() for secret in text.split(",") if secret.strip())
    if not secrets or not all(_WEBHOOK_SECRET.fullmatch(secret) for secret in secrets):
        raise ValueError("must be a comma list of secrets that begin with pdl_ntfset_")
    return secrets


def _plans(text: str) -> tuple[Plan, ...]:
    plans = []
    for name, plan in from_json(text, dict).items():
        if not (isinstance(plan, dict) and set(plan) == {"title", "features"} and isinstance(plan["title"], str)):
            raise ValueError("must map each plan to its title and features")
        if not (isinstance(plan["features"], list) and all(isinstance(found, str) for found in plan["features"])):
            raise ValueError("must give each plan a list of features")
        plans.append(Plan(name, plan["title"], tuple(plan["features"])))
    return tuple(plans)


def _prices(text: str) -> dict[str, str]:
    prices = from_json(text, dict)
    if not all(isinstance(plan, str) for plan in prices.values()):
        raise ValueError("must map each price id to the name of a plan")
    return dict(prices)


def _offers(text: str) -> dict[tuple[str, str], str]:
    offers = {}
    for offer, plans in from_json(text, dict).items():
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
    if not (re.fullmatch(r"[0-9]{1,3}", text) and int(text) <= _LONGEST_GRACE):
        raise ValueError(f"must be a whole number of days from 0 to {_LONGEST_GRACE}")
    return timedelta(days=int(text))


Text = Annotated[str, reader(str), StringConstraints(max_length=4096)]
# A long key, a certificate and those that vouch for it; a vault holds no larger secret:
# https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
Pem = Annotated[str, reader(str), StringConstraints(max_length=25 * 1024)]
Environment = Annotated[Literal["live", "sandbox", "development"], reader(str)]
Url = Annotated[str, reader(_url)]
HttpsUrl = Annotated[str, reader(_https_url)]
EuScript = Annotated[str, reader(_eu_script)]
Connection = Annotated[str, reader(_connection)]
Authorities = Annotated[str, reader(_authorities)]
Dsn = Annotated[str, reader(_dsn)]
Origins = Annotated[tuple[str, ...], reader(_origins)]
WebhookSecrets = Annotated[tuple[str, ...], reader(_secrets)]
Plans = Annotated[tuple[Plan, ...], reader(_plans)]
Prices = Annotated[dict[str, str], reader(_prices)]
Offers = Annotated[dict[tuple[str, str], str], reader(_offers)]
Issuers = Annotated[tuple[str, ...], reader(_issuers)]
Days = Annotated[timedelta, reader(_days)]
