"""Service tokens, by MSAL itself from the stand-in for Entra: one for the whole process, by each kind of credential."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.wire.server import Server
from shared.domain.errors import Unavailable
from shared.identity.service_tokens import MsalTokens
from shared.marketplaces.microsoft import Microsoft
from shared.services import connect
from shared.web import Denied
from tests.certificates import certificate
from tests.microsoft import CLIENT, CLIENT_SECRET, OFFERS, VENDOR
from tests.world import environment

IDENTITY = "55555555-5555-4555-8555-555555555555"
TOKEN = f"POST /{VENDOR}/oauth2/v2.0/token"


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def entra(running: Entra) -> Entra:
    running.clear()
    running.asked.clear()
    running.register(CLIENT, VENDOR, CLIENT_SECRET)
    return running


def tokens_of(entra: Entra, **changed: str) -> MsalTokens:
    group = {
        "MARKETPLACE_API_URL": "http://localhost:1/api",
        "MARKETPLACE_AUTHORITY": f"{entra.base}/{VENDOR}",
        "MARKETPLACE_ISSUERS": entra.issuer(VENDOR),
        "MARKETPLACE_TENANT_ID": VENDOR,
        "MARKETPLACE_CLIENT_ID": CLIENT,
        "MARKETPLACE_RESOURCE_ID": MARKETPLACE,
        "MARKETPLACE_OFFER_URL": "https://store.example/mail-merge",
        "MARKETPLACE_OFFERS": json.dumps(OFFERS),
        "EXTRA_CA_FILE": str(entra.certificates.ca),
    }
    env = environment(None, **{**group, **changed})
    microsoft = connect(env).marketplaces["microsoft"]
    assert isinstance(microsoft, Microsoft)
    assert isinstance(microsoft.api.tokens, MsalTokens)
    return microsoft.api.tokens


def by_secret(entra: Entra, secret: str = CLIENT_SECRET) -> MsalTokens:
    return tokens_of(entra, MARKETPLACE_CLIENT_SECRET=secret)


@pytest.fixture
def identity_endpoint(entra: Entra) -> Iterator[str]:
    """The platform's own, which speaks plain http."""
    server = Server(entra._answer)  # noqa: SLF001 - the same stand-in by another door
    server.start()
    yield f"{server.base}/msi/token"
    server.stop()


def caller(token: str) -> tuple[object, object]:
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["appid"], claims["aud"]


def test_a_token_by_secret_is_asked_for_once_by_everybody(entra: Entra) -> None:
    tokens = by_secret(entra)

    with ThreadPoolExecutor(8) as together:
        got = {future.result() for future in [together.submit(tokens.token) for _ in range(16)]}

    assert [caller(token) for token in got] == [(CLIENT, MARKETPLACE)]
    assert entra.asked.count(TOKEN) == 1


def test_a_token_by_certificate(entra: Entra) -> None:
    whole, public = certificate(datetime.now(UTC) + timedelta(days=1))
    entra.register(CLIENT, VENDOR, certificates=[public])

    assert caller(tokens_of(entra, MARKETPLACE_CERTIFICATE=whole).token()) == (CLIENT, MARKETPLACE)


def test_a_certificate_that_is_none_is_a_refusal_that_quotes_nothing(
    entra: Entra, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Denied):
        tokens_of(entra, MARKETPLACE_CERTIFICATE="-----BEGIN canary").token()

    assert "canary" not in caplog.text


def test_a_token_by_managed_identity_needs_no_secret(entra: Entra, identity_endpoint: str) -> None:
    entra.federate(CLIENT, IDENTITY)

    tokens = tokens_of(
        entra,
        MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID=IDENTITY,
        IDENTITY_ENDPOINT=identity_endpoint,
        IDENTITY_HEADER=entra.identity_header,
    )

    assert caller(tokens.token()) == (CLIENT, MARKETPLACE)


def test_an_identity_that_is_not_federated_is_named(entra: Entra, identity_endpoint: str) -> None:
    entra.federate(CLIENT, IDENTITY)
    entra.applications[CLIENT].federated.clear()
    tokens = tokens_of(
        entra,
        MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID=IDENTITY,
        IDENTITY_ENDPOINT=identity_endpoint,
        IDENTITY_HEADER=entra.identity_header,
    )

    with pytest.raises(Denied) as refused:
        tokens.token()

    assert "not federated" in refused.value.causes


def test_an_identity_endpoint_that_is_away_is_not_a_surprise(entra: Entra) -> None:
    away = {"MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID": IDENTITY, "IDENTITY_ENDPOINT": "http://localhost:1"}

    with pytest.raises(Unavailable):
        tokens_of(entra, **away).token()


@pytest.mark.parametrize(
    ("secret", "cause"), [("expired", "has expired"), ("wrong-canary", "the client secret is wrong")]
)
def test_a_refusal_names_its_likely_cause_and_no_secret(
    entra: Entra, caplog: pytest.LogCaptureFixture, secret: str, cause: str
) -> None:
    caplog.set_level(logging.INFO)
    entra.applications[CLIENT].expired_secrets.append("expired")

    with pytest.raises(Denied) as refused:
        by_secret(entra, secret).token()

    assert cause in refused.value.causes
    assert cause in caplog.text
    assert "canary" not in caplog.text
    assert CLIENT_SECRET not in caplog.text


def test_an_app_that_is_not_in_the_tenant_is_named(entra: Entra) -> None:
    entra.applications.clear()

    with pytest.raises(Denied) as refused:
        by_secret(entra).token()

    assert "not in the tenant" in refused.value.causes


@pytest.mark.parametrize("kind", ["500", "429", "reset", "malformed"])
@pytest.mark.parametrize("path", ["openid-configuration", "/token"])
def test_while_entra_is_away_so_are_we_and_then_it_works_again(entra: Entra, kind: str, path: str) -> None:
    tokens = by_secret(entra)
    entra.faults.add(kind, where="answers", match=path)  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        tokens.token()

    entra.clear()
    assert caller(tokens.token()) == (CLIENT, MARKETPLACE)


def test_an_authority_that_is_wrong_is_a_refusal(entra: Entra) -> None:
    wrong = {"MARKETPLACE_CLIENT_SECRET": CLIENT_SECRET, "MARKETPLACE_AUTHORITY": f"{entra.base}/nowhere/at/all"}

    with pytest.raises(Denied):
        tokens_of(entra, **wrong).token()
