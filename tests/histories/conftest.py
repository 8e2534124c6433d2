"""What histories are told with: no waiting between attempts, since nobody else is ever in the way for long."""

from types import SimpleNamespace

import pytest
from hypothesis import settings

from shared.operations import persistence


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread whose turn it is must not sleep through it."""
    monkeypatch.setattr(persistence, "time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture
def is_long() -> bool:
    """Whether somebody asked for the long search (`make test-long`)."""
    return settings().max_examples > settings.get_profile("quick").max_examples
