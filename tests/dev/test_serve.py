"""How the development server starts, keeps, refuses and ends."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest

from dev.__main__ import main
from dev.paddle.books import Books
from dev.paddle.subscription import buy
from tests.dev.conftest import Said
from tests.dev.serving import Serving, listens, wait_until
from tests.world import NOON

Run = Callable[..., Said]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path)
    yield made
    if hasattr(made, "process"):
        made.process.kill()
        made.process.wait()


def assert_nothing_is_left(serving: Serving, children: list[int]) -> None:
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert not listens(serving.port)
    assert not listens(serving.tables_port)
    assert "Traceback" not in serving.output


def test_ctrl_c_ends_everything_and_the_next_start_goes_on_from_there(serving: Serving, run: Run) -> None:
    serving.start()
    children = serving.children()
    assert children
    settings = (serving.folder / "local.settings.json").read_text()
    run(serving, "assign", "dave")
    seats = run(serving, "seats").out
    assert serving.stop(SIGINT) == 0
    assert_nothing_is_left(serving, children)

    serving.start()

    assert run(serving, "seats").out == seats
    assert re.findall("Bob Bee|Carol Sea|Dave Dee", seats) == ["Bob Bee", "Carol Sea", "Dave Dee"]
    assert (serving.folder / "local.settings.json").read_text() == settings
    children = serving.children()
    assert serving.stop(SIGTERM) == 0
    assert_nothing_is_left(serving, children)


def test_what_an_interrupted_first_start_left_is_begun_anew(serving: Serving, run: Run) -> None:
    given_up = buy("organisation", None, "pri_team_30_days", "team", 5, NOON)
    books = Books(subscriptions={given_up.id: given_up})
    path = serving.folder / ".dev" / "paddle.json"
    path.parent.mkdir()
    books.save(path)

    serving.start()

    assert run(serving, "seats").out.startswith("team: 2 of 5 seats in use, active")
    assert given_up.id not in Books.load(path).subscriptions
    serving.stop()


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
    wait_until(lambda: listens(serving.tables_port))
    children = serving.children()

    assert serving.stop() == 0

    assert_nothing_is_left(serving, children)
    assert serving.output == "Starting…\n"


@pytest.mark.parametrize("which", ["port", "tables_port"])
def test_a_port_in_use_is_one_clear_sentence(serving: Serving, which: str) -> None:
    port = getattr(serving, which)
    with socket.create_server(("127.0.0.1", port)):
        refused = serving.serve_in_vain()

    assert (refused.returncode, refused.stdout) == (1, "Starting…\n")
    assert re.fullmatch(rf"Port {port} is in use: stop what listens there, or choose another.*\.\n", refused.stderr)
    assert not listens(serving.port)
    assert not listens(serving.tables_port)


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
