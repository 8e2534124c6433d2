"""A stand-in's control interface, as commands use it: order faults, have something happen, hear what became of it."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dev.client import Server
from dev.trouble import Trouble
from dev.wire.control import PREFIX

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 30

# What POST faults takes, and what is told of an attempt.
Fault = Mapping[str, object]
Attempt = Mapping[str, Any]


class Vendor:
    """Asks at ``base``, whose certificate the authority at ``ca`` vouches for."""

    def __init__(self, name: str, base: str, ca: str) -> None:
        self.name = name
        self._server = Server(base, ca)

    @property
    def control(self) -> str:
        """Where a browser shows what can be done there."""
        return f"{self._server.base}{PREFIX}"

    def do(self, command: str, **given: object) -> Any:  # noqa: ANN401 - whatever it answers
        """Raises Trouble for what cannot happen there, with the stand-in's own reason."""
        return self._ask("POST", command, given)

    def get(self, what: str) -> Any:  # noqa: ANN401
        return self._ask("GET", what, {})

    def clear(self, **which: object) -> None:
        self._ask("DELETE", "faults", which)

    def tell(self, command: str, given: Mapping[str, object], *faults: Fault) -> tuple[Any, range]:
        """What the command answers, and the numbers of the webhooks that tell of it, struck by these faults.

        Raises Trouble.
        """
        since = self.do("webhooks")["next"]
        with self._ordered(faults):
            answered = self.do(command, **given)
        return answered, range(since, self.do("webhooks")["next"])

    def attempts(self, webhooks: range, late: float = 0.0) -> Sequence[Attempt]:
        """What became of them, once each left, which may be so many seconds ``late``. Raises Trouble."""
        deadline = time.monotonic() + late + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            report = self.do("webhooks", since=webhooks.start)
            if not set(webhooks) & set(report["unattempted"]):
                return [each for each in report["attempts"] if each["number"] in webhooks]
            time.sleep(_POLL_SECONDS)
        raise Trouble("Not every webhook has left in time: see the server's terminal.")

    @contextmanager
    def _ordered(self, faults: Sequence[Fault]) -> Iterator[None]:
        ordered = [self.do("faults", **fault) for fault in faults]
        try:
            yield
        finally:
            for fault in ordered:
                self.clear(id=fault["id"])

    def _ask(self, method: str, what: str, given: Mapping[str, object]) -> Any:  # noqa: ANN401
        headers = {"Content-Type": "application/json"}
        answered = self._server.ask(method, PREFIX + what, json.dumps(given).encode(), headers)
        said = answered.json()
        if not answered.ok:
            raise Trouble(said["problem"])
        return said
