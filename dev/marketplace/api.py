"""The SaaS fulfillment API, version 2018-08-31, as a publisher's server calls it.

https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api
"""

import base64
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urlencode

from dev.marketplace.changes import Changes
from dev.marketplace.operations_api import OperationsApi
from dev.marketplace.records import Subscription
from dev.marketplace.replies import RECEIVED, error, missing
from dev.marketplace.world import World
from dev.wire import Handler, Refused, Reply, Request, Route, answer

VERSION = "2018-08-31"
_PER_PAGE = 100
_ROOT = "/api/saas/subscriptions"
_TRACED = ("x-ms-requestid", "x-ms-correlationid")


class Api:
    """``permitted`` answers whoever may not call it, and nobody else."""

    def __init__(self, world: World, changes: Changes, permitted: Callable[[Request], Reply | None]) -> None:
        self._world, self._changes, self._permitted = world, changes, permitted

    def routes(self) -> Iterable[Route]:
        one, operations = f"{_ROOT}/{{id}}", OperationsApi(self._world, self._changes)
        table: list[Route] = [
            ("POST", f"{_ROOT}/resolve", self._resolve),
            ("GET", _ROOT, self._list),
            ("GET", f"{_ROOT}/", self._list),
            ("GET", one, self._of(lambda it, _: answer(self._world.shapes.subscription(it)))),
            ("PATCH", one, self._of(self._update)),
            ("DELETE", one, self._of(self._delete)),
            ("POST", f"{one}/activate", self._of(self._activate)),
            ("GET", f"{one}/listAvailablePlans", self._of(self._plans)),
            ("GET", f"{one}/operations", self._of(operations.pending)),
            ("GET", f"{one}/operations/{{operation}}", self._of(operations.one)),
            ("PATCH", f"{one}/operations/{{operation}}", self._of(operations.acknowledge)),
        ]
        return [(method, path, self._guarded(handler)) for method, path, handler in table]

    def _guarded(self, handler: Handler) -> Handler:
        def guarded(request: Request) -> Reply:
            if request.query.get("api-version") != VERSION:
                reply = error(400, "BadRequest", "The api-version is missing or unknown.")
            else:
                reply = self._permitted(request) or handler(request)
            traced = {name: request.headers.get(name) or str(uuid.uuid4()) for name in _TRACED}
            return replace(reply, headers={**reply.headers, **traced})

        return guarded

    def _of(self, handler: Callable[[Subscription, Request], Reply]) -> Handler:
        def found(request: Request) -> Reply:
            it = self._world.subscriptions.get(request.parameters["id"])
            return handler(it, request) if it else missing(self._world, "subscription")

        return found

    def _resolve(self, request: Request) -> Reply:
        it = self._world.resolve(request.headers.get("x-ms-marketplace-token", ""))
        if it is None:
            return error(400, "BadArgument", "The marketplace token is missing, malformed or expired.")
        return answer(self._world.shapes.resolved(it))

    def _list(self, request: Request) -> Reply:
        every = list(self._world.subscriptions.values())
        start = _position(request.query.get("continuationToken", ""))
        following = start + _PER_PAGE
        page = [self._world.shapes.subscription(it) for it in every[start:following]]
        query = urlencode({"continuationToken": _token(following), "api-version": VERSION})
        shown = self._world.shapes.page(page, f"{request.base}{_ROOT}/?{query}" if following < len(every) else None)
        return Reply() if shown is None else answer(shown)

    def _activate(self, it: Subscription, request: Request) -> Reply:
        world = self._world
        if it.status == "Unsubscribed":
            return missing(self._world, "subscription")
        if it.status == "Suspended":
            return error(400, "BadRequest", "The subscription is suspended.")
        if world.shapes.wants_plan and request.fields().get("planId") != it.plan:
            return error(400, "Bad Argument", "The plan id is required, and has to be the one that was bought.")
        if world.shapes.restarts:
            world.begin(it, world.clock())
        elif it.status == "PendingFulfillmentStart" and not it.activating:
            world.activate(it)
        return RECEIVED

    def _update(self, it: Subscription, request: Request) -> Reply:
        given = request.fields()
        plan, quantity = given.get("planId"), given.get("quantity")
        if it.status != "Subscribed" or "Update" not in it.allowed:
            return error(400, "BadRequest", "The subscription cannot be updated.")
        try:
            self._changes.require_possible(it, plan, quantity)
        except Refused as refused:
            return error(400, "BadRequest", str(refused))
        return self._begin(it, request, "ChangePlan" if plan else "ChangeQuantity", plan, quantity)

    def _delete(self, it: Subscription, request: Request) -> Reply:
        if it.status not in {"Subscribed", "Suspended"} or "Delete" not in it.allowed:
            return error(400, "BadRequest", "The subscription cannot be deleted.")
        return self._begin(it, request, "Unsubscribe")

    def _begin(
        self, it: Subscription, request: Request, action: str, plan: str | None = None, quantity: int | None = None
    ) -> Reply:
        with self._world.lock:
            if self._changes.locked(it):
                return error(409, "Conflict", "The subscription is locked by a pending operation.")
            operation = self._changes.ask(it, action, plan, quantity)
        location = f"{request.base}{_ROOT}/{it.id}/operations/{operation.id}?api-version={VERSION}"
        return Reply(202, b"", {"Operation-Location": location})

    def _plans(self, it: Subscription, request: Request) -> Reply:
        wanted = request.query.get("planId")
        plans = [plan for plan in self._world.offers[it.offer] if wanted in {None, plan}]
        per_seat = it.offer not in self._world.flat
        return answer(
            self._world.shapes.plans(
                [{"planId": plan, "displayName": plan.title(), "isPricePerSeat": per_seat} for plan in plans]
            )
        )


def _token(position: int) -> str:
    # Characters that have to be encoded, as the real ones have.
    return base64.b64encode(b"\xfb\xef\xbe" + f'[{{"token":"+RID:~{position}"}}]'.encode()).decode()


def _position(token: str) -> int:
    return int(base64.b64decode(token).partition(b"~")[2].partition(b'"')[0]) if token else 0
