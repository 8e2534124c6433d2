"""What may go wrong between a vendor and us, on order: one list, shared by commands, pages and tests."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Kind = Literal[
    "duplicate",  # a webhook comes twice
    "reorder",  # a webhook comes after those that were to follow it
    "shuffle",  # webhooks that are sent together come in any order
    "drop",  # a webhook never comes, though the vendor thinks it did
    "delay",  # a webhook comes ``seconds`` late, by the vendor's clock
    "forged",  # a webhook is signed by somebody else
    "malformed",  # half of a webhook or of an answer
    "unknown",  # a webhook's action, or a status in an answer, that nobody documented
    "expired",  # a webhook signed long ago; or credentials that are no longer accepted
    "slow",  # an answer takes ``seconds``
    "429",  # come back in ``seconds``
    "500",
    "503",  # come back in ``seconds``, nobody is here
    "reset",  # the connection is torn down instead of an answer
]
Where = Literal["webhooks", "answers"]

_PLACES: dict[Where, frozenset[str]] = {
    "webhooks": frozenset(
        {"duplicate", "reorder", "shuffle", "drop", "delay", "forged", "malformed", "unknown", "expired"}
    ),
    "answers": frozenset({"slow", "429", "500", "503", "reset", "malformed", "unknown", "expired"}),
}
_numbers: Iterator[int] = itertools.count(1)


class Fault(BaseModel):
    """Holds for whatever contains ``match``: for answers "GET /path", for webhooks the event or action.

    It happens so many ``times``, or until it is cleared. ``after``: what was asked is done first, and only then does
    the answer fail.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    where: Where = "webhooks"
    match: str = ""
    times: int | None = None
    seconds: float = 0.0
    after: bool = False
    id: int = 0

    @model_validator(mode="before")
    @classmethod
    def _where_it_can_be(cls, given: Any) -> Any:  # noqa: ANN401 - whatever was sent
        if isinstance(given, dict) and "where" not in given and given.get("kind") not in _PLACES["webhooks"]:
            return {**given, "where": "answers"}
        return given

    @model_validator(mode="after")
    def _only_there(self) -> Self:
        if self.kind not in _PLACES[self.where]:
            raise ValueError(f"{self.kind} does not happen to {self.where}")
        return self


class Faults:
    """The faults that are ordered at one stand-in."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: Kind, **how: Any) -> Fault:  # noqa: ANN401 - the fields of a Fault
        """Raises ValueError for what cannot be ordered."""
        return self.order(Fault.model_validate({"kind": kind, **how}))

    def order(self, fault: Fault) -> Fault:
        fault.id = next(_numbers)
        with self._lock:
            self._ordered.append(fault)
        return fault

    def clear(self, id: int | None = None) -> None:  # noqa: A002 - what the field is called
        """That one, or all of them."""
        with self._lock:
            self._ordered = [fault for fault in self._ordered if id not in {None, fault.id}]

    @property
    def ordered(self) -> list[Fault]:
        """Those that are still to happen."""
        with self._lock:
            return list(self._ordered)

    def strike(self, where: Where, what: str) -> dict[Kind, Fault]:
        """What happens to this one: the first fault of each kind that matches. It counts as having happened."""
        struck: dict[Kind, Fault] = {}
        with self._lock:
            for fault in self._ordered:
                if fault.where == where and fault.match in what and fault.kind not in struck:
                    struck[fault.kind] = fault
                    if fault.times is not None:
                        fault.times -= 1
            self._ordered = [fault for fault in self._ordered if fault.times is None or fault.times > 0]
        return struck
