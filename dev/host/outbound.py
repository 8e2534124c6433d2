"""The host's half of a response: from the worker's message to status, headers and body.

Obeys HttpBinding, RawScriptResult and ScriptObjectResult of the host (src/WebJobs.Script/Binding/Http).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.functions.meta import Datum

from dev.host.cookies import rewritten

_NO_BODY = (204, 304)


@dataclass(frozen=True)
class Response:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def with_defaults(self, headers: Mapping[str, str]) -> "Response":
        """Adds each header that the function has not set itself."""
        present = {name.lower() for name, _ in self.headers}
        missing = [(name, value) for name, value in headers.items() if name.lower() not in present]
        return Response(self.status, [*self.headers, *missing], self.body)


def from_message(message: Datum) -> Response:
    """Raises ValueError for what would break in the real host too, which then answers 500."""
    response = _from_text(message.value) if message.type == "string" else _from_http(message.value)
    if response.status not in range(200, 600):
        raise ValueError(f"{response.status} is no status of a response")
    if response.status in _NO_BODY and response.body:
        raise ValueError(f"a response with status {response.status} has no body")
    for name, value in response.headers:
        if not (name + value).isascii() or not (name + value).isprintable():
            raise ValueError(f"the header {name!r} is not printable ASCII")
    return response


def _from_http(value: Mapping[str, Any]) -> Response:
    headers = _first_of_each((name, datum.value) for name, datum in value["headers"].items())
    cookies = [("Set-Cookie", cookie) for cookie in rewritten(value["cookies"] or ())]
    return Response(int(value["status_code"].value), [*headers, *cookies], value["body"].value)


def _from_text(text: str) -> Response:
    """A plain str is parsed, and an object with a body becomes a response: nobody should return a str."""
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    members = {name.lower(): value for name, value in content.items()} if isinstance(content, dict) else {}
    if "body" not in members:
        return _from_content(200, {}, content)
    status = members.get("statuscode", members.get("status", 200))
    return _from_content(int(status), members.get("headers") or {}, members["body"])


def _from_content(status: int, headers: Mapping[str, Any], content: Any) -> Response:  # noqa: ANN401 - any JSON
    if content is None:
        return Response(204)
    kind, body = ("text/plain", content) if isinstance(content, str) else ("application/json", json.dumps(content))
    response = Response(status, [(name, str(value)) for name, value in headers.items()], body.encode())
    return response.with_defaults({"Content-Type": f"{kind}; charset=utf-8"})


def _first_of_each(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names that differ only in case are one header, and the first one stays."""
    first: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        first.setdefault(name.lower(), (name, value))
    return list(first.values())
