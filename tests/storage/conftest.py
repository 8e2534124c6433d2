"""A world whose storage is reached by way of a relay, so that answers can be lost and requests seen."""

from collections.abc import Iterator

import pytest

from dev.azurite import Azurite
from shared.storage.tables import AzureTables
from tests.storage.wire import Relay, relay
from tests.world import World, WorldMaker, environment


@pytest.fixture
def wire(azurite: Azurite) -> Iterator[Relay]:
    with relay(azurite) as running:
        yield running


@pytest.fixture
def relayed(make_world: WorldMaker, wire: Relay) -> World:
    return make_world(**wire.settings())


@pytest.fixture(scope="module")
def tables(azurite: Azurite) -> AzureTables:
    """Tables that may hold other tests' rows, for many small tests that each take a partition of their own."""
    made = World(environment(azurite)).tables
    made.make_tables()
    return made
