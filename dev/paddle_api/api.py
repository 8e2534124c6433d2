"""Paddle's API, version 1, as far as a license server calls it.

https://developer.paddle.com/api-reference/overview
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dev.paddle_api import lists, replies
from dev.paddle_api.entities import Entity
from dev.paddle_api.keys import Keys
from dev.paddle_api.listing import Listing
from dev.paddle_api.replies import Problem
from dev.paddle_api.stories import Stories
from dev.paddle_api.world import World
from dev.wire import Handler, Refused, Reply, Request, Route


class Api:
    """``settings`` are the notification destinations, ``notifications`` what was delivered to them."""

    def __init__(
        self, world: World, stories: Stories, keys: Keys, settings: list[Entity], notifications: dict[str, Entity]
    ) -> None:
        self._world, self._stories, self._keys = world, stories, keys
        self._settings, self._notifications = settings, notifications

    def routes(self) -> Iterable[Route]:
        world = self._world
        table: list[tuple[str, str, Listing, Callable[[], Iterable[Entity]]]] = [
            ("/subscriptions", "subscription", lists.SUBSCRIPTIONS, self._subscriptions),
            ("/transactions", "transaction", lists.TRANSACTIONS, lambda: _all(world.transactions)),
            ("/adjustments", "adjustment", lists.ADJUSTMENTS, lambda: _all(world.adjustments)),
            ("/prices", "price", lists.PRICES, lambda: _all(world.prices)),
            ("/events", "notification", lists.EVENTS, lambda: world.events),
            ("/notifications", "notification", lists.NOTIFICATIONS, lambda: _all(self._notifications)),
            ("/api-keys", "api_key", lists.API_KEYS, self._keys.every),
        ]
        for path, entity, listing, every in table:
            yield "GET", path, self._list(f"{entity}.read", listing, every)
        yield "GET", "/", self._keys.answered(self._root, None)
        yield "GET", "/api-keys/{id}", self._keys.answered(lambda it: replies.one(self._keys.one(it)), None)
        for method, path, permission, handler in self._others():
            yield method, path, self._keys.answered(handler, permission)

    def _others(self) -> list[tuple[str, str, str, Handler]]:
        return [
            ("GET", "/subscriptions/{id}", "subscription.read", self._subscription),
            ("POST", "/subscriptions/{id}/cancel", "subscription.write", self._cancel),
            ("GET", "/transactions/{id}", "transaction.read", self._transaction),
            ("POST", "/transactions", "transaction.write", self._open),
            ("GET", "/prices/{id}", "price.read", lambda it: replies.one(_find(self._world.prices, it))),
            ("GET", "/customers/{id}", "customer.read", self._customer),
            ("GET", "/notification-settings", "notification_setting.read", self._destinations),
        ]

    def _list(self, permission: str, listing: Listing, every: Callable[[], Iterable[Entity]]) -> Handler:
        return self._keys.answered(lambda request: listing.answer(every(), request), permission)

    def _root(self, request: Request) -> Reply:
        return replies.one(self._keys.root(request))

    def _subscriptions(self) -> list[Entity]:
        return [self._shown(it) for it in _all(self._world.subscriptions)]

    def _subscription(self, request: Request) -> Reply:
        return replies.one(self._shown(_find(self._world.subscriptions, request)))

    def _shown(self, it: Entity) -> Entity:
        """Signed-in links are for keys that may make portal sessions; events never have them."""
        if "customer_portal_session.write" not in self._keys.permissions:
            return it
        portal = f"https://buyer-portal.example/subscriptions/{it['id']}"
        return {**it, "management_urls": {"update_payment_method": f"{portal}/update", "cancel": f"{portal}/cancel"}}

    def _cancel(self, request: Request) -> Reply:
        it = _find(self._world.subscriptions, request)
        when = _sent(request).get("effective_from", "next_billing_period")
        if when not in {"next_billing_period", "immediately"}:
            raise Problem(400, "invalid_field", "effective_from is unknown.")
        if it["status"] == "canceled":
            raise Problem(400, "subscription_is_canceled_action_invalid", "It is canceled already.", "subscriptions")
        if it["scheduled_change"]:
            raise Problem(400, "subscription_locked_pending_changes", "A change is scheduled.", "subscriptions")
        if (when == "next_billing_period" and it["status"] in {"active", "trialing"}) or (
            when == "next_billing_period" and it["status"] == "past_due"
        ):
            self._stories.endings.schedule(it["id"])
        else:
            self._stories.endings.cancel(it["id"])
        return replies.one(self._shown(it))

    def _transaction(self, request: Request) -> Reply:
        it = dict(_find(self._world.transactions, request))
        world = self._world
        among = {"customer": world.customers, "business": world.businesses, "address": world.addresses}
        for name in filter(None, request.query.get("include", "").split(",")):
            if name not in among:
                raise Problem(400, "bad_request", f"{name} cannot be included.")
            self._keys.require(f"{name}.read")
            it[name] = among[name].get(it[f"{name}_id"])
        return replies.one(it)

    def _open(self, request: Request) -> Reply:
        given = _sent(request)
        items, custom_data = given.get("items"), given.get("custom_data")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Problem(400, "invalid_field", "items must be a list of objects.")
        if custom_data is not None and not isinstance(custom_data, dict):
            raise Problem(400, "invalid_field", "custom_data must be an object.")
        try:
            return replies.one(self._stories.purchases.open(items, custom_data, "api"), 201)
        except Refused as refused:
            raise Problem(400, "invalid_field", str(refused)) from None

    def _customer(self, request: Request) -> Reply:
        return replies.one(_find(self._world.customers, request))

    def _destinations(self, _: Request) -> Reply:
        return replies.page(self._settings, None)


def _all(entities: Mapping[str, Entity]) -> list[Entity]:
    return list(entities.values())


def _find(among: Mapping[str, Entity], request: Request) -> Entity:
    id_ = request.parameters["id"]
    if id_ not in among:
        raise replies.missing(id_)
    return among[id_]


def _sent(request: Request) -> dict[str, Any]:
    try:
        return request.fields()
    except ValueError:
        raise Problem(400, "bad_request", "The body is no JSON.") from None
