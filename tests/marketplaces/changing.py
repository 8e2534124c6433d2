"""Payloads changed at one place, named by a path such as `data.items.0.price.id`."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.paddle import Payload

MISSING = object()


def changed(payload: Payload, path: str, value: object) -> Payload:
    """A copy with another value at a path, or with nothing there."""
    copied = copy.deepcopy(payload)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copied
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return copied


def objects(content: object) -> Iterator[dict[str, Any]]:
    """Every object in a document, itself among them."""
    if isinstance(content, dict):
        yield content
    children = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for child in children:
        yield from objects(child)
