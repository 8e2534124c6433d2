"""Paddle's adapter alone, without storage: what it makes of signed bytes, and purchases folded from them."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.domain.purchases import Event, Purchase, apply
from shared.domain.records import Subscription
from shared.marketplaces.paddle import Paddle
from shared.marketplaces.paddle.api import PaddleApi
from shared.marketplaces.paddle.events import Catalogue
from shared.marketplaces.paddle.overlay import overlay_of
from shared.ports import Hint
from shared.web import Web
from tests.paddle import Payload, sign
from tests.world import LARGE_PRICE, NOON, PRICE, SECRET

PRICES = {PRICE: "team", LARGE_PRICE: "business", "pri_team_yearly": "team"}
PLANS = ("team", "business")
# Receiving calls nobody.
NOBODY = PaddleApi(Web(frozenset()), "https://paddle.invalid", "")
OVERLAY = overlay_of("https://cdn.paddle.com/paddle/v2/paddle.js", "test_token")
SANDBOX = Paddle((SECRET,), Catalogue(PRICES, PLANS, live=False), NOBODY, OVERLAY)
LIVE = Paddle((SECRET,), Catalogue(PRICES, PLANS, live=True), NOBODY, OVERLAY)

UNKNOWN = Purchase(Subscription(salt="salt", first_seen=NOON))


def receive_body(body: bytes, paddle: Paddle = SANDBOX) -> Event | None:
    event = paddle.receive({"paddle-signature": sign(body, NOON)}, body, NOON)
    assert not isinstance(event, Hint)
    return event


def receive(payload: object, paddle: Paddle = SANDBOX) -> Event | None:
    return receive_body(json.dumps(payload).encode(), paddle)


def received(payload: object, paddle: Paddle = SANDBOX) -> Event:
    event = receive(payload, paddle)
    assert event is not None
    return event


def told(payload: object) -> Any:  # noqa: ANN401 - the test knows which of the three it sent
    return received(payload).told


def fold(payloads: Iterable[Payload], start: Purchase = UNKNOWN, now: datetime = NOON) -> Purchase:
    """The purchase after these deliveries, in this order; what is nothing to store is passed over."""
    return fold_events([event for event in map(receive, payloads) if event], start, now)


def fold_events(events: Iterable[Event], start: Purchase = UNKNOWN, now: datetime = NOON) -> Purchase:
    for event in events:
        start = apply(start, event, now)
    return start
