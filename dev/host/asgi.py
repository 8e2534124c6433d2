"""Between uvicorn and the host: bytes to Request, Response to bytes."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from dev.host.inbound import Request
from dev.host.outbound import Response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Disconnected(Exception):
    """The client left before its request was complete."""


def request_line(scope: Scope) -> Request:
    """Everything but the body; raises UnicodeDecodeError for headers that are not UTF-8, as Kestrel wants."""
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    address, port = scope["client"] or ("127.0.0.1", 0)
    return Request(
        method=scope["method"],
        target=target.decode("latin-1"),
        headers=[(name.decode(), value.decode()) for name, value in scope["headers"]],
        client=f"{address}:{port}",
    )


def content_length(request: Request) -> int:
    """A chunked body has none, and so never arrives: https://github.com/Azure/azure-functions-host/issues/4926."""
    lengths = [value for name, value in request.headers if name.lower() == "content-length"]
    return int(lengths[0]) if lengths else 0


async def read(receive: Receive) -> bytes:
    """The whole body; its length is known and was checked before."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


async def write(send: Send, response: Response) -> None:
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    measured = any(name.lower() == b"content-length" for name, _ in headers)
    if not measured and response.status not in (204, 304):
        headers.append((b"Content-Length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
