"""The app over a world, and a world in which Bob has a seat."""

from collections.abc import Iterator

import pytest

from dev.azurite import Azurite
from shared.operations.assign_seat import assign_seat
from tests.functions.sentinels import Sinks
from tests.functions.serving import serving
from tests.histories.memory import MemoryWorld
from tests.paddle import Subscription, deliver
from tests.signing_in import Directories, Office, Opener, offices
from tests.world import BOB, World, empty_tables, environment


@pytest.fixture
def base(world: World) -> Iterator[str]:
    with serving(lambda: world.services) as url:
        yield url


@pytest.fixture
def bought(world: World) -> Subscription:
    """What Alice bought for her organisation; Bob has one of its seats."""
    subscription = Subscription(world.checkout())
    deliver(world, *subscription.bought())
    assign_seat(world.services, subscription.partition, BOB)
    return subscription


@pytest.fixture(scope="module")
def quiet_world(azurite: Azurite) -> World:
    """A world that a whole module shares, since what it asks must leave nothing."""
    made = World(environment(azurite, ENTRA_AUTHORITY="https://localhost:1/common"))
    empty_tables(made)
    return made


@pytest.fixture(scope="module")
def quiet(quiet_world: World) -> Iterator[str]:
    """The app over that world, which is found empty in the end, but for the count of events that nobody could read."""
    with serving(lambda: quiet_world.services) as url:
        yield url
    rows = quiet_world.rows()
    counted = rows.pop("state")
    assert {name: found for name, found in rows.items() if found} == {}
    assert {(row["PartitionKey"], row["code"], row["subscription"]) for row in counted} <= {
        ("unhandled.paddle", "EVENT_MALFORMED", "")
    }


@pytest.fixture
def sinks(capfd: pytest.CaptureFixture[str]) -> Iterator[Sinks]:
    """Everything that is logged or printed during a test, every logger speaking at DEBUG."""
    listening = Sinks(capfd.readouterr)
    listening.listen()
    yield listening
    listening.rest()


@pytest.fixture(scope="module")
def opener(running_directories: Directories) -> Iterator[Opener]:
    with offices(running_directories) as found:
        yield found


@pytest.fixture
def opened(microsoft_365: Directories, opener: Opener) -> Office:
    return opener(MemoryWorld(**microsoft_365.settings()))
