"""Applications that are registered, and how each may prove that it is itself."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from dev.entra.errors import Problem
from dev.entra.keys import KeyRing

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Of tokens that a managed identity gets in order to exchange them here.
EXCHANGE = "api://AzureADTokenExchange"
_SKEW = 300


@dataclass
class Application:
    """Registered in one tenant, with secrets, certificates (PEM) or federated subjects; ``version`` of its tokens.

    People sign in to it from any tenant, and are sent back to one of its ``redirect_uris``, letter by letter.
    """

    id: str
    tenant: str
    secrets: list[str] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    federated: list[str] = field(default_factory=list)
    expired_secrets: list[str] = field(default_factory=list)
    version: int = 2
    name: str = "An application"
    redirect_uris: list[str] = field(default_factory=list)


def authenticate(form: dict[str, str], it: Application, endpoint: str, keys: KeyRing, now: datetime) -> None:
    """Raises Problem."""
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Problem(50027, "invalid_request", "The assertion is not of a known type.")
        _check_assertion(form["client_assertion"], it, endpoint, keys, now)
    elif not form.get("client_secret"):
        raise Problem(7000218, "invalid_client", "Neither client_assertion nor client_secret was sent.", 401)
    elif _among(form["client_secret"], it.expired_secrets):
        raise Problem(7000222, "invalid_client", f"The client secret of '{it.id}' has expired.", 401)
    elif not _among(form["client_secret"], it.secrets):
        raise Problem(7000215, "invalid_client", f"Invalid client secret provided for '{it.id}'.", 401)


def _among(secret: str, known: list[str]) -> bool:
    return any(hmac.compare_digest(secret.encode(), each.encode()) for each in known)


def _check_assertion(assertion: str, it: Application, endpoint: str, keys: KeyRing, now: datetime) -> None:
    """Either the application's own word, signed by its certificate, or a managed identity's token from here."""
    try:
        claimed = jwt.decode(assertion, options={"verify_signature": False})
        kid = jwt.get_unverified_header(assertion).get("kid")
    except jwt.InvalidTokenError:
        raise Problem(50027, "invalid_request", "The assertion is no JWT.") from None
    ours = keys.find(kid)
    if ours and claimed.get("aud") == EXCHANGE:
        if claimed.get("sub") not in it.federated or not _verifies(assertion, ours.private.public_key(), EXCHANGE):
            raise Problem(700213, "invalid_client", "No federated identity matches the assertion's subject.", 401)
    elif claimed.get("iss") != it.id or claimed.get("sub") != it.id:
        raise Problem(700021, "invalid_client", "The assertion is not this application's.", 401)
    elif not any(_verifies(assertion, _public_key(pem), endpoint) for pem in it.certificates):
        raise Problem(700027, "invalid_client", "The assertion's signature is by no registered certificate.", 401)
    _check_time(claimed, now)


def _check_time(claimed: dict[str, Any], now: datetime) -> None:
    stamp = now.timestamp()
    if not claimed.get("nbf", stamp) - _SKEW <= stamp <= claimed.get("exp", 0) + _SKEW:
        raise Problem(700024, "invalid_client", "The assertion is not within its valid time range.", 401)


def _verifies(token: str, key: rsa.RSAPublicKey, audience: str) -> bool:
    try:
        # Times are checked apart, by our own clock.
        times = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        jwt.decode(token, key, algorithms=["RS256", "PS256"], audience=audience, options=times)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        return False
    return True


def _public_key(pem: bytes) -> rsa.RSAPublicKey:
    key = x509.load_pem_x509_certificate(pem).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("Entra takes certificates of RSA keys only.")
    return key
