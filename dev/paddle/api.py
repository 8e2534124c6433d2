"""Paddle's API over the stand-in's own books, as far as the server reads it back while somebody develops.

The stand-in that also misbehaves, for tests, is `dev/paddle_api/`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.paddle import payloads
from dev.paddle.books import Books
from dev.paddle.payloads import Payload
from dev.paddle.subscription import Adjustment, Subscription
from dev.trouble import Trouble
from dev.wire.messages import Handler, Reply, Request, answer, find
from dev.wire.server import Server

_NOT_FOUND = {"error": {"type": "request_error", "code": "not_found", "detail": "Entity not found"}}


@contextmanager
def serving(books: Path, port: int) -> Iterator[None]:
    """Answers from the books as they are at each request. Raises Trouble if the port is in use."""
    try:
        server = Server(handler(books), port)
    except OSError:
        where = "in local.settings.json (PADDLE_API_URL)"
        raise Trouble(f"Port {port} is in use: stop what listens there, or choose another {where}.") from None
    server.start()
    try:
        yield
    finally:
        server.stop()


def handler(path: Path) -> Handler:
    """The routes that are read; everything else is not there."""
    routes = [
        ("GET", "/subscriptions", lambda _: _page(_subscriptions(path))),
        ("GET", "/subscriptions/{id}", lambda request: _one(_subscriptions(path), request)),
        ("GET", "/transactions", lambda request: _page(_of(request, _transactions(path)))),
        ("GET", "/transactions/{id}", lambda request: _one(_transactions(path), request)),
        ("GET", "/adjustments", lambda request: _page(_of(request, _adjustments(path)))),
        ("GET", "/events", lambda _: _page([])),
    ]

    def handle(request: Request) -> Reply:
        found = find(routes, request.method, request.path)
        if found is None:
            return answer(_NOT_FOUND, 404)
        route, parameters = found
        return route(Request(request.method, request.path, request.base, request.query, parameters=parameters))

    return handle


def _known(path: Path) -> list[Subscription]:
    return [*Books.load(path).subscriptions.values()]


def _subscriptions(path: Path) -> list[Payload]:
    return [payloads.subscription(it) for it in _known(path)]


def _transactions(path: Path) -> list[Payload]:
    return [
        {**payloads.transaction(it, payment, "subscription_recurring"), **_buyer(it)}
        for it in _known(path)
        for payment in it.payments
    ]


def _adjustments(path: Path) -> list[Payload]:
    return [
        payloads.adjustment(it, Adjustment(payment.id.replace("txn", "adj"), payment, "refund", "approved"))
        for it in _known(path)
        for payment in it.payments
        if payment.refunded
    ]


def _buyer(it: Subscription) -> Payload:
    customer = {"id": it.customer, "name": "Alice Admin", "email": "billing@contoso.example"}
    return {"customer": customer, "business": None}


def _of(request: Request, found: list[Payload]) -> list[Payload]:
    wanted = request.query.get("subscription_id")
    return [entity for entity in found if wanted in {None, entity["subscription_id"]}]


def _one(found: list[Payload], request: Request) -> Reply:
    entity = next((entity for entity in found if entity["id"] == request.parameters["id"]), None)
    return answer({"data": entity}) if entity else answer(_NOT_FOUND, 404)


def _page(found: Iterable[Payload]) -> Reply:
    return answer({"data": [*found], "meta": {"pagination": {"has_more": False}}})
