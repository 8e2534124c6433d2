"""Plain HTTP over one kept connection: how the app is asked, and how storage can be asked with nothing in between."""

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest

from shared.storage.tables import AzureTables

_SUCCESS = range(200, 300)
# uvicorn and Node close a connection on which nothing was asked for five seconds.
_KEPT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that azure-data-tables has made and signed, to be sent as often as one likes.

    The signature covers neither body nor query, and is good for a quarter of an hour.
    """

    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Path and query, as they stand on the request line."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


def prepared(
    tables: Callable[[Callable[[object], None]], AzureTables], act: Callable[[AzureTables], object]
) -> Prepared:
    """The last request that an act on storage makes; ``tables`` opens storage under a hook."""
    seen: list[PipelineRequest[Any]] = []
    act(tables(lambda request: seen.append(cast("PipelineRequest[Any]", request))))
    request = seen[-1].http_request
    body = request.body or b""
    return Prepared(
        url=request.url,
        method=request.method,
        headers=dict(request.headers),
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


class Asker:
    """One kept connection to one server."""

    def __init__(self, base: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        self._asked = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        """The body of the answer; raises RuntimeError unless it is a success."""
        if time.perf_counter() - self._asked > _KEPT_SECONDS:
            # It opens again by itself.
            self._connection.close()
        self._connection.request(method, target, body=body or None, headers=headers)
        response = self._connection.getresponse()
        content = response.read()
        self._asked = time.perf_counter()
        if response.status not in _SUCCESS:
            raise RuntimeError(f"{method} {urlsplit(target).path} answered {response.status}")
        return content

    def send(self, prepared: Prepared) -> bytes:
        return self.ask(prepared.method, prepared.target, prepared.headers, prepared.body)
