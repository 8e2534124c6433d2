"""A server for all tests that talk to one, and the command line beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from dev.__main__ import main
from dev.entra import Entra
from tests.dev.entra import App, app_at
from tests.dev.serving import Serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("served"))
    serving.start()
    yield serving
    assert serving.stop() == 0


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


Dev = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def run(serving: Serving, *arguments: str) -> Said:
        status = main(["--folder", str(serving.folder), *arguments])
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture
def dev(served: Serving, run: Callable[..., Said]) -> Dev:
    """Runs a command, given as one text, beside the running server."""
    return lambda command: run(served, *command.split())


@pytest.fixture(scope="session")
def entra_of_people() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def app(entra_of_people: Entra) -> Iterator[App]:
    """Signs people in at the stand-in for Entra, who are all as at first."""
    with app_at(entra_of_people) as app:
        yield app
