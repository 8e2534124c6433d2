"""What faults make of an answer that was ready to leave."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dev.faults import Fault, Kind
from dev.wire.messages import Reply

UNDOCUMENTED = "undocumented"
INSTEAD: frozenset[Kind] = frozenset({"429", "500", "503", "reset", "expired"})


def failing(struck: Mapping[Kind, Fault]) -> Fault | None:
    """The fault that takes the answer's place, if there is one."""
    return next((fault for kind, fault in struck.items() if kind in INSTEAD), None)


def spoil(reply: Reply, struck: Mapping[Kind, Fault], kinds: frozenset[str]) -> Reply:
    """Values of the members named ``kinds`` become unknown; and only half of the answer leaves."""
    body = reply.body
    if "unknown" in struck and body:
        body = json.dumps(_unknown(json.loads(body), kinds)).encode()
    if "malformed" in struck:
        body = body[: len(body) // 2]
    return replace(reply, body=body)


def _unknown(data: Any, kinds: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(data, dict):
        return {
            name: UNDOCUMENTED if name in kinds and isinstance(value, str) else _unknown(value, kinds)
            for name, value in data.items()
        }
    return [_unknown(value, kinds) for value in data] if isinstance(data, list) else data
