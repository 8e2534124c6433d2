"""The operator's own right to storage, by the Azure command line that they are signed in to."""

import stat
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError

from support.__main__ import main
from support.credential import AzureCliCredential
from tests.world import environment

SCOPE = "https://storage.azure.com/.default"


def install_az(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "az"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_token_is_the_one_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    script = f"""echo "$@" > {said}; echo '{{"accessToken": "token", "expires_on": 1800000000}}'"""
    install_az(tmp_path, script, monkeypatch)

    token = AzureCliCredential().get_token(SCOPE)

    assert (token.token, token.expires_on) == ("token", 1800000000)
    assert said.read_text().split() == ["account", "get-access-token", "--output", "json", "--scope", SCOPE]


@pytest.mark.parametrize("script", ["exit 1", "echo nonsense", "echo '{}'", "echo '[]'"])
def test_whoever_is_not_signed_in_is_told_so(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_az(tmp_path, script, monkeypatch)

    with pytest.raises(ClientAuthenticationError, match="az login"):
        AzureCliCredential().get_token(SCOPE)


def test_without_the_command_line_a_command_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = environment(
        TABLES_CONNECTION="",
        TABLES_ENDPOINT="https://records.table.core.windows.net",
        LEDGER_CONNECTION="",
        LEDGER_ENDPOINT="https://ledger.table.core.windows.net",
    )
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["rekey-people", "kold"]) == 2
    assert "the Azure command line is not installed" in capsys.readouterr().err
