"""How hard to search."""

import pytest
from hypothesis import settings


@pytest.fixture
def is_long() -> bool:
    """Whether somebody asked for the long search (`make test-long`)."""
    return settings().max_examples > settings.get_profile("quick").max_examples
