"""Which function answers a path, by the rules of the Functions host.

Functions are tried in the alphabetical order of their names; a literal has no precedence over a parameter:
https://github.com/Azure/azure-functions-host/issues/3153.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from dev.host.index import AppRefused, HttpFunction

_PARAMETER = re.compile(r"\{(?P<rest>\*?)(?P<name>\w+)(?::(?P<constraint>\w+))?(?P<optional>\??)\}")
_LITERAL = re.compile(r"[^{}?*]+")
_INTEGER = re.compile(r"\s*[+-]?0*[0-9]{1,10}\s*")
_INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Part:
    """One segment of a template: a literal, or a parameter when it has a name."""

    literal: str = ""
    name: str = ""
    optional: bool = False
    rest: bool = False
    integer: bool = False

    def accepts(self, segment: str) -> bool:
        if self.integer:
            return bool(_INTEGER.fullmatch(segment)) and int(segment) in _INT32
        return bool(self.name) or segment.lower() == self.literal


@dataclass(frozen=True)
class Route:
    function: HttpFunction
    parts: Sequence[Part]

    def match(self, path: str) -> dict[str, str] | None:
        """The route parameters if the path fits, else None; a trailing slash does not count."""
        values: dict[str, str] = {}
        left = path.removeprefix("/")
        for part in self.parts:
            if part.rest:
                return values | ({part.name: left} if left else {})
            segment, slash, left = left.partition("/")
            if not segment and not slash and part.optional:
                continue
            if not segment or not part.accepts(segment):
                return None
            if part.name:
                values[part.name] = segment
        return None if left else values

    def takes(self, method: str) -> bool:
        """HEAD is not derived from GET: https://github.com/Azure/azure-functions-host/issues/11625."""
        return not self.function.methods or method.upper() in self.function.methods


class Router:
    def __init__(self, functions: Iterable[HttpFunction], prefix: str) -> None:
        # The host sorts with .NET's OrdinalIgnoreCase, which compares upper-cased text.
        ordered = sorted(functions, key=lambda function: function.name.upper())
        _refuse_conflicts(ordered)
        self.routes = [Route(function, _parts(function, prefix)) for function in ordered]

    def find(self, method: str, path: str) -> tuple[HttpFunction, dict[str, str]] | None:
        """A wrong method is no match, so 404 and never 405: azure-functions-host issue 10098."""
        for route in self.routes:
            if route.takes(method) and (values := route.match(path)) is not None:
                return route.function, values
        return None


def _refuse_conflicts(functions: Sequence[HttpFunction]) -> None:
    for function in functions:
        if function.route.lower().startswith(("admin", "runtime")):
            raise AppRefused(
                f"{function.name}: the route {function.route!r} conflicts with one or more built in routes:"
                " it starts with admin or runtime."
            )
    for one, other in combinations(functions, 2):
        overlap = not one.methods or not other.methods or one.methods & other.methods
        if one.route.lower() == other.route.lower() and overlap:
            raise AppRefused(f"{other.name}: the route conflicts with the route defined by {one.name}.")


def _parts(function: HttpFunction, prefix: str) -> list[Part]:
    template = f"{prefix}/{function.route}" if prefix else function.route
    parts = [_part(function, segment) for segment in template.split("/")]
    names = [part.name.lower() for part in parts if part.name]
    if len(names) != len(set(names)):
        raise AppRefused(f"{function.name}: a parameter appears twice in the route {function.route!r}.")
    if any(part.optional or part.rest for part in parts[:-1]):
        raise AppRefused(f"{function.name}: an optional or catch-all parameter must come last.")
    return parts


def _part(function: HttpFunction, segment: str) -> Part:
    if _LITERAL.fullmatch(segment):
        return Part(literal=segment.lower())
    parameter = _PARAMETER.fullmatch(segment)
    if not parameter or parameter["constraint"] not in (None, "int"):
        raise AppRefused(f"{function.name}: this host does not know the route segment {segment!r}.")
    return Part(
        name=parameter["name"],
        optional=bool(parameter["optional"]),
        rest=bool(parameter["rest"]),
        integer=parameter["constraint"] == "int",
    )
