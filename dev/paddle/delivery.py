"""How Paddle's events reach the server: signed, and not always once or in order."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from dev.client import Server
from dev.paddle.payloads import Payload
from shared.ports import Clock

Order = Literal["told", "reversed", "shuffled"]


def arrange(events: Sequence[Payload], order: Order, *, twice: bool) -> list[Payload]:
    """The deliveries of these events; one that comes twice is the same event each time."""
    deliveries = [event for event in events for _ in range(2 if twice else 1)]
    if order == "reversed":
        deliveries.reverse()
    if order == "shuffled":
        secrets.SystemRandom().shuffle(deliveries)
    return deliveries


def deliver(server: Server, secret: str, deliveries: Sequence[Payload], clock: Clock) -> Iterator[tuple[str, int]]:
    """Each event's type with the status of the answer. Raises Trouble."""
    for event in deliveries:
        body = json.dumps(event).encode()
        headers = {"Content-Type": "application/json", "Paddle-Signature": sign(body, secret, clock())}
        yield event["event_type"], server.post("/api/webhooks/paddle", body, headers).status_code


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header: https://developer.paddle.com/webhooks/signature-verification."""
    stamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), f"{stamp}:".encode() + body, hashlib.sha256)
    return f"ts={stamp};h1={mac.hexdigest()}"
