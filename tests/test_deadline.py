"""What waits for others takes no longer than whoever asked us waits: shown over a clock that only waiting moves."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
import requests
from urllib3 import HTTPResponse

from shared.deadline import answering_within, holding, seconds_left
from shared.domain.errors import Unavailable
from shared.web import Call, Unreachable, Web

HOST = "http://127.0.0.1:9"


class Waiting:
    """A clock that stands still unless somebody sleeps, or waits for an answer as long as is allowed."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Waiting:
    waiting = Waiting()
    monkeypatch.setattr("shared.deadline.monotonic", waiting.monotonic)
    monkeypatch.setattr("shared.web.sleep", waiting.sleep)
    return waiting


Behaviour = Callable[[], requests.Response]


def answering(status: int, **headers: str) -> Behaviour:
    def answer() -> requests.Response:
        response = requests.Response()
        response.status_code, response.raw = status, HTTPResponse(BytesIO(), preload_content=False)
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    return answer


def silent() -> requests.Response:
    raise requests.ConnectionError


OTHER_SIDES = {
    "silent": silent,
    "good, at the last moment": answering(200),
    "overloaded": answering(503),
    "asking for a second": answering(429, Retry_After="1"),
    "asking for five seconds": answering(429, Retry_After="5"),
    "asking for an hour": answering(503, Retry_After="3600"),
}


def web_to(clock: Waiting, answer: Behaviour) -> Web:
    """A web whose other side takes all the time that it may take for each answer."""
    web = Web(frozenset({HOST}))

    class Slow:
        def send(self, _: object, *, timeout: tuple[float, float], **__: object) -> requests.Response:
            assert min(timeout) > 0
            clock.now += sum(timeout)
            return answer()

    web._adapter = Slow()  # type: ignore[assignment]  # noqa: SLF001 - nothing that listens takes that long in a test
    return web


def ask_without_end(web: Web) -> int:
    """How often something was asked for until there was no time any more."""
    for asked in range(100):
        before = seconds_left()
        try:
            web.call(Call("GET", HOST))
        except Unreachable:
            if before <= 0:
                return asked
    raise AssertionError


@pytest.mark.parametrize("seconds", [0.5, 4.0, 8.0, 60.0])
@pytest.mark.parametrize("other_side", OTHER_SIDES)
def test_all_calls_together_take_no_longer_than_there_is_time(clock: Waiting, other_side: str, seconds: float) -> None:
    web = web_to(clock, OTHER_SIDES[other_side])

    with answering_within(seconds):
        assert ask_without_end(web) > 0

    assert clock.now <= seconds + 1e-6


def test_where_nobody_waits_a_call_takes_its_own_time(clock: Waiting) -> None:
    with pytest.raises(Unreachable):
        web_to(clock, silent).call(Call("GET", HOST))

    assert 3 * (3 + 5) < clock.now < 3 * (3 + 5) + 2


def test_time_that_is_short_is_not_slept_away(clock: Waiting) -> None:
    web = web_to(clock, answering(429, Retry_After="2"))

    with answering_within(9), pytest.raises(Unreachable):
        web.call(Call("GET", HOST))

    assert clock.now == 3 + 5


def test_nobody_inside_has_longer_than_those_outside(clock: Waiting) -> None:
    with answering_within(4):
        with answering_within(60):
            assert seconds_left() == 4
        with answering_within(1):
            assert seconds_left() == 1
        clock.sleep(1)
        assert seconds_left() == 3
    assert seconds_left() == float("inf")


def test_it_is_over_when_it_failed_too(clock: Waiting) -> None:
    def fail() -> None:
        with answering_within(4):
            clock.sleep(1)
            raise Unavailable

    with pytest.raises(Unavailable):
        fail()
    assert seconds_left() == float("inf")


@contextmanager
def held() -> Iterator[threading.Lock]:
    lock = threading.Lock()
    with lock:
        yield lock


def test_a_lock_is_not_waited_for_beyond_it() -> None:
    with held() as lock, answering_within(0.01), pytest.raises(Unavailable), holding(lock):
        raise AssertionError


def test_a_lock_is_given_back() -> None:
    lock = threading.Lock()
    for _ in range(2):
        with holding(lock):
            assert lock.locked()

    assert not lock.locked()
