"""Everything that this Paddle knows, and the events in which it tells of it."""

import contextlib
import copy
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from dev.paddle_api.entities import Entity
from dev.paddle_api.ids import Stamps, text
from dev.wire import Clock, Refused
from dev.wire.calendar import months_later
from dev.wire.later import Later

RETENTION = timedelta(days=90)
_KEPT = ("customers", "addresses", "businesses", "transactions", "subscriptions", "adjustments")
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


class World:
    """``send`` delivers what was told, in order, once it is all true."""

    def __init__(self, clock: Clock, send: Callable[[Sequence[Entity]], None]) -> None:
        self.clock = clock
        self.stamps = Stamps(clock)
        self.later = Later(clock)
        self.prices: dict[str, Entity] = {}
        self.customers: dict[str, Entity] = {}
        self.addresses: dict[str, Entity] = {}
        self.businesses: dict[str, Entity] = {}
        self.transactions: dict[str, Entity] = {}
        self.subscriptions: dict[str, Entity] = {}
        self.adjustments: dict[str, Entity] = {}
        self._events: list[Entity] = []
        self._untold: list[Entity] = []
        self._depth = 0
        self._send = send
        self.lock = threading.RLock()

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """What is told meanwhile is delivered at the end, when nobody has to wait for it."""
        told: list[Entity] = []
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    told, self._untold = self._untold, []
        self._send(told)

    def tell(self, kind: str, entity: Entity) -> None:
        event = {
            "event_id": self.stamps.id("evt"),
            "event_type": kind,
            "occurred_at": self.now(),
            "data": copy.deepcopy(entity),
        }
        self._events.append(event)
        self._untold.append(event)

    def change(self, entity: Entity, **members: object) -> None:
        entity.update(members)
        entity["updated_at"] = self.now()

    def now(self) -> str:
        """A moment that was not yet."""
        return text(self.stamps.moment())

    @property
    def events(self) -> list[Entity]:
        """Those that are still kept."""
        since = self.clock() - RETENTION
        return [event for event in list(self._events) if datetime.fromisoformat(event["occurred_at"]) >= since]

    def kept(self) -> Entity:
        """Everything but the prices, which are given."""
        return {**{name: getattr(self, name) for name in _KEPT}, "events": self._events}

    def restore(self, kept: Entity) -> None:
        for name in _KEPT:
            getattr(self, name).update(kept[name])
        self._events += kept["events"]
        if self._events:
            self.stamps.go_on(datetime.fromisoformat(self._events[-1]["occurred_at"]))

    def subscription(self, id: str, *statuses: str) -> Entity:  # noqa: A002
        """Raises Refused unless it is there, in one of these states."""
        return _found(self.subscriptions, id, statuses)

    def transaction(self, id: str, *statuses: str) -> Entity:  # noqa: A002
        return _found(self.transactions, id, statuses)

    def latest(self, subscription: Entity, *statuses: str) -> Entity:
        """Its last transaction in one of these states. Raises Refused."""
        for transaction in reversed(list(self.transactions.values())):
            if transaction["subscription_id"] == subscription["id"] and transaction["status"] in statuses:
                return transaction
        raise Refused("The subscription has no such transaction.")

    def priced(self, wanted: Sequence[Mapping[str, object]]) -> list[Entity]:
        """Items by price id and quantity, with the prices. Raises Refused."""
        items = []
        for item in wanted:
            price = self.prices.get(str(item.get("price_id")))
            quantity = item.get("quantity", 1)
            if price is None:
                raise Refused(f"There is no price {item.get('price_id')}.")
            most = price["quantity"]["maximum"]
            if not isinstance(quantity, int) or not 1 <= quantity <= most:
                raise Refused(f"The quantity has to be 1 to {most}.")
            items.append({"price": price, "quantity": quantity})
        if not items:
            raise Refused("There are no items.")
        return items


def after(moment: datetime, cycle: Mapping[str, object]) -> datetime:
    """One billing cycle later."""
    interval, frequency = str(cycle["interval"]), int(str(cycle["frequency"]))
    if interval in _DAYS:
        return moment + timedelta(days=_DAYS[interval] * frequency)
    return months_later(moment, _MONTHS[interval] * frequency)


def period(starts_at: datetime, ends_at: datetime) -> Entity:
    return {"starts_at": text(starts_at), "ends_at": text(ends_at)}


def _found(among: Mapping[str, Entity], id: str, statuses: Sequence[str]) -> Entity:  # noqa: A002
    it = among.get(id)
    if it is None:
        raise Refused(f"There is no {id}.")
    if statuses and it["status"] not in statuses:
        wanted = " or ".join(statuses).replace("_", " ")
        raise Refused(f"{id} is {it['status'].replace('_', ' ')}; it would have to be {wanted}.")
    return it
