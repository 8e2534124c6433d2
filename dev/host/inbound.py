"""The host's half of a request: from what was on the wire to the message that the Python worker gets.

Obeys ToRpcHttp of the host (src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, quote, unquote

from azure.functions.meta import Datum

_ENCODED_SLASH = re.compile("%(2f)", re.IGNORECASE)
_LONE_PERCENT = re.compile("%(?![0-9a-f]{2})", re.IGNORECASE)
_PATH_CHARACTERS = "/!$&'()*+,;=:@%"


@dataclass(frozen=True)
class Request:
    """A request as received; the target is path and query, percent-encoded as on the request line."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    client: str = ""  # address:port

    @cached_property
    def path(self) -> str:
        """The decoded path; an encoded slash stays encoded, so that it never separates segments."""
        return unquote(_ENCODED_SLASH.sub(r"%25\1", self.target.partition("?")[0]))

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


def to_message(request: Request, route_parameters: Mapping[str, str]) -> Datum:
    """What crosses from host to worker for one invocation."""
    headers = _headers(request)
    return Datum(
        {
            "method": _text(request.method),
            "url": _text(_url(request, headers.get("host", ""))),
            "headers": _texts(headers),
            "params": _texts(route_parameters),
            "query": _texts(_query(request.query)),
            "body": Datum(request.body, "bytes"),
        },
        "http",
    )


def _headers(request: Request) -> dict[str, str]:
    """Names in lower case, repeated values joined; Azure's front end adds address and port of the client."""
    headers = _joined((name.lower(), value) for name, value in request.headers)
    if request.client:
        before = headers.get("x-forwarded-for")
        headers["x-forwarded-for"] = f"{before}, {request.client}" if before else request.client
    return headers


def _query(query: str) -> dict[str, str]:
    """Repeated names joined, whatever their case; what is empty is dropped, yet remains in the URL."""
    spelled: dict[str, str] = {}
    pairs = parse_qsl(query, keep_blank_values=True)
    joined = _joined((spelled.setdefault(name.lower(), name), value) for name, value in pairs)
    return {name: value for name, value in joined.items() if value}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """.NET's StringValues: joined by a comma without a space, empty ones left out."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = ",".join(filter(None, (joined.get(name), value)))
    return joined


def _url(request: Request, host: str) -> str:
    path = _LONE_PERCENT.sub("%25", quote(request.path, safe=_PATH_CHARACTERS))
    return f"http://{host}{path}{'?' if request.query else ''}{request.query}"


def _text(value: str) -> Datum:
    return Datum(value, "string")


def _texts(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: _text(value) for name, value in values.items()}
