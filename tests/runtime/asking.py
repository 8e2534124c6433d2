"""Asks a server exactly what a test says, no header more; and serves the toy app on the local host."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from json import loads
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dev.host import Host, running
from tests.runtime.toy.function_app import create_app

TOY = Path(__file__).parent / "toy"
HOST_JSON = loads((TOY / "host.json").read_text())

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes
    client: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - it is JSON
        return loads(self.body)

    def header(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]


def ask(base: str, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Answer:
    """Sends Host, these headers and, unless one of them frames the body, its Content-Length."""
    with closing(HTTPConnection(urlsplit(base).netloc, timeout=10)) as connection:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        names = {name.lower() for name, _ in headers}
        if body and not names & {"content-length", "transfer-encoding"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        address, port = connection.sock.getsockname()
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read(), f"{address}:{port}")


def new_years_eve() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 12, 31, 12, tzinfo=UTC)


@contextmanager
def serving(host_json: Mapping[str, Any] = HOST_JSON, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """The toy app on the local host, at the URL that is yielded."""
    host = Host(create_app(), host_json=host_json, clock=new_years_eve, settings=settings)
    with running(host) as base:
        yield base
