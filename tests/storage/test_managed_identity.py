"""As production has it: no key, a token from the platform's identity endpoint, and https by a given authority."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import certifi
import pytest
from azure.core.exceptions import ServiceRequestError

from dev.azurite import HOST, LEDGER, Azurite
from shared.domain.records import Subscription
from shared.ports import Insert, StorageUnavailable
from shared.services import utc_now
from shared.storage import keys
from shared.storage.credential import IdentityEndpoint, ManagedIdentityCredential
from shared.storage.tables import AzureTables
from shared.storage.trust import trusted_with
from tests.storage.identity import STORAGE, IdentityStandIn, identity_endpoint
from tests.storage.wire import Answer, seconds
from tests.world import StandingClock, World, environment

SCOPE = f"{STORAGE}/.default"
ROW = keys.subscription("paddle.sub_1")
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def identity() -> Iterator[IdentityStandIn]:
    with identity_endpoint() as running:
        yield running


def connected(azurite: Azurite, identity: IdentityStandIn, **changed: str) -> AzureTables:
    """What `connect` makes of production's settings."""
    assert azurite.certificates
    env = {
        **environment(),
        "TABLES_CONNECTION": "",
        "LEDGER_CONNECTION": "",
        "TABLES_ENDPOINT": azurite.endpoint(),
        "LEDGER_ENDPOINT": azurite.endpoint(LEDGER),
        "EXTRA_CA_FILE": str(azurite.certificates.ca),
        **identity.environment(),
        **changed,
    }
    return World(env).tables


def credential_of(identity: IdentityStandIn, clock: StandingClock) -> ManagedIdentityCredential:
    return ManagedIdentityCredential(IdentityEndpoint(identity.url, identity.header, identity.client_id), clock)


def standing_now() -> StandingClock:
    return StandingClock(utc_now())


def test_the_whole_way_from_settings_to_both_accounts(azurite_https: Azurite, identity: IdentityStandIn) -> None:
    tables = connected(azurite_https, identity)
    tables.make_tables()

    written = tables.write(Insert(ROW, Subscription(plan="team")))

    assert [tables.read(ROW)] == written
    assert tables.forget_ledger_before("2026-03-02") == 0
    assert len(identity.asked) == 1


def test_without_the_authority_nobody_is_trusted(azurite_https: Azurite, identity: IdentityStandIn) -> None:
    with pytest.raises(StorageUnavailable) as raised:
        connected(azurite_https, identity, EXTRA_CA_FILE="").read(ROW)

    assert "CERTIFICATE_VERIFY_FAILED" in str(raised.value.__cause__)


def test_an_authority_of_somebody_else_vouches_for_nothing(azurite_https: Azurite, identity: IdentityStandIn) -> None:
    with pytest.raises(StorageUnavailable) as raised:
        connected(azurite_https, identity, EXTRA_CA_FILE=certifi.where()).read(ROW)

    assert "CERTIFICATE_VERIFY_FAILED" in str(raised.value.__cause__)


def test_an_extra_authority_takes_no_trust_away(azurite_https: Azurite) -> None:
    assert azurite_https.certificates
    own = azurite_https.certificates.ca.read_text()

    bundle = Path(trusted_with(str(azurite_https.certificates.ca))).read_text()

    assert bundle == f"{Path(certifi.where()).read_text()}\n{own}"


def test_a_token_for_another_audience_is_refused_by_storage(azurite_https: Azurite, identity: IdentityStandIn) -> None:
    identity.audience = "https://graph.microsoft.com"

    with pytest.raises(StorageUnavailable):
        connected(azurite_https, identity).read(ROW)


def test_without_the_header_that_the_platform_gave_there_is_no_token(
    azurite_https: Azurite, identity: IdentityStandIn
) -> None:
    with pytest.raises(StorageUnavailable):
        connected(azurite_https, identity, IDENTITY_HEADER="guessed").read(ROW)

    assert len(identity.asked) == 1


def test_without_a_client_id_the_platforms_own_identity_is_meant(identity: IdentityStandIn) -> None:
    endpoint = IdentityEndpoint(identity.url, identity.header, "")

    with pytest.raises(ServiceRequestError):
        ManagedIdentityCredential(endpoint, standing_now()).get_token(SCOPE)

    assert identity.asked == [{"api-version": ["2019-08-01"], "resource": [STORAGE]}]


@pytest.mark.parametrize(
    "missing", [{"IDENTITY_ENDPOINT": ""}, {"IDENTITY_ENDPOINT": f"http://{HOST}:1/msi/token"}], ids=["unset", "down"]
)
def test_without_an_identity_endpoint_storage_is_unavailable(
    azurite_https: Azurite, identity: IdentityStandIn, missing: dict[str, str]
) -> None:
    with pytest.raises(StorageUnavailable):
        connected(azurite_https, identity, **missing).read(ROW)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(400, JSON, b'{"statusCode": 400}'),
        Answer(204),
        Answer(200, {}, b""),
        Answer(200, {}, b"token"),
        Answer(200, JSON, b"[]"),
        Answer(200, JSON, b"null"),
        Answer(200, JSON, b"{}"),
        Answer(200, JSON, b'{"access_token": "t"}'),
        Answer(200, JSON, b'{"expires_on": "1"}'),
        Answer(200, JSON, b'{"access_token": "", "expires_on": "1"}'),
        Answer(200, JSON, b'{"access_token": null, "expires_on": "1"}'),
        Answer(200, JSON, b'{"access_token": "t", "expires_on": "tomorrow"}'),
        Answer(200, JSON, b'{"access_token": "t", "expires_on": null}'),
        Answer(200, JSON, b'{"access_token": "t", "expires_on": Infinity}'),
    ],
)
def test_an_answer_without_a_token_is_unavailable(
    azurite_https: Azurite, identity: IdentityStandIn, answer: Answer
) -> None:
    identity.instead = answer

    with pytest.raises(StorageUnavailable):
        connected(azurite_https, identity).read(ROW)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_none_is_believed(identity: IdentityStandIn, status: int) -> None:
    with identity_endpoint() as elsewhere:
        token = json.dumps(elsewhere.token()).encode()
        identity.instead = Answer(status, {"Location": elsewhere.url}, token)

        with pytest.raises(ServiceRequestError):
            credential_of(identity, standing_now()).get_token(SCOPE)

        assert elsewhere.asked == []


def test_an_endpoint_that_never_answers_is_given_up_within_seconds_by_everyone(identity: IdentityStandIn) -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        identity.url = f"http://{HOST}:{silent.getsockname()[1]}/msi/token"
        credential = credential_of(identity, standing_now())

        with ThreadPoolExecutor(8) as pool:
            waits = list(pool.map(lambda _: seconds(lambda: gives_none(credential)), range(8)))

    assert max(waits) < 8


def gives_none(credential: ManagedIdentityCredential) -> None:
    with pytest.raises(ServiceRequestError):
        credential.get_token(SCOPE)


def test_a_token_is_kept_until_shortly_before_its_end(identity: IdentityStandIn) -> None:
    clock = standing_now()
    credential = credential_of(identity, clock)
    first = credential.get_token(SCOPE)

    clock.now += timedelta(seconds=3600 - 301 - 5)
    assert credential.get_token(SCOPE) == first
    assert len(identity.asked) == 1

    identity.lasts = 7200
    clock.now += timedelta(seconds=10)
    renewed = credential.get_token(SCOPE)
    assert renewed.expires_on > first.expires_on
    assert credential.get_token(SCOPE) == renewed
    assert len(identity.asked) == 2


def test_a_token_that_cannot_be_renewed_yet_is_used_to_its_end(identity: IdentityStandIn) -> None:
    clock = standing_now()
    credential = credential_of(identity, clock)
    first = credential.get_token(SCOPE)
    identity.instead = Answer(500)

    clock.now += timedelta(seconds=3590)
    assert credential.get_token(SCOPE) == first

    clock.now += timedelta(seconds=20)
    with pytest.raises(ServiceRequestError):
        credential.get_token(SCOPE)


def test_a_proxy_in_the_environment_never_sees_the_header(
    identity: IdentityStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with identity_endpoint() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/msi/token"))
        monkeypatch.setenv("NO_PROXY", "")

        credential_of(identity, standing_now()).get_token(SCOPE)

        assert (len(identity.asked), len(proxy.asked)) == (1, 0)


def test_neither_header_nor_token_is_shown(identity: IdentityStandIn) -> None:
    endpoint = IdentityEndpoint(identity.url, identity.header, identity.client_id)
    identity.header = "another"

    with pytest.raises(ServiceRequestError) as raised:
        ManagedIdentityCredential(endpoint, standing_now()).get_token(SCOPE)

    assert "proof-that-we-are-the-app" not in repr(endpoint) + str(raised.value) + repr(raised.value)
