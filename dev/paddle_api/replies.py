"""Answers in Paddle's shape.

https://developer.paddle.com/api-reference/about/errors and https://developer.paddle.com/api-reference/about/pagination
"""

import uuid
from collections.abc import Sequence

from dev.paddle_api.entities import Entity
from dev.wire import Reply, answer

_DOCUMENTATION = "https://developer.paddle.com/errors"


class Problem(Exception):
    """An error code of Paddle's; ``area`` is where its page stands."""

    def __init__(self, status: int, code: str, detail: str, area: str = "shared") -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.area = status, code, detail, area

    def reply(self, headers: dict[str, str] | None = None) -> Reply:
        error = {
            "type": "api_error" if self.status >= 429 else "request_error",  # noqa: PLR2004 - ours to wait for, or not
            "code": self.code,
            "detail": self.detail,
            "documentation_url": f"{_DOCUMENTATION}/{self.area}/{self.code}",
        }
        return answer({"error": error, "meta": _meta()}, self.status, headers)


def one(data: Entity, status: int = 200) -> Reply:
    return answer({"data": data, "meta": _meta()}, status)


def page(data: Sequence[Entity], pagination: Entity | None) -> Reply:
    meta = _meta()
    if pagination:
        meta["pagination"] = pagination
    return answer({"data": list(data), "meta": meta})


def missing(id: str) -> Problem:  # noqa: A002
    return Problem(404, "not_found", f"There is no {id}.")


def _meta() -> Entity:
    return {"request_id": str(uuid.uuid4())}
