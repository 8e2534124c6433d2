"""Tables for many small tests, and a relay to them by which answers can be lost and requests seen."""

from collections.abc import Iterator

import pytest

from dev.azurite import Azurite
from shared.storage.tables import AzureTables
from tests.storage.wire import Relay, relay
from tests.world import World, environment


@pytest.fixture
def wire(azurite: Azurite) -> Iterator[Relay]:
    with relay(azurite) as running:
        yield running


@pytest.fixture(scope="module")
def tables(azurite: Azurite) -> AzureTables:
    """Tables that may hold other tests' rows, for many small tests that each take a partition of their own."""
    made = World(environment(azurite)).tables
    made.make_tables()
    return made


@pytest.fixture
def relayed(tables: AzureTables, wire: Relay) -> AzureTables:
    """The same tables, by way of the relay."""
    assert tables
    return World(environment(wire.azurite, **wire.settings())).tables
