"""Azurite starts, keeps what it should, ends with its starter, and says plainly why it cannot start."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import jwt
import pytest
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.data.tables import TableClient, TableServiceClient

from dev.azurite import HOST, LEDGER, SERVER, TABLES, Azurite, AzuriteError, new_keys
from dev.tls import make_certificates

STORAGE = "https://storage.azure.com/.default"
ROW = {"PartitionKey": "p", "RowKey": "r", "colour": "green"}
START_ONE_AND_SLEEP = """
import time
from dev.azurite import Azurite
with Azurite() as running:
    print(running.port, flush=True)
    time.sleep(60)
"""


class BearerToken:
    """Gives a token that Azurite takes for one of Entra's."""

    def __init__(self, audience: str = "https://storage.azure.com") -> None:
        self.audience = audience

    def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **_: object
    ) -> AccessToken:
        assert (scopes, claims, tenant_id) == ((STORAGE,), None, None)
        now = int(time.time())
        claims_of_entra = {"iss": "https://sts.windows.net/tenant/", "aud": self.audience}
        token = jwt.encode(claims_of_entra | {"iat": now, "nbf": now, "exp": now + 300}, "k" * 32)
        return AccessToken(token, now + 300)


def store(azurite: Azurite, account: str = TABLES) -> None:
    with TableServiceClient.from_connection_string(azurite.connection_string(account)) as service:
        service.create_table_if_not_exists("colours").upsert_entity(ROW)


def stored_tables(azurite: Azurite, account: str) -> list[str]:
    with TableServiceClient.from_connection_string(azurite.connection_string(account)) as service:
        return [table.name for table in service.list_tables()]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_the_two_accounts_do_not_see_each_others_tables() -> None:
    with Azurite() as azurite:
        store(azurite, TABLES)

        assert stored_tables(azurite, TABLES) == ["colours"]
        assert stored_tables(azurite, LEDGER) == []


def test_the_key_of_one_account_does_not_open_the_other(azurite: Azurite) -> None:
    keys = {TABLES: azurite.keys[LEDGER], LEDGER: azurite.keys[TABLES]}
    swapped = Azurite(port=azurite.port, keys=keys)

    with pytest.raises(HttpResponseError, match="AuthorizationFailure"):
        stored_tables(swapped, TABLES)


def test_a_folder_keeps_what_was_stored_under_the_same_keys(tmp_path: Path) -> None:
    keys = new_keys()
    with Azurite(folder=tmp_path, keys=keys) as first:
        store(first)

    with Azurite(folder=tmp_path, keys=keys) as second:
        client = TableClient.from_connection_string(second.connection_string(), "colours")
        with client:
            assert client.get_entity("p", "r")["colour"] == "green"


def test_nothing_listens_after_the_block() -> None:
    with Azurite() as azurite:
        assert listens(azurite.port)

    assert not listens(azurite.port)


def test_over_https_a_bearer_token_opens_the_storage(azurite_https: Azurite) -> None:
    assert azurite_https.certificates
    ca = str(azurite_https.certificates.ca)
    credential: TokenCredential = BearerToken()

    with TableServiceClient(azurite_https.endpoint(), credential=credential, connection_verify=ca) as service:
        service.create_table_if_not_exists("colours").upsert_entity(ROW)

        assert service.get_table_client("colours").get_entity("p", "r")["colour"] == "green"


def test_over_https_a_token_for_somebody_else_opens_nothing(azurite_https: Azurite) -> None:
    assert azurite_https.certificates
    ca = str(azurite_https.certificates.ca)
    credential: TokenCredential = BearerToken("https://graph.microsoft.com")

    with (
        TableServiceClient(azurite_https.endpoint(), credential=credential, connection_verify=ca) as service,
        pytest.raises(ClientAuthenticationError),
    ):
        list(service.list_tables())


@pytest.mark.parametrize("name", ["localhost", HOST])
def test_strict_callers_accept_the_certificate_of_the_development_authority(azurite_https: Azurite, name: str) -> None:
    assert azurite_https.certificates
    context = ssl.create_default_context(cafile=str(azurite_https.certificates.ca))
    # What Python verifies by default from 3.13 on.
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN

    with (
        socket.create_connection((HOST, azurite_https.port)) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        assert secured.getpeercert()


def test_nobody_but_its_owner_reads_the_key_of_the_certificate(tmp_path: Path) -> None:
    assert make_certificates(tmp_path).key.stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_named_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(AzuriteError, match=f"^Port {port} is in use: [^.]*\\.$"), Azurite(port=port):
            pass


def test_an_end_before_listening_is_told_with_azurites_own_words(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(AzuriteError, match=r"^Azurite did not start; it said: .*file"), Azurite(folder=file):
        pass


def test_without_its_packages_the_way_to_get_them_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dev.azurite.SERVER", tmp_path / SERVER.name)

    with pytest.raises(AzuriteError, match="run make setup"), Azurite():
        pass


def test_an_error_in_the_block_stops_azurite_too() -> None:
    azurite = Azurite()

    with pytest.raises(KeyboardInterrupt), azurite:
        raise KeyboardInterrupt

    assert not listens(azurite.port)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_when_its_starter_is_killed_azurite_ends(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", START_ONE_AND_SLEEP], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        port = int(starter.stdout.readline())
        assert listens(port)
        os.kill(starter.pid, how)

    assert gone_within_seconds(port, 10)


def gone_within_seconds(port: int, seconds: int) -> bool:
    for _ in range(seconds * 20):
        if not listens(port):
            return True
        time.sleep(0.05)
    return False
