"""What an app declares, read from the raw bindings that the Python worker hands to the Functions host."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# https://learn.microsoft.com/azure/azure-functions/functions-reference-python: "host" is taken.
_NAME = re.compile(r"(?!host$)[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)


class AppRefused(Exception):
    """The app breaks a rule of the Functions host; the message names the function and the rule."""


@dataclass(frozen=True)
class HttpFunction:
    name: str
    parameter: str
    route: str
    methods: frozenset[str]  # empty: every method
    anonymous: bool


@dataclass(frozen=True)
class TimerFunction:
    name: str
    parameter: str
    schedule: str


Declared = HttpFunction | TimerFunction


def declared(name: str, raw_bindings: Iterable[str]) -> Declared:
    """Reads one function's bindings; refuses what this host does not imitate, rather than guess."""
    if not _NAME.fullmatch(name):
        raise AppRefused(f"{name}: a function's name starts with a letter and has letters, digits, _ and - only.")
    bindings = [json.loads(binding) for binding in raw_bindings]
    [trigger, *others] = sorted(bindings, key=lambda binding: not binding["type"].endswith("Trigger"))
    outputs = [(binding["type"], binding["name"]) for binding in others]
    if trigger["type"] == "httpTrigger" and outputs == [("http", "$return")]:
        return _http(name, trigger)
    if trigger["type"] == "timerTrigger" and not outputs:
        return _timer(name, trigger)
    kinds = ", ".join(binding["type"] for binding in bindings)
    raise AppRefused(f"{name}: this host knows HTTP and timer triggers without further bindings, not {kinds}.")


def _http(name: str, trigger: dict[str, Any]) -> HttpFunction:
    return HttpFunction(
        name=name,
        parameter=trigger["name"],
        # An empty route means the function's name, not the root.
        route=trigger.get("route", "").strip("/") or name,
        methods=frozenset(method.upper() for method in trigger.get("methods") or ()),
        anonymous=trigger.get("authLevel", "").upper() == "ANONYMOUS",
    )


def _timer(name: str, trigger: dict[str, Any]) -> TimerFunction:
    if trigger.get("runOnStartup"):
        raise AppRefused(f"{name}: run_on_startup fires on every restart and scale-out; take it away.")
    return TimerFunction(name=name, parameter=trigger["name"], schedule=trigger["schedule"])


def refuse_repeated_names(functions: Iterable[Declared]) -> None:
    """The host compares names without regard to case, which the Python library does not."""
    seen: dict[str, str] = {}
    for function in functions:
        if earlier := seen.get(function.name.upper()):
            raise AppRefused(f"{function.name}: the name must be unique within the app; there is {earlier} too.")
        seen[function.name.upper()] = function.name
