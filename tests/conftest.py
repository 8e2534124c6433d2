"""What every test may ask for: a real table storage, and how hard to search for counterexamples."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from dev.azurite import Azurite
from dev.tls import make_certificates
from tests.paddle_api import PADDLE, open_api
from tests.signing_in import Directories, directories
from tests.world import World, WorldMaker, empty_tables, environment

# No deadline: a slow machine is no counterexample.
settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", help="keep pictures of every page there (tests/browser)")


@pytest.fixture(scope="session", autouse=True)
def paddle_door() -> Iterator[None]:
    with open_api():
        yield


@pytest.fixture(autouse=True)
def paddle_books() -> None:
    """What stories at the top of a module told is no part of a test."""
    PADDLE.forget()


@pytest.fixture(scope="session")
def running_directories() -> Iterator[Directories]:
    with directories() as running:
        yield running


@pytest.fixture
def microsoft_365(running_directories: Directories) -> Directories:
    """Entra and Graph as at first."""
    running_directories.start_over()
    return running_directories


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with Azurite() as running:
        yield running


@pytest.fixture(scope="session")
def azurite_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with Azurite(certificates=make_certificates(tmp_path_factory.mktemp("tls"))) as running:
        yield running


@pytest.fixture
def make_world(azurite: Azurite) -> WorldMaker:
    """Worlds over empty tables; the latest one made has them."""

    def make(**settings_changed: str) -> World:
        made = World(environment(azurite, **settings_changed))
        empty_tables(made)
        return made

    return make


@pytest.fixture
def world(make_world: WorldMaker) -> World:
    return make_world()
