"""Whoever a vendor's webhooks are sent to: it notes each, and answers as it is told."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any, Self

from dev.wire import Reply, Request
from dev.wire.server import Server


class Receiver:
    """``answers`` are given first, then 200 for ever; ``meanwhile`` is called with each webhook before its answer."""

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.answers: list[int] = []
        self.meanwhile: Callable[[Any], None] = lambda _: None
        self._server = Server(self._take)

    @property
    def url(self) -> str:
        return f"{self._server.base}/webhook"

    @property
    def told(self) -> list[Any]:
        return [json.loads(request.body) for request in self.received]

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def _take(self, request: Request) -> Reply:
        self.received.append(request)
        self.meanwhile(json.loads(request.body) if request.body.endswith(b"}") else None)
        return Reply(self.answers.pop(0) if self.answers else 200)


def genuine(request: Request, secret: str) -> bool:
    """Whether Paddle's signature is by this secret."""
    parts = dict(part.split("=") for part in request.headers["paddle-signature"].split(";"))
    signed = hmac.new(secret.encode(), parts["ts"].encode() + b":" + request.body, hashlib.sha256)
    return signed.hexdigest() == parts["h1"]
