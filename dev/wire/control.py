"""The one interface by which commands, pages and tests order faults, move the clock and play the vendor."""

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from dev.faults import Fault, Faults
from dev.wire.clock import Clock
from dev.wire.messages import Reply, Request, answer

PREFIX = "/_control/"


class Refused(Exception):
    """What was commanded cannot happen to things as they are; the message says why."""


class Control:
    """GET, POST and DELETE ``faults`` (that one by its ``id``), POST ``clock`` (``set``, or ``advance`` by seconds) and
    any command by name; GET of nothing lists the commands.
    """

    def __init__(self, faults: Faults, clock: Clock, commands: Mapping[str, Callable[..., object]]) -> None:
        self._faults, self._clock, self._commands = faults, clock, commands

    def answer(self, request: Request) -> Reply:
        name = request.path.removeprefix(PREFIX)
        # A page of somebody else's can post forms, but no JSON without asking first.
        if request.method == "POST" and "application/json" not in request.headers.get("content-type", ""):
            return answer({"problem": "The control interface takes application/json."}, 415)
        try:
            return answer(self._do(request.method, name, request.fields()))
        except Refused as refused:
            return answer({"problem": str(refused)}, 409)
        except LookupError:
            return answer({"problem": f"There is no {request.method} {name} here."}, 404)
        except (TypeError, ValueError) as error:
            return answer({"problem": str(error)}, 400)

    def _do(self, method: str, name: str, given: dict[str, Any]) -> object:
        match method, name:
            case "GET", "":
                return {name: str(inspect.signature(command)) for name, command in sorted(self._commands.items())}
            case "GET", "faults":
                return [fault.model_dump() for fault in self._faults.ordered]
            case "POST", "faults":
                return self._faults.order(_fault(given)).model_dump()
            case "POST", "clock":
                return self._set_clock(**given)
            case ("DELETE", "faults") | ("POST", _):
                return self._run("clear" if method == "DELETE" else name, given)
        raise LookupError

    def _run(self, name: str, given: dict[str, Any]) -> object:
        command = self._commands[name]
        inspect.signature(command).bind(**given)
        return command(**given)

    def _set_clock(self, set: str | None = None, advance: float = 0) -> object:  # noqa: A002 - as JSON spells it
        if set is not None:
            self._clock.set(datetime.fromisoformat(set))
        self._clock.advance(seconds=advance)
        self._run("tick", {})
        return {"now": self._clock().isoformat()}


def _fault(given: dict[str, Any]) -> Fault:
    try:
        return Fault.model_validate(given)
    except ValidationError as error:
        raise ValueError("; ".join(problem["msg"] for problem in error.errors())) from None
