"""Questions to Microsoft Graph, up to twenty in one call, each with a status of its own.

https://learn.microsoft.com/graph/json-batching
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from shared.domain.errors import ConsentNeeded, SignedOut
from shared.web import Call, Unreachable, Web, seconds_of

MOST_AT_ONCE = 20


class Answered(BaseModel):
    """What is read of anything that Graph answers: the fields that are named, and no others."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Part(Answered):
    id: str
    status: int
    headers: Annotated[dict[str, Any], BeforeValidator(lambda told: told or {})] = {}
    body: Any = None


class _Parts(Answered):
    responses: list[_Part]


M = TypeVar("M", bound=Answered)

_WAIT = "retry-after"


class Part:
    """One answer of several."""

    def __init__(self, part: _Part) -> None:
        self._part = part

    @property
    def is_bad_request(self) -> bool:
        """Whether Graph cannot answer such a question."""
        return self._part.status == 400  # noqa: PLR2004

    def read(self, model: type[M]) -> M | None:
        """What it tells; None for what is not there.

        Raises SignedOut, ConsentNeeded and Unavailable for what is nobody's fault who is asked about.
        """
        waits = [str(told) for name, told in self._part.headers.items() if name.lower() == _WAIT]
        _refuse(self._part.status, "".join(waits[:1]))
        return read_as(model, self._part.body) if self._part.status == 200 else None  # noqa: PLR2004


def ask(web: Web, graph: str, token: str, questions: Sequence[str]) -> list[Part]:
    """The answers, in the order of the questions, which are paths with their query. Raises as `Part.read` does."""
    asked = [{"id": str(number), **_get(question)} for number, question in enumerate(questions)]
    call = Call(
        "POST",
        f"{graph}/$batch",
        {"Authorization": f"Bearer {token}"},
        body={"requests": asked},
        # Somebody waits, and may ask again themselves.
        repeatable=False,
        denied_because="",
    )
    answer = web.call(call)
    _refuse(answer.status, "")
    parts = {part.id: part for part in read_as(_Parts, answer.json()).responses}
    try:
        return [Part(parts[question["id"]]) for question in asked]
    except KeyError:
        raise Unreachable from None


def read_as(model: type[M], body: object) -> M:
    """Raises Unreachable for what Graph would not answer."""
    try:
        return model.model_validate(body)
    except ValidationError:
        raise Unreachable from None


def _get(question: str) -> Mapping[str, Any]:
    # https://learn.microsoft.com/graph/aad-advanced-queries
    wants_header = "$search=" in question
    return {
        "method": "GET",
        "url": question,
        **({"headers": {"ConsistencyLevel": "eventual"}} if wants_header else {}),
    }


def _refuse(status: int, retry_after: str) -> None:
    if status == 401:  # noqa: PLR2004
        raise SignedOut
    if status == 403:  # noqa: PLR2004
        raise ConsentNeeded
    if status == 429 or status >= 500:  # noqa: PLR2004
        raise Unreachable(seconds_of(retry_after))
