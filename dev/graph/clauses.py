"""``$search`` and ``$filter`` as conditions on a user: two notations over one small grammar of and, or and brackets.

https://learn.microsoft.com/graph/search-query-parameter
https://learn.microsoft.com/graph/filter-query-parameter
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from dev.entra.people import User
from dev.graph.problems import Problem, bad
from dev.graph.profiles import text
from dev.graph.words import has_words

Condition = Callable[[User], bool]
_SEARCHED_BY_WORD = "displayName"

_SEARCH = re.compile(
    r"""\s*(?:(?P<bracket>[()]) | (?P<joint>AND|OR)\b | "(?P<clause>(?:[^"\\]|\\["\\])*)")""", re.VERBOSE
)
_FILTER = re.compile(
    r"""\s*(?:
        startswith\(\s*(?P<starts>\w+)\s*,\s*'(?P<beginning>(?:[^']|'')*)'\s*\)
        | (?P<joint>and|or)\b
        | (?P<equals>\w+)\s+eq\s+(?:'(?P<value>(?:[^']|'')*)'|(?P<null>null))
        | (?P<bracket>[()])
    )""",
    re.VERBOSE,
)


class Clauses(NamedTuple):
    """``properties`` are those that the condition reads."""

    condition: Condition
    properties: frozenset[str]


class _Parts(NamedTuple):
    """Brackets, joints in lower case, and conditions."""

    parts: list[str | Condition]
    properties: set[str]


def read_search(given: str) -> Clauses:
    """Raises Problem."""
    wrong = bad(f"Syntax error: the search clause '{given}' is not as it should be.")
    found = _Parts([], set())
    for matched in _matches(_SEARCH, given, wrong):
        if matched["clause"] is None:
            found.parts.append((matched["bracket"] or matched["joint"]).lower())
            continue
        name, colon, sought = re.sub(r"\\(.)", r"\1", matched["clause"]).partition(":")
        if not colon or not sought.strip():
            raise wrong
        found.properties.add(name)
        found.parts.append(_searching(name, sought))
    return Clauses(_whole(found.parts, wrong), frozenset(found.properties))


def read_filter(given: str) -> Clauses:
    """Raises Problem."""
    wrong = bad(f"Invalid filter clause: syntax error in '{given}'.")
    found = _Parts([], set())
    for matched in _matches(_FILTER, given, wrong):
        name = matched["starts"] or matched["equals"]
        if name is None:
            found.parts.append(matched["bracket"] or matched["joint"])
            continue
        found.properties.add(name)
        if matched["starts"]:
            found.parts.append(_beginning(name, _unquoted(matched["beginning"])))
        else:
            found.parts.append(_equal(name, "" if matched["null"] else _unquoted(matched["value"])))
    return Clauses(_whole(found.parts, wrong), frozenset(found.properties))


def _searching(name: str, sought: str) -> Condition:
    if name == _SEARCHED_BY_WORD:
        return lambda user: has_words(text(user, name), sought)
    return _beginning(name, sought.strip())


def _beginning(name: str, beginning: str) -> Condition:
    return lambda user: text(user, name).casefold().startswith(beginning.casefold())


def _equal(name: str, value: str) -> Condition:
    return lambda user: text(user, name).casefold() == value.casefold()


def _unquoted(value: str) -> str:
    return value.replace("''", "'")


def _matches(pattern: re.Pattern[str], given: str, wrong: Problem) -> list[re.Match[str]]:
    matches, at = [], 0
    while given[at:].strip():
        matched = pattern.match(given, at)
        if matched is None:
            raise wrong
        matches.append(matched)
        at = matched.end()
    return matches


def _whole(parts: list[str | Condition], wrong: Problem) -> Condition:
    rest = list(parts)
    condition = _any(rest, wrong)
    if rest:
        raise wrong
    return condition


def _any(rest: list[str | Condition], wrong: Problem) -> Condition:
    conditions = [_every(rest, wrong)]
    while rest and rest[0] == "or":
        rest.pop(0)
        conditions.append(_every(rest, wrong))
    return lambda user: any(condition(user) for condition in conditions)


def _every(rest: list[str | Condition], wrong: Problem) -> Condition:
    conditions = [_one(rest, wrong)]
    while rest and rest[0] == "and":
        rest.pop(0)
        conditions.append(_one(rest, wrong))
    return lambda user: all(condition(user) for condition in conditions)


def _one(rest: list[str | Condition], wrong: Problem) -> Condition:
    part = rest.pop(0) if rest else ""
    if callable(part):
        return part
    if part != "(":
        raise wrong
    condition = _any(rest, wrong)
    if not rest or rest.pop(0) != ")":
        raise wrong
    return condition
