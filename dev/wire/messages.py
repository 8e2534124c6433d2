"""Requests and replies as values, and the table that leads from one to the other."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """What was asked; header names are in lower case, ``base`` is where we were reached."""

    method: str
    path: str
    base: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """Nothing at all counts as an empty object. Raises ValueError."""
        return json.loads(self.body or b"{}")

    def fields(self) -> dict[str, Any]:
        """The members of the object that was sent, none if it was something else. Raises ValueError."""
        sent = self.json()
        return sent if isinstance(sent, dict) else {}

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None


@dataclass(frozen=True)
class Reply:
    """``reset``: no answer at all, the connection is torn down."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False


Handler = Callable[[Request], Reply]
Route = tuple[str, str, Handler]


def answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(data).encode(), {"Content-Type": "application/json", **(headers or {})})


def find(routes: Sequence[Route], method: str, path: str) -> tuple[Handler, Mapping[str, str]] | None:
    """The handler of a path like ``/subscriptions/{id}``, with what the braces stand for."""
    for its_method, template, handler in routes:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        matched = re.fullmatch(pattern, path)
        if matched and its_method == method:
            return handler, matched.groupdict()
    return None
