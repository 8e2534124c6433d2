"""The settings that `serve` makes, and what it makes of settings that are there."""

import json
import stat
import time
from pathlib import Path

import pytest

from dev.azurite import LEDGER, TABLES
from dev.local_settings import azurite_of, port_of, read_or_make
from dev.tls import VALID_FOR, kept_certificates
from dev.trouble import Trouble
from shared.settings import SETTING_NAMES, read_settings

EMPTY_IS_OFF = {"SENTRY_DSN", "HOME_NOTICE", "FATHOM_SITE_ID", "FATHOM_SCRIPT_URL"}
OTHER_WAYS = {"TABLES_ENDPOINT", "LEDGER_ENDPOINT"} | {
    f"{app}_{way}" for app in ("ENTRA", "MARKETPLACE") for way in ("CERTIFICATE", "MANAGED_IDENTITY_CLIENT_ID")
}
LEFT_OUT = EMPTY_IS_OFF | OTHER_WAYS
KEYS = {
    "TABLES_CONNECTION",
    "LEDGER_CONNECTION",
    "LICENSE_SIGNING_KEYS",
    "IDENTITY_HASH_KEYS",
    "SESSION_KEYS",
    "TOKEN_ENCRYPTION_KEYS",
    "PADDLE_WEBHOOK_SECRETS",
    "PADDLE_API_KEY",
    "ENTRA_CLIENT_SECRET",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "local.settings.json"


def test_a_new_file_has_every_setting_that_the_server_knows(path: Path) -> None:
    values = read_or_make(path)

    assert SETTING_NAMES - set(values) == LEFT_OUT
    # The authority is made when the server starts.
    assert kept_certificates(path.parent / ".dev" / "tls").ca == Path(values["EXTRA_CA_FILE"])
    settings = read_settings(values, time.time())
    assert settings.environment == "development"
    assert settings.public_url == "http://localhost:7071"
    assert settings.paddle is not None
    assert settings.marketplace is not None


def test_it_has_what_core_tools_ask_for(path: Path) -> None:
    read_or_make(path)

    content = json.loads(path.read_text())
    assert content["IsEncrypted"] is False
    assert content["Values"]["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert content["Values"]["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"


def test_each_checkout_has_keys_of_its_own(tmp_path: Path) -> None:
    one, other = read_or_make(tmp_path / "one.json"), read_or_make(tmp_path / "other.json")

    assert {name for name in one if one[name] == other[name]}.isdisjoint(KEYS)


def test_it_is_its_owners_alone_and_git_ignores_it(path: Path) -> None:
    read_or_make(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    assert {"/local.settings.json", "/.dev/"} <= set(ignored)


def test_a_file_that_is_there_gets_only_what_is_missing(path: Path) -> None:
    kept = {"PUBLIC_URL": "http://localhost:9999", "GRACE_DAYS": "3", "OF_MY_OWN": "1"}
    path.write_text(json.dumps({"Host": {"CORS": "*"}, "Values": kept}))

    values = read_or_make(path)

    content = json.loads(path.read_text())
    assert content["Host"] == {"CORS": "*"}
    assert content["Values"] == values
    assert values.items() >= kept.items()
    assert SETTING_NAMES - set(values) == LEFT_OUT


def test_what_is_missing_of_a_vendor_fits_what_is_set(path: Path) -> None:
    path.write_text(json.dumps({"Values": {"ENTRA_AUTHORITY": "https://localhost:20004/common"}}))

    values = read_or_make(path)

    assert values["MARKETPLACE_AUTHORITY"].startswith("https://localhost:20004/")
    assert values["MARKETPLACE_ISSUERS"].partition(",")[2].startswith("https://localhost:20004/")


def test_a_vendor_who_is_elsewhere_gets_no_values_of_the_stand_in(path: Path) -> None:
    path.write_text(json.dumps({"Values": {"PADDLE_API_URL": "https://sandbox-api.paddle.com"}}))

    values = read_or_make(path)

    assert [name for name in values if name.startswith("PADDLE_")] == ["PADDLE_API_URL"]
    assert "MARKETPLACE_API_URL" in values


def test_certificates_are_made_anew_only_before_they_end_or_when_one_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept_certificates(tmp_path).certificate.read_bytes()
    assert kept_certificates(tmp_path).certificate.read_bytes() == first

    kept_certificates(tmp_path).key.unlink()
    second = kept_certificates(tmp_path).certificate.read_bytes()
    assert second != first

    monkeypatch.setattr("dev.tls.RENEWED_BEFORE", VALID_FOR)
    assert kept_certificates(tmp_path).certificate.read_bytes() != second


def test_a_whole_file_is_not_written_again(path: Path) -> None:
    first = read_or_make(path)
    before = path.stat()

    assert read_or_make(path) == first
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"Values": []}', '{"Values": {"GRACE_DAYS": 14}}'])
def test_a_file_that_is_none_is_left_alone_and_named(path: Path, content: str) -> None:
    path.write_text(content)

    with pytest.raises(Trouble, match=r"^local.settings.json is not a JSON object whose Values are texts"):
        read_or_make(path)
    assert path.read_text() == content


def test_the_port_is_that_of_the_public_url() -> None:
    assert port_of("http://localhost:7071") == 7071
    assert port_of("http://127.0.0.1:8080/") == 8080


@pytest.mark.parametrize("url", ["https://localhost:7071", "http://localhost", "http://vendor.example:7071", ""])
def test_a_public_url_that_cannot_be_served_here_is_refused(url: str) -> None:
    with pytest.raises(Trouble, match="PUBLIC_URL must be like"):
        port_of(url)


def test_azurite_gets_the_keys_and_the_port_of_the_connection_strings(path: Path) -> None:
    values = read_or_make(path)

    azurite = azurite_of(values, path.parent)

    assert azurite.connection_string(TABLES) == values["TABLES_CONNECTION"]
    assert azurite.connection_string(LEDGER) == values["LEDGER_CONNECTION"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "UseDevelopmentStorage=true",
        "",
        "AccountName=tables;AccountKey=a2V5;TableEndpoint=https://tables.table.core.windows.net",
        "AccountName=other;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:10002/other",
        "AccountName=tables;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:10003/tables",
    ],
)
def test_storage_that_is_elsewhere_is_not_started_here(path: Path, elsewhere: str) -> None:
    values = {**read_or_make(path), "TABLES_CONNECTION": elsewhere}

    with pytest.raises(Trouble, match="lead elsewhere"):
        azurite_of(values, path.parent)
