"""The command line beside a running server: what it shows, and how it refuses."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import requests

from dev.__main__ import main
from dev.ports import SETTINGS
from tests.dev.conftest import Dev
from tests.dev.serving import Serving


def screen(served: Serving) -> str:
    return served.output.partition("stops everything.")[0]


def test_every_curl_on_the_screen_gets_the_answer_that_is_promised(served: Serving) -> None:
    promised = re.findall(r"(?:answer is|it is) (\w+)", screen(served))
    curls = re.findall(r"(curl .*\\\n.*)\n", screen(served))

    answers = [
        json.loads(subprocess.check_output(["/bin/sh", "-c", curl], stderr=subprocess.DEVNULL)) for curl in curls
    ]

    assert [answer["code"] for answer in answers] == promised == ["LICENSED", "NO_LICENSE"]
    assert all(answer["license"].count(".") == 2 for answer in answers)


def test_every_address_on_the_screen_opens(served: Serving) -> None:
    urls = set(re.findall(r"http\S+", screen(served))) - {f"{served.base}/api/license"}
    controls = {url for url in urls if url.endswith("/_control/")}
    authority = str(served.folder / ".dev" / "tls" / "ca.pem")

    assert len(controls) == len(SETTINGS)
    for url in controls:
        page = requests.get(url, headers={"Accept": "text/html"}, verify=authority, timeout=10)
        assert "<option>duplicate</option>" in page.text
    assert {url: requests.get(url, timeout=10).status_code for url in urls - controls - {served.base}} == {
        f"{served.base}/sign-in": 200,
        f"{served.base}/": 200,
        f"{served.base}/privacy": 200,
        f"{served.base}/api/health": 200,
        f"{served.base}/.well-known/jwks.json": 200,
    }


def test_every_command_on_the_screen_and_in_the_help_exists(
    served: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    shown = re.findall(
        r"^  (?:\S+ -m dev )?([a-z]+(?:-[a-z]+)?)(?:[ ,]+(resume))?\b", capsys.readouterr().out, re.MULTILINE
    )
    tried = re.findall(r"-m dev ([a-z]\S+)", screen(served))
    names = {name for found in shown for name in found if name} | set(tried)

    assert names >= {"serve", "license", "fail-renewal", "pause", "resume", "purge"}
    for name in names:
        with pytest.raises(SystemExit, match="0"):
            main([name, "--help"])


def test_screen_and_help_fit_into_80_columns(served: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    # As everywhere but here, where the port is any free one and Python may be anybody's.
    text = f"{screen(served)}\n{capsys.readouterr().out}".replace(f":{served.port}", ":7071")
    text = re.sub(r"\S+ -m dev", ".venv/bin/python -m dev", text)

    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_a_seat_is_given_shown_and_taken_back(dev: Dev) -> None:
    assert dev("assign Frank").out == "Frank Eff has a seat.\n"
    assert re.search(r"^  Frank Eff +frank@contoso.example +never used$", dev("seats").out, re.MULTILINE)
    assert dev("license frank").out.startswith("frank@contoso.example: LICENSED\n  plan team (no-footer), until ")

    assert dev("release frank@contoso.example").out == "Frank Eff's seat is free.\n"
    assert dev("release frank").out == "Frank Eff had no seat.\n"
    assert "Frank" not in dev("seats").out
    assert dev("license frank").out.startswith("frank@contoso.example: NO_LICENSE\n  no plan, until ")


def test_a_license_may_be_asked_for_any_address(dev: Dev) -> None:
    assert dev("license B.Bee@Contoso.example").out.startswith("B.Bee@Contoso.example: LICENSED")
    assert dev("license nobody@nowhere.example").out.startswith("nobody@nowhere.example: NO_LICENSE")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("assign mallory", r"This person belongs to another Microsoft 365 organisation. \(OTHER_TENANT\)"),
        ("assign zoe", "Nobody here is called zoe: there are Alice, Bob, .*"),
        ("license @", r"This is not an e-mail address. \(ADDRESS_INVALID\)"),
        ("recover", r"sub_\w+ is active; it would have to be past due\."),
        ("resume", r"sub_\w+ is active; it would have to be paused\."),
        ("undo-cancel", "Nothing is scheduled."),
        ("play paddle renew", "missing a required argument: 'id'"),
        ("play paddle dance", "There is no POST dance here."),
        (
            "play marketplace buy quantity",
            "This does not fit: argument NAME=VALUE: quantity is not like name=value; .*",
        ),
        ("fault paddle dance", r"This does not fit: argument KIND: invalid choice: 'dance' .*"),
        ("fault paddle slow --where webhooks", ".*slow does not happen to webhooks.*"),
        ("renew --subscription sub_x", "There is no subscription sub_x: list them with the command subscriptions."),
        ("purchase --plan gold", "There is no plan gold: there are business, team."),
        ("change-seats 0", "This does not fit: argument NUMBER: must be a number from 1 to 10000; .*"),
        ("renew --often", "This does not fit: unrecognized arguments: --often; .*"),
        ("dance", "There is no such command: .* --help lists them."),
        ("reset", "The server of this checkout is running: stop it first, with Ctrl-C."),
        ("serve", "The server of this checkout is running: stop it first, with Ctrl-C."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(dev: Dev, command: str, sentence: str) -> None:
    said = dev(command)

    assert (said.status, said.out) == (1, "")
    assert re.fullmatch(sentence + "\n", said.err)


def test_the_subscriptions_are_listed_with_the_one_that_is_acted_on(dev: Dev, served: Serving) -> None:
    kept = json.loads((served.folder / ".dev" / "vendors" / "paddle.json").read_text())
    first = next(iter(kept["world"]["subscriptions"]))

    listed = dev("subscriptions").out.splitlines()

    assert listed[0] == first
    assert [line.endswith("<- acted on by default") for line in listed].index(True) == 1


def test_the_servers_terminal_shows_requests_and_nobody_in_them(dev: Dev, served: Serving) -> None:
    dev("license carol@contoso.example")

    log = served.output.partition("stops everything.")[2]

    assert "  200 POST /api/license\n" in log
    assert "health" not in log
    assert "carol" not in log.lower()


@pytest.mark.parametrize("command", ["seats", "renew", "license bob", "purge"])
def test_without_settings_a_command_says_what_to_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(["--folder", str(tmp_path), *command.split()]) == 1
    assert capsys.readouterr().err == "There is no local.settings.json yet: start the server with make dev.\n"


@pytest.mark.parametrize("command", ["seats", "renew", "license bob", "purge"])
def test_without_a_server_a_command_says_what_to_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    stopped = Serving(tmp_path)

    assert main(["--folder", str(tmp_path), *command.split()]) == 1
    assert capsys.readouterr().err == f"Nothing answers at {stopped.base}: start the server with make dev.\n"
