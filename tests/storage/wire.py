"""A relay between us and Azurite that sees each request, and on command loses, delays or replaces an answer."""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from dev.azurite import HOST, LEDGER, TABLES, Azurite

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """One request as it went over the wire."""

    method: str
    path: str
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What comes back. None in its place is a connection that closes without a word."""

    status: int
    headers: Headers = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Plan:
    """What becomes of one request: whether it reaches Azurite, and the answer in place of the real one."""

    reaches: bool
    instead: Answer | None


LOST = Plan(reaches=True, instead=None)
LOST_AS_503 = Plan(reaches=True, instead=Answer(503))


@dataclass
class Relay:
    """``plan`` is asked about each request; None lets it pass. ``asked`` is what was seen so far."""

    azurite: Azurite
    port: int = 0
    plan: Callable[[Asked], Plan | None] = lambda _: None
    asked: list[Asked] = field(default_factory=list)

    def next_time(self, *plans: Plan | None, only: str = "") -> None:
        """Treat the coming requests (of one method) by these plans, those after them as usual."""
        left = list(plans)

        def plan(asked: Asked) -> Plan | None:
            return left.pop(0) if left and asked.method.startswith(only) else None

        self.plan = plan
        self.asked.clear()

    def settings(self) -> dict[str, str]:
        """Both storage accounts by way of this relay."""
        own = f"http://{HOST}:{self.port}"
        theirs = f"http://{HOST}:{self.azurite.port}"
        return {
            "TABLES_CONNECTION": self.azurite.connection_string(TABLES).replace(theirs, own),
            "LEDGER_CONNECTION": self.azurite.connection_string(LEDGER).replace(theirs, own),
        }

    def forward(self, asked: Asked) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.azurite.port, timeout=10)
        try:
            connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
            got = connection.getresponse()
            headers = {name: value for name, value in got.getheaders() if name.lower() not in _OWN}
            return Answer(got.status, headers, got.read())
        finally:
            connection.close()


_OWN = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@contextmanager
def relay(azurite: Azurite) -> Iterator[Relay]:
    made = Relay(azurite)
    with serving(_handler(made)) as port:
        made.port = port
        yield made


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """The loopback port on which a handler answers."""
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, dict(self.headers.items()), body)
            relay.asked.append(asked)
            self._answer(asked, relay.plan(asked))

        def _answer(self, asked: Asked, plan: Plan | None) -> None:
            answer = relay.forward(asked) if plan is None or plan.reaches else None
            if plan is not None:
                answer = plan.instead
            if answer is None:
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

    return Handler


def seconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
