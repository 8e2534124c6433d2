"""How the development server starts, keeps, refuses and ends."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest

from dev.__main__ import main
from dev.ports import SETTINGS, Ports
from dev.standins import StandIns
from dev.tls import make_certificates
from dev.trouble import Trouble
from tests.dev.conftest import Said
from tests.dev.serving import Serving, free_port, listens, wait_until

Run = Callable[..., Said]
PADDLES = {
    "PADDLE_API_KEY": "pdl_sdbx_apikey_of_my_own",
    "PADDLE_CLIENT_TOKEN": "test_of_my_own",
    "PADDLE_JS_URL": "https://cdn.paddle.com/paddle/v2/paddle.js",
    "PADDLE_PRICES": '{"pri_of_my_own": "team"}',
    "PADDLE_WEBHOOK_SECRETS": "pdl_ntfset_of_my_own",
}
SUBSCRIPTIONS = [("subscriptions",), ("play", "marketplace", "subscriptions")]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path)
    yield made
    if hasattr(made, "process"):
        made.process.kill()
        made.process.wait()


def assert_nothing_is_left(serving: Serving, children: list[int]) -> None:
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert not any(listens(port) for port in serving.ports.values())
    assert "Traceback" not in serving.output


def test_ctrl_c_ends_everything_and_the_next_start_goes_on_from_there(serving: Serving, run: Run) -> None:
    serving.start()
    children = serving.children()
    assert children
    settings = (serving.folder / "local.settings.json").read_text()
    run(serving, "assign", "dave")
    seats = run(serving, "seats").out
    run(serving, "play", "marketplace", "buy", "automatic=full")
    run(serving, "fail-renewal")
    bought = [run(serving, *asked).out for asked in SUBSCRIPTIONS]
    certificate = (serving.folder / ".dev" / "tls" / "cert.pem").read_text()
    assert serving.stop(SIGINT) == 0
    assert_nothing_is_left(serving, children)

    serving.start()

    assert [run(serving, *asked).out for asked in SUBSCRIPTIONS] == bought
    assert run(serving, "recover").status == 0
    assert (serving.folder / ".dev" / "tls" / "cert.pem").read_text() == certificate
    assert run(serving, "seats").out == seats
    assert re.findall("Bob Bee|Carol Sea|Dave Dee", seats) == ["Bob Bee", "Carol Sea", "Dave Dee"]
    assert (serving.folder / "local.settings.json").read_text() == settings
    children = serving.children()
    assert serving.stop(SIGTERM) == 0
    assert_nothing_is_left(serving, children)


def test_what_an_interrupted_first_start_left_is_begun_anew(serving: Serving, run: Run) -> None:
    for left in ("vendors/paddle.json", "azurite/anything"):
        path = serving.folder / ".dev" / left
        path.parent.mkdir(parents=True)
        path.write_text("half made")

    serving.start()

    assert run(serving, "seats").out.startswith("team: 2 of 5 seats in use, active")
    serving.stop()


def test_a_vendor_to_whom_the_settings_lead_elsewhere_is_not_played(serving: Serving, run: Run) -> None:
    serving.set(PADDLE_API_URL="https://sandbox-api.paddle.com", **PADDLES, MARKETPLACE_API_URL="")

    serving.start()

    assert [name for name, port in serving.ports.items() if listens(port)] == ["app", "tables", "entra", "graph"]
    assert run(serving, "play", "marketplace").err == (
        "MARKETPLACE_API_URL leads elsewhere than to the stand-in that make dev starts.\n"
    )
    assert run(serving, "faults").status == 0
    assert "Nobody has bought anything" in serving.output
    assert run(serving, "renew").err.startswith("PADDLE_API_URL leads elsewhere")
    assert serving.stop() == 0


def test_a_reset_drops_data_and_keeps_keys(serving: Serving, run: Run) -> None:
    settings = serving.folder / "local.settings.json"
    keys = settings.read_text()
    (serving.folder / ".dev" / "azurite").mkdir(parents=True)

    assert run(serving, "reset").status == 0

    assert [found.name for found in serving.folder.iterdir()] == [settings.name]
    assert settings.read_text() == keys
    assert run(serving, "reset").status == 0


def test_ctrl_c_while_it_starts_is_as_quiet(serving: Serving) -> None:
    serving.launch()
    wait_until(lambda: listens(serving.ports["tables"]))
    children = serving.children()

    assert serving.stop() == 0

    assert_nothing_is_left(serving, children)
    assert serving.output == "Starting…\n"


@pytest.mark.parametrize("which", ["app", "tables", "paddle"])
def test_a_port_in_use_is_one_clear_sentence(serving: Serving, which: str) -> None:
    port = serving.ports[which]
    with socket.create_server(("127.0.0.1", port)):
        refused = serving.serve_in_vain()

    assert (refused.returncode, refused.stdout) == (1, "Starting…\n")
    assert re.fullmatch(rf"Port {port} is in use: stop what listens there, or choose another.*\.\n", refused.stderr)
    assert not any(listens(port) for port in serving.ports.values())


@pytest.mark.parametrize("which", SETTINGS)
def test_a_stand_in_whose_port_is_in_use_names_the_setting(which: str, tmp_path: Path) -> None:
    port = free_port()
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(Trouble, match=rf"^Port {port} is in use: .*{SETTINGS[which][0]}"),
        StandIns(ports=Ports(**{which: port}), certificates=make_certificates(tmp_path)),
    ):
        pass


def test_wrong_settings_are_named_all_at_once(
    serving: Serving, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRACE_DAYS", "soon")
    monkeypatch.setenv("PLANS", "{}")

    refused = serving.serve_in_vain()

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("These settings are wrong: GRACE_DAYS must be a whole number")
    assert "; PLANS must be a JSON object" in refused.stderr
    assert main(["--folder", str(serving.folder), "seats"]) == 1
    assert capsys.readouterr().err.startswith("Nothing answers")
