"""How the local host starts, refuses and stops."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from signal import SIGINT
from urllib.parse import urlsplit

import azure.functions as func
import pytest

from dev.host import Host, PortInUse, running, serve
from dev.host.asgi import Message, Receive, Scope, Send
from tests.runtime.asking import HOST_JSON, ask, new_years_eve, serving
from tests.runtime.toy.function_app import create_app

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from dev.host import serve
from tests.dev.test_host_server import toy
serve(toy(), int(sys.argv[1]))
print("stopped")
"""


def toy() -> Host:
    return Host(create_app(), host_json=HOST_JSON, clock=new_years_eve)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with running(toy()) as base:
        port = int(base.rpartition(":")[2])
        sentence = f"^Port {port} is in use: stop what listens there, or choose another port.$"

        with pytest.raises(PortInUse, match=sentence):
            serve(toy(), port)
        with pytest.raises(PortInUse, match=sentence), running(toy(), port):
            pass


def test_it_can_be_started_again_on_the_same_port(caplog: pytest.LogCaptureFixture) -> None:
    host = toy()
    with running(host) as base:
        for _ in range(3):
            assert ask(base, "POST", "/admin/functions/tock").status == 202
        port = int(base.rpartition(":")[2])
    assert not listens(port)

    with running(host, port) as again:
        assert again == base
        for _ in range(3):
            assert ask(again, "POST", "/admin/functions/tock").status == 202
    assert not caplog.records


def test_requests_under_way_are_answered_before_it_stops() -> None:
    with ThreadPoolExecutor() as others, ExitStack() as stack:
        base = stack.enter_context(serving())
        slow = others.submit(ask, base, "GET", "/slow?seconds=0.3")
        time.sleep(0.1)

        stack.close()

        assert slow.result().body == b"slept"
        assert not listens(int(base.rpartition(":")[2]))


def test_timers_under_way_come_to_their_end_before_it_stops() -> None:
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    steps: list[object] = []

    @app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
    async def purge(timer: func.TimerRequest) -> None:
        steps.append(timer.past_due)
        await asyncio.sleep(0.2)
        steps.append("done")

    with running(Host(app, host_json=HOST_JSON, clock=new_years_eve)) as base:
        ask(base, "POST", "/admin/functions/purge")

    assert steps == [False, "done"]


def test_a_connection_is_kept_and_answers_without_delay() -> None:
    with serving() as base, closing(HTTPConnection(urlsplit(base).netloc, timeout=10)) as connection:
        began = time.monotonic()
        for _ in range(10):
            for body in (b"whole", iter([b"chunked"])):
                connection.request("POST", "/sync", body)
                with connection.getresponse() as response:
                    assert response.read()
        # Nagle's algorithm would make each answer wait for 40 ms.
        assert time.monotonic() - began < 0.5


def test_ctrl_c_ends_serve_in_good_order() -> None:
    port = free_port()
    command = [sys.executable, "-W", "error", "-c", SERVE, str(port)]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server,
        ThreadPoolExecutor() as others,
    ):
        wait_until(lambda: listens(port) or server.poll() is not None)
        slow = others.submit(ask, f"http://127.0.0.1:{port}", "GET", "/slow?seconds=0.3")
        time.sleep(0.1)
        server.send_signal(SIGINT)

        assert slow.result().body == b"slept"
        assert server.communicate(timeout=10) == ("stopped\n", "")
    assert server.returncode == 0


def test_what_cannot_start_says_so() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError(scope, receive, send)

    with pytest.raises(RuntimeError, match="did not start"), running(broken):
        pass


def test_a_host_that_is_not_running_answers_503() -> None:
    sent: list[Message] = []

    async def nothing() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(toy()({"type": "http"}, nothing, send))

    assert [sent[0]["status"], sent[1]["body"]] == [503, b"Function host is not running."]


def test_more_requests_at_once_than_host_json_allows_are_429() -> None:
    http = HOST_JSON["extensions"]["http"] | {"maxOutstandingRequests": 1}
    with serving(host_json={"extensions": {"http": http}}) as base, ThreadPoolExecutor() as others:
        slow = others.submit(ask, base, "GET", "/slow?seconds=0.3")
        time.sleep(0.1)

        assert ask(base, "GET", "/callback?code=1").status == 429
        assert slow.result().status == 200
        assert ask(base, "GET", "/callback?code=1").status == 200
