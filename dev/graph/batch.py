"""Several requests in one, each with a status of its own.

https://learn.microsoft.com/graph/json-batching
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dev.graph.problems import bad
from dev.wire import Reply, Request

MOST = 20


def unpacked(request: Request, version: str, answered: Callable[[Request], Reply]) -> dict[str, object]:
    """The answers to all of them. Raises Problem for what is no batch."""
    try:
        parts = request.fields().get("requests")
    except ValueError:
        raise bad("Unable to read JSON request payload.") from None
    if not isinstance(parts, list) or not parts or not all(_is_whole(part) for part in parts):
        raise bad("Invalid batch payload format.")
    if len(parts) > MOST:
        raise bad(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    if len({part["id"] for part in parts}) < len(parts):
        raise bad("Request Id is not unique.")
    return {"responses": [_answer(part, answered(_request(request, part, version))) for part in parts]}


def _is_whole(part: object) -> bool:
    if not isinstance(part, dict) or not all(isinstance(part.get(name), str) for name in ("id", "method", "url")):
        return False
    headers = part.get("headers", {})
    return isinstance(headers, dict) and all(isinstance(value, str) for value in headers.values())


def _request(whole: Request, part: dict[str, Any], version: str) -> Request:
    """As if it had come alone, by the same caller."""
    target = urlsplit(part["url"])
    inherited = {name: value for name, value in whole.headers.items() if name == "authorization"}
    return replace(
        whole,
        method=part["method"].upper(),
        path=f"{version}/{unquote(target.path).lstrip('/')}",
        query=dict(parse_qsl(target.query, keep_blank_values=True)),
        headers={**inherited, **{name.lower(): value for name, value in part.get("headers", {}).items()}},
        body=json.dumps(part.get("body", {})).encode(),
    )


def _answer(part: dict[str, Any], reply: Reply) -> dict[str, object]:
    body = json.loads(reply.body) if reply.body else None
    headers = {name: value for name, value in reply.headers.items() if name != "request-id"}
    return {"id": part["id"], "status": reply.status, "headers": headers, "body": body}
