"""A world in memory, for what needs no real storage to be shown."""

import pytest

from tests.histories.memory import MemoryWorld
from tests.world import World


@pytest.fixture
def memory() -> World:
    return MemoryWorld()
