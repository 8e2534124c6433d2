"""The toy's own side: its subscriptions, and its API on loopback."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from dev.wire import Reply, Request, Route, StandIn, answer

Json = dict[str, Any]
KEY = "toy-key"
_NONE = answer({}, 404)


@dataclass
class Books:
    """Every subscription by its id, every message with its time, and whom each is billed to."""

    subscriptions: dict[str, Json] = field(default_factory=dict)
    messages: list[tuple[datetime, Json]] = field(default_factory=list)
    payers: dict[str, Json] = field(default_factory=dict)
    key_until: str = "2030-01-01T00:00:00Z"
    numbers: Iterable[int] = field(default_factory=itertools.count)


class ToyMarket(StandIn):
    """``with ToyMarket(clock) as toy``: from then on it answers."""

    webhook = "https://licensing.vendor.example/api/webhooks/toy"

    def __enter__(self) -> Self:
        self.books = Books()
        return super().__enter__()

    def routes(self) -> Iterable[Route]:
        return [
            ("GET", "/subscriptions", lambda _: answer([*self.books.subscriptions.values()])),
            ("GET", "/subscriptions/{id}", lambda asked: self._one(self.books.subscriptions, asked)),
            ("GET", "/subscriptions/{id}/payer", lambda asked: self._one(self.books.payers, asked)),
            ("POST", "/subscriptions/{id}/cancel", self._cancel),
            ("GET", "/messages/{since}", self._messages),
            ("GET", "/key", lambda _: answer({"until": self.books.key_until})),
            ("GET", "/webhook", lambda _: answer(self.webhook)),
        ]

    def _one(self, kept: dict[str, Json], asked: Request) -> Reply:
        found = kept.get(asked.parameters["id"])
        return answer(found) if found and asked.bearer == KEY else _NONE

    def _cancel(self, asked: Request) -> Reply:
        found = self.books.subscriptions.get(asked.parameters["id"])
        if found is None:
            return _NONE
        found.update(ends="2026-04-01T00:00:00Z", changed=self.clock().isoformat())
        return answer(found)

    def _messages(self, asked: Request) -> Reply:
        since = int(asked.parameters["since"])
        return answer([message for at, message in self.books.messages if at.timestamp() >= since])
