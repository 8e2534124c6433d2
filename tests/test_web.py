"""The one door for outgoing calls: whom it lets be called, what it tries again, and what it says about it."""

import gzip
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any

import pytest

from dev.wire import Reply
from dev.wire.server import Server
from shared.deadline import answering_within
from shared.domain.errors import Unavailable
from shared.services import connect
from shared.web import Call, Denied, HostNotConfigured, Unreachable, Web, host_of
from tests.paddle_api import PADDLE
from tests.test_settings import MICROSOFT
from tests.world import StandingClock, environment

SECRET = "s3cr3t-v4lu3"
PATH = "/prices/pri_1"


@pytest.fixture
def web() -> Web:
    PADDLE.prices["pri_1"] = {"id": "pri_1"}
    return Web(frozenset({PADDLE.url}))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept, in no time."""
    slept: list[float] = []
    monkeypatch.setattr("shared.web.sleep", slept.append)
    return slept


def get(path: str = PATH) -> Call:
    return Call("GET", f"{PADDLE.url}{path}", headers={"Authorization": SECRET}, query={"who": SECRET})


def post() -> Call:
    return Call("POST", f"{PADDLE.url}/transactions", body={"who": SECRET}, repeatable=False)


def test_exactly_the_hosts_of_the_settings_may_be_called() -> None:
    env = environment(None, **MICROSOFT, PADDLE_API_URL="https://api.paddle.example/")
    services = connect(env, StandingClock())
    hosts = services.marketplaces["paddle"].api.web.hosts  # type: ignore[attr-defined]

    assert hosts == {
        "https://api.paddle.example",
        "https://marketplaceapi.microsoft.com",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
    }


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "http://127.0.0.1:1/", "https://127.0.0.1/"])
def test_nobody_else_is_called(web: Web, url: str) -> None:
    with pytest.raises(HostNotConfigured):
        web.call(Call("GET", url))


def test_a_host_is_its_scheme_name_and_port() -> None:
    assert host_of("https://api.example:8443/x?y#z") == "https://api.example:8443"


@pytest.mark.parametrize("status", [429, 500, 501, 502, 503, 504, 520, 522, 524, 529])
def test_what_may_pass_is_tried_again(web: Web, status: int) -> None:
    PADDLE.fail(PATH, times=2, status=status)

    assert web.call(get()).status == 200
    assert len(PADDLE.calls) == 3


@pytest.mark.parametrize("status", [429, 500])
def test_not_forever(web: Web, status: int) -> None:
    PADDLE.fail(PATH, times=100, status=status)

    with pytest.raises(Unreachable):
        web.call(get())
    assert len(PADDLE.calls) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 409, 422])
def test_any_other_answer_is_one(web: Web, status: int) -> None:
    PADDLE.fail(PATH, times=100, status=status, headers={"Location": f"{PADDLE.url}/prices/pri_2"})

    assert web.call(get()).status == status
    assert len(PADDLE.calls) == 1


def test_a_request_that_took_too_long_is_no_refusal_and_is_not_tried_again(web: Web) -> None:
    PADDLE.fail(PATH, times=100, status=408)

    with pytest.raises(Unreachable):
        web.call(get())
    assert len(PADDLE.calls) == 1


@pytest.mark.parametrize("status", [429, 500, 503, 520])
def test_what_is_not_repeatable_is_not_repeated(web: Web, status: int) -> None:
    PADDLE.fail("/transactions", times=100, status=status)

    with pytest.raises(Unreachable):
        web.call(post())
    assert len(PADDLE.calls) == 1


@pytest.mark.parametrize("asked", ["1", "5"])
def test_a_wait_that_was_asked_for_is_kept(web: Web, waits: list[float], asked: str) -> None:
    PADDLE.fail(PATH, status=429, headers={"Retry-After": asked})

    assert web.call(get()).status == 200
    assert waits == [int(asked)]


@pytest.mark.parametrize("asked", ["6", "30", "86400", "9" * 5000, "Mon, 02 Mar 2026 12:00:01 GMT", "1.5", "soon"])
@pytest.mark.parametrize("status", [429, 503])
def test_nobody_comes_back_earlier_than_asked(web: Web, waits: list[float], status: int, asked: str) -> None:
    PADDLE.fail(PATH, times=1, status=status, headers={"Retry-After": asked})

    with pytest.raises(Unreachable):
        web.call(get())

    assert (len(PADDLE.calls), waits) == (1, [])


def test_what_was_too_large_is_too_large_whenever_it_is_asked(web: Web, waits: list[float]) -> None:
    PADDLE.fail(PATH, times=1, status=413, headers={"Retry-After": "1"})

    assert web.call(get()).status == 413
    assert (len(PADDLE.calls), waits) == (1, [])


@pytest.mark.parametrize(
    ("told", "passed_on"),
    [("17", 17), ("0", 1), ("86400", 60), ("9" * 5000, 5), ("", 5), ("soon", 5), ("-3", 5), ("1.5", 5)],
)
def test_what_we_do_not_wait_for_is_passed_on(web: Web, told: str, passed_on: int) -> None:
    PADDLE.fail("/transactions", status=429, headers={"Retry-After": told})

    with pytest.raises(Unreachable) as refused:
        web.call(post())
    assert refused.value.retry_after == passed_on


def test_waits_differ(web: Web, waits: list[float]) -> None:
    for _ in range(4):
        PADDLE.fail(PATH, times=2, status=500)
        web.call(get())

    assert len(set(waits)) > 3
    assert max(waits) < 1


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_is_told_why_that_may_be(web: Web, caplog: pytest.LogCaptureFixture, status: int) -> None:
    PADDLE.fail(PATH, times=100, status=status)

    with pytest.raises(Denied) as raised:
        web.call(get())

    assert (raised.value.host, len(PADDLE.calls)) == (PADDLE.url, 1)
    assert isinstance(raised.value, Unavailable)
    assert f"answered {status}: {raised.value.causes}" in caplog.text
    assert "expired" in raised.value.causes


def test_a_caller_may_decide_about_refusals_itself(web: Web) -> None:
    PADDLE.fail(PATH, status=403)

    assert web.call(Call("GET", f"{PADDLE.url}{PATH}", denied_because="")).status == 403


def test_an_answer_that_does_not_come_is_not_waited_for(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web._TIMEOUTS", (0.1, 0.1))
    PADDLE.fail("/transactions", seconds=0.3, body=None)

    with pytest.raises(Unreachable):
        web.call(post())


def dripping(opened: socket.socket, chunk: bytes, pause: float) -> None:
    """Answers one call with much, a little at a time, until the caller has had enough."""
    connection, _ = opened.accept()
    with connection, suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        for _ in range(400):
            connection.sendall(chunk)
            sleep(pause)


@contextmanager
def drip(chunk: bytes, pause: float) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        dripper = threading.Thread(target=dripping, args=(opened, chunk, pause))
        dripper.start()
        yield f"http://127.0.0.1:{opened.getsockname()[1]}"
        dripper.join()


@pytest.mark.parametrize("by", ["who asks us", "ourselves"])
def test_an_answer_that_drips_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    monkeypatch.setattr("shared.web._LONGEST_ANSWER_SECONDS", 30 if by == "who asks us" else 0.3)
    with drip(b"x", 0.02) as url:
        began = monotonic()
        with answering_within(0.3 if by == "who asks us" else 30), pytest.raises(Unreachable):
            Web(frozenset({url})).call(Call("GET", url, repeatable=False))

    assert monotonic() - began < 2
    assert "did not answer: Timeout" in caplog.text


def test_an_answer_without_end_is_not_read_to_it(caplog: pytest.LogCaptureFixture) -> None:
    with drip(b"x" * 1024 * 1024, 0) as url, pytest.raises(Unreachable):
        Web(frozenset({url})).call(Call("GET", url, repeatable=False))

    assert "did not answer: _TooLarge" in caplog.text


def test_half_an_answer_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        url = f"http://127.0.0.1:{opened.getsockname()[1]}"
        hanging_up = threading.Thread(target=hang_up, args=(opened,))
        hanging_up.start()
        with pytest.raises(Unreachable):
            Web(frozenset({url})).call(Call("GET", url, repeatable=False))
        hanging_up.join()


def hang_up(opened: socket.socket) -> None:
    connection, _ = opened.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{}")


def test_one_connection_serves_many_calls() -> None:
    packed = Reply(200, gzip.compress(b"[]"), {"Content-Encoding": "gzip"})
    server = Counting(lambda _: packed)
    server.start()
    web = Web(frozenset({server.base}))

    answers = [web.call(Call("GET", server.base)) for _ in range(3)]

    server.stop()
    assert [answer.json() for answer in answers] == [[], [], []]
    assert server.connections == 1


class Counting(Server):
    connections = 0

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()


def test_where_nobody_listens_nobody_answers() -> None:
    nobody = "http://127.0.0.1:9"

    with pytest.raises(Unreachable):
        Web(frozenset({nobody})).call(Call("GET", nobody))


@pytest.mark.parametrize("body", [b"<html>", b"{", b"[" * 100_000, b"\xff"])
def test_what_should_be_json_and_is_not_is_no_answer(web: Web, body: bytes) -> None:
    PADDLE.fail(PATH, body=body)

    with pytest.raises(Unreachable):
        web.call(get()).json()


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_answer_holds_nothing(web: Web, body: bytes) -> None:
    PADDLE.fail(PATH, body=body)

    assert web.call(get()).json() is None


def test_the_log_names_the_call_by_a_number_and_nothing_of_what_is_in_it(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    web.call(get())
    PADDLE.fail("/transactions", status=500, body=SECRET.encode())
    with pytest.raises(Unreachable):
        web.call(post())

    sent = [call.headers["x-ms-requestid"] for call in PADDLE.calls]
    ours = [record.getMessage() for record in caplog.records if record.name == "shared.web"]
    assert ours == [
        f"GET {PADDLE.url} answered 200, request {sent[0]}",
        f"POST {PADDLE.url} answered 500, request {sent[1]}",
    ]
    assert len(set(sent)) == 2
    assert SECRET not in caplog.text + repr(get()) + repr(post())


def test_the_environment_chooses_no_proxy(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert web.call(get()).status == 200
