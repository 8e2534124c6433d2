"""No credential expires unnoticed: what is watched, what is refused already, and what nobody can watch is said."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from shared.operations.watch_credentials import watch_credentials
from shared.services import connect
from tests.certificates import certificate
from tests.microsoft import CLIENT, CLIENT_SECRET, OFFERS, VENDOR
from tests.paddle_api import PADDLE
from tests.world import NOON, StandingClock, environment

SIGN_IN = ("CREDENTIAL_UNWATCHED", "sign-in ENTRA_CLIENT_SECRET", False)
SOON, SOON_ALONE = certificate(NOON + timedelta(days=3))
LATER = certificate(NOON + timedelta(days=300))[0]


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def entra(running: Entra) -> Entra:
    running.clear()
    running.register(CLIENT, VENDOR, CLIENT_SECRET)
    return running


def said(**settings: str) -> list[tuple[str, str, bool]]:
    """What is found of what expires, with these settings; an empty one is none."""
    env = {name: value for name, value in environment(None, **settings).items() if value}
    found = watch_credentials(connect(env, StandingClock()))
    return [(finding.code, finding.about, finding.is_red) for finding in found]


def microsofts(entra: Entra, **credential: str) -> dict[str, str]:
    return {
        "MARKETPLACE_API_URL": "http://localhost:1/api",
        "MARKETPLACE_AUTHORITY": f"{entra.base}/{VENDOR}",
        "MARKETPLACE_ISSUERS": entra.issuer(VENDOR),
        "MARKETPLACE_TENANT_ID": VENDOR,
        "MARKETPLACE_CLIENT_ID": CLIENT,
        "MARKETPLACE_RESOURCE_ID": MARKETPLACE,
        "MARKETPLACE_OFFER_URL": "https://store.example/mail-merge",
        "MARKETPLACE_OFFERS": json.dumps(OFFERS),
        "EXTRA_CA_FILE": str(entra.certificates.ca),
        **credential,
    }


def test_a_secret_that_works_is_said_to_be_unwatched_and_is_not_red(entra: Entra) -> None:
    assert said(**microsofts(entra, MARKETPLACE_CLIENT_SECRET=CLIENT_SECRET)) == [
        ("CREDENTIAL_UNWATCHED", "microsoft MARKETPLACE_CLIENT_SECRET", False),
        SIGN_IN,
    ]


def test_a_secret_that_has_expired_is_red_and_says_so(entra: Entra) -> None:
    entra.applications[CLIENT].expired_secrets.append("expired")
    env = environment(None, **microsofts(entra, MARKETPLACE_CLIENT_SECRET="expired"))

    [refused, _] = watch_credentials(connect(env, StandingClock()))

    assert (refused.code, refused.about, refused.is_red) == ("CREDENTIAL_REFUSED", "microsoft", True)
    assert refused.detail == "the client secret has expired"


@pytest.mark.parametrize(("held", "expected"), [(SOON, ["CREDENTIAL_EXPIRES"]), (LATER, [])], ids=["soon", "later"])
def test_a_certificate_is_watched_without_asking_anybody(entra: Entra, held: str, expected: list[str]) -> None:
    entra.asked.clear()

    found = said(**microsofts(entra, MARKETPLACE_CERTIFICATE=held))

    assert [code for code, about, _ in found if about.startswith("microsoft")] == expected
    assert entra.asked == []


def test_a_managed_identity_has_nothing_that_expires(entra: Entra) -> None:
    assert said(**microsofts(entra, MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID=CLIENT)) == [SIGN_IN]


def test_a_certificate_that_is_none_is_red(entra: Entra) -> None:
    found = said(**microsofts(entra, MARKETPLACE_CERTIFICATE="-----BEGIN nothing"))

    assert found == [("CREDENTIAL_REFUSED", "microsoft", True), SIGN_IN]


@pytest.mark.parametrize(
    ("held", "expected"),
    [(SOON, [("CREDENTIAL_EXPIRES", "sign-in ENTRA_CERTIFICATE", True)]), (LATER, [])],
    ids=["soon", "later"],
)
def test_the_sign_ins_certificate_is_watched_by_the_same_code(held: str, expected: list[tuple[str, str, bool]]) -> None:
    assert said(ENTRA_CLIENT_SECRET="", ENTRA_CERTIFICATE=held) == expected


def test_the_apps_own_certificate_counts_and_not_those_that_vouch_for_it() -> None:
    assert said(ENTRA_CLIENT_SECRET="", ENTRA_CERTIFICATE=LATER + SOON_ALONE.decode()) == []


def test_a_key_that_cannot_be_watched_is_said_and_is_not_red() -> None:
    assert said(PADDLE_API_KEY="pdl_sdbx_apikey_without_id") == [
        ("CREDENTIAL_UNWATCHED", "paddle PADDLE_API_KEY", False),
        SIGN_IN,
    ]


def test_a_key_that_is_refused_is_red_and_holds_up_nobody_else() -> None:
    PADDLE.fail("/api-keys", status=403, body=b'{"error": {"code": "invalid_token"}}')

    assert said() == [("CREDENTIAL_REFUSED", "paddle", True), SIGN_IN]


def test_who_does_not_answer_is_red_since_nothing_is_known() -> None:
    PADDLE.fail("/api-keys", 99, status=500)

    assert said() == [("CREDENTIAL_UNKNOWN", "paddle", True), SIGN_IN]


def test_nothing_that_is_said_tells_a_credential(entra: Entra) -> None:
    settings = microsofts(entra, MARKETPLACE_CERTIFICATE=SOON)
    PADDLE.key_expires = "2026-03-03T00:00:00Z"

    found = [*watch_credentials(connect(environment(None, **settings), StandingClock()))]

    assert [finding.code for finding in found] == ["CREDENTIAL_EXPIRES", "CREDENTIAL_EXPIRES", "CREDENTIAL_UNWATCHED"]
    assert "PRIVATE KEY" not in repr(found)
    assert environment()["PADDLE_API_KEY"] not in repr(found)
