"""The checkout: Paddle's script, and the page that it lays over the vendor's.

https://developer.paddle.com/paddlejs/methods/paddle-checkout-open
"""

import html
import json
from collections.abc import Iterable
from pathlib import Path

from dev.paddle_api.entities import Entity
from dev.paddle_api.stories import Stories
from dev.paddle_api.world import World
from dev.wire import Refused, Reply, Request, Route, answer

_HERE = Path(__file__).parent
_PAYABLE = frozenset({"draft", "ready"})


class Checkout:
    """Opened with the vendor's client token; whoever has that may pay, and do nothing else."""

    def __init__(self, world: World, stories: Stories, client_token: str) -> None:
        self._world, self._stories, self._client_token = world, stories, client_token

    def routes(self) -> Iterable[Route]:
        return [
            ("GET", "/paddle/v2/paddle.js", self._script),
            ("GET", "/checkout", self._page),
            ("POST", "/checkout/{id}", self._pay),
        ]

    def _script(self, _: Request) -> Reply:
        return Reply(200, (_HERE / "paddle.js").read_bytes(), {"Content-Type": "text/javascript; charset=utf-8"})

    def _page(self, request: Request) -> Reply:
        """For a transaction that the server made; or, with items, for one that is made now."""
        if request.query.get("token") != self._client_token:
            return _page("Something went wrong: the client-side token is unknown.", 403)
        try:
            transaction = self._transaction(request)
        except (Refused, ValueError) as problem:
            return _page(f"Something went wrong: {html.escape(str(problem))}", 400)
        form = (_HERE / "checkout.html").read_text()
        total = int(transaction["details"]["totals"]["grand_total"])
        shown = {"{{transaction}}": transaction["id"], "{{total}}": f"{total // 100}.{total % 100:02} EUR"}
        for name, value in shown.items():
            form = form.replace(name, html.escape(value))
        return _page(form)

    def _transaction(self, request: Request) -> Entity:
        id_, items = request.query.get("transaction"), request.query.get("items")
        if id_:
            return self._world.transaction(id_, *_PAYABLE)
        custom_data = json.loads(request.query.get("custom_data") or "null")
        wanted = [
            {"price_id": item.get("priceId"), "quantity": item.get("quantity", 1)} for item in json.loads(items or "[]")
        ]
        return self._stories.purchases.open(wanted, custom_data, "web")

    def _pay(self, request: Request) -> Reply:
        """What the page sends, and what the script then reports as ``checkout.completed``."""
        given = request.fields()
        id_ = request.parameters["id"]
        try:
            self._stories.complete(id_, email=given["email"], name=given.get("name"), company=given.get("company"))
        except (KeyError, Refused) as problem:
            return answer({"problem": str(problem)}, 400)
        transaction = self._world.transaction(id_)
        buyer = self._world.customers[transaction["customer_id"]]
        return answer(
            {
                "id": transaction["id"],
                "transaction_id": transaction["id"],
                "status": transaction["status"],
                "customer": {"id": buyer["id"], "email": buyer["email"]},
                "custom_data": transaction["custom_data"],
                "items": [
                    {"price_id": item["price"]["id"], "quantity": item["quantity"]} for item in transaction["items"]
                ],
            }
        )


def _page(content: str, status: int = 200) -> Reply:
    return Reply(status, content.encode(), {"Content-Type": "text/html; charset=utf-8"})
