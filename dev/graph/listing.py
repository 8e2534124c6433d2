"""The collection of users: searched, filtered, sorted and cut into pages.

https://learn.microsoft.com/graph/api/user-list
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from dev.entra.people import User
from dev.graph.clauses import Clauses, read_filter, read_search
from dev.graph.problems import bad, unsupported
from dev.graph.profiles import Shape, check, selected, shape, text

_USUAL, _MOST = 100, 999
_KNOWN = frozenset({"$search", "$filter", "$select", "$top", "$orderby", "$count", "$skiptoken"})


def listed(users: Sequence[User], query: Mapping[str, str], headers: Mapping[str, str], base: str) -> Shape:
    """One page of them. Raises Problem."""
    unknown = {name for name in query if name.startswith("$")} - _KNOWN
    if unknown:
        raise bad(f"The query option {', '.join(sorted(unknown))} is not supported.")
    names = selected(query.get("$select"), basic_only=True)
    clauses = _clauses(query, eventual=headers.get("consistencylevel", "").lower() == "eventual")
    for clause in clauses:
        check(clause.properties, basic_only=True)
    found = _sorted([user for user in users if all(clause.condition(user) for clause in clauses)], query, headers)
    start, size = _start(query), _size(query)
    page = found[start : start + size]
    counted = {"@odata.count": len(found)} if query.get("$count") == "true" else {}
    more = {**query, "$skiptoken": str(start + size)}
    following = {"@odata.nextLink": f"{base}/users?{urlencode(more)}"} if start + size < len(found) else {}
    context = f"{base}/$metadata#users({','.join(names)})"
    return {"@odata.context": context, **counted, **following, "value": [shape(user, names) for user in page]}


def _clauses(query: Mapping[str, str], *, eventual: bool) -> list[Clauses]:
    found = []
    if "$search" in query:
        if not eventual:
            raise unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'"
            )
        found.append(read_search(query["$search"]))
    if "$filter" in query:
        found.append(read_filter(query["$filter"]))
    return found


def _sorted(users: list[User], query: Mapping[str, str], headers: Mapping[str, str]) -> list[User]:
    by, _, way = query.get("$orderby", "").partition(" ")
    if not by:
        return sorted(users, key=lambda user: user.name.casefold())
    advanced = headers.get("consistencylevel", "").lower() == "eventual" and query.get("$count") == "true"
    if ("$search" in query or "$filter" in query) and not advanced:
        raise unsupported("Sorting not supported for current query.")
    check([by], basic_only=True)
    return sorted(users, key=lambda user: text(user, by).casefold(), reverse=way == "desc")


def _start(query: Mapping[str, str]) -> int:
    given = query.get("$skiptoken", "0")
    if not given.isdecimal():
        raise bad("The $skiptoken is not one that was given out.")
    return int(given)


def _size(query: Mapping[str, str]) -> int:
    given = query.get("$top", str(_USUAL))
    if not given.isdecimal() or not 0 < int(given) <= _MOST:
        raise bad(f"Invalid page size specified: '{given}'. Must be between 1 and {_MOST} inclusive.")
    return int(given)
