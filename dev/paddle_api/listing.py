"""Lists by page: filtered, in order, and after whatever the page before ended with."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dev.paddle_api import replies
from dev.paddle_api.entities import Entity
from dev.paddle_api.replies import Problem
from dev.wire import Reply, Request

_OF_EVERY_LIST = frozenset({"after", "per_page", "order_by", "include"})
_COMPARED: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "": lambda moment, given: moment == given,
    "LT": lambda moment, given: moment < given,
    "LTE": lambda moment, given: moment <= given,
    "GT": lambda moment, given: moment > given,
    "GTE": lambda moment, given: moment >= given,
}

# The values of an entity that a filter compares with those that were asked for.
Values = Callable[[Entity], Iterable[object]]


@dataclass(frozen=True)
class Listing:
    """What one list can be asked for. ``filters`` take comma-separated values, ``times`` also operators."""

    filters: Mapping[str, Values]
    most: int = 200
    usual: int = 50
    id: str = "id"
    times: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()
    between: str | None = None

    def answer(self, every: Iterable[Entity], request: Request) -> Reply:
        """Raises Problem for a question that it does not understand."""
        query = request.query
        fits = [self._fits(name, asked) for name, asked in query.items()]
        found = [entity for entity in every if all(fit(entity) for fit in fits)]
        member, descending = self._order(query.get("order_by", "id[DESC]"))
        found.sort(key=lambda entity: (str(entity[member] or ""), entity[self.id]), reverse=descending)
        total = len(found)
        if query.get("after"):
            found = _after(found, self.id, query["after"], descending=descending, by_id=member == self.id)
        size = min(self._size(query.get("per_page")), self.most)
        shown = found[:size]
        last = shown[-1][self.id] if shown else query.get("after", "")
        following = f"{request.base}{request.path}?{urlencode({**query, 'after': last})}"
        more = len(found) > size
        return replies.page(shown, {"per_page": size, "next": following, "has_more": more, "estimated_total": total})

    def _fits(self, name: str, asked: str) -> Callable[[Entity], bool]:
        """What has to be true of an entity, so that a parameter is met. Raises Problem."""
        time = re.fullmatch(r"(\w+?)(?:\[(LTE?|GTE?)\])?", name)
        if name in self.filters:
            wanted, values = set(asked.split(",")), self.filters[name]
            return lambda entity: bool({str(value) for value in values(entity) if value is not None} & wanted)
        if self.between and name in {"from", "to"}:
            return _compares(self.between, _COMPARED["GTE" if name == "from" else "LTE"], _moment(asked))
        if time and time[1] in self.times:
            return _compares(time[1], _COMPARED[time[2] or ""], _moment(asked))
        if name not in _OF_EVERY_LIST:
            raise Problem(400, "bad_request", f"{name} is no parameter of this list.")
        return lambda _: True

    def _order(self, asked: str) -> tuple[str, bool]:
        matched = re.fullmatch(r"(\w+)\[(ASC|DESC)\]", asked)
        if not matched or matched[1] not in self.orders | {"id"}:
            raise Problem(400, "bad_request", f"{asked} is no order of this list.")
        return self.id if matched[1] == "id" else matched[1], matched[2] == "DESC"

    def _size(self, asked: str | None) -> int:
        if asked is None:
            return self.usual
        if not asked.isdigit() or asked == "0":
            raise Problem(400, "bad_request", "per_page has to be a number.")
        return int(asked)


def by(*path: str) -> Values:
    """The member at the end of a path."""

    def values(entity: Entity) -> Iterable[object]:
        found: Any = entity
        for member in path:
            found = found[member] if found is not None else None
        return [found]

    return values


def _compares(member: str, compared: Callable[[datetime, datetime], bool], given: datetime) -> Callable[[Entity], bool]:
    return lambda entity: entity[member] is not None and compared(datetime.fromisoformat(entity[member]), given)


def _after(found: list[Entity], id: str, cursor: str, *, descending: bool, by_id: bool) -> list[Entity]:  # noqa: A002
    """By id, also what the cursor named may be gone."""
    if by_id:
        return [entity for entity in found if (entity[id] < cursor if descending else entity[id] > cursor)]
    places = [place for place, entity in enumerate(found) if entity[id] == cursor]
    return found[places[0] + 1 :] if places else []


def _moment(asked: str) -> datetime:
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        raise Problem(400, "bad_request", f"{asked} is no RFC 3339 moment.") from None
    if moment.tzinfo is None:
        raise Problem(400, "bad_request", f"{asked} is of no time zone.")
    return moment
