"""How storage is reached: whoever asks at the same time finds a kept connection, and no proxy stands between."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.storage import keys
from tests.world import World

AT_ONCE = 32


def test_many_readers_at_once_keep_their_connections(world: World, caplog: pytest.LogCaptureFixture) -> None:
    together = Barrier(AT_ONCE)

    def read(number: int) -> None:
        together.wait()
        world.tables.read(keys.subscription(f"none.{number}"))

    caplog.set_level(logging.DEBUG, "urllib3.connectionpool")
    with ThreadPoolExecutor(AT_ONCE) as readers:
        for _ in range(3):
            list(readers.map(read, range(AT_ONCE)))

    opened = [line for line in caplog.messages if line.startswith("Starting new HTTP connection")]
    assert len(opened) <= AT_ONCE
    assert not [line for line in caplog.messages if "pool is full" in line]


def test_a_proxy_named_in_the_environment_is_not_for_storage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    assert world.tables.read(keys.subscription("none.here")) is None
