"""Paddle as a server: its API, its script and checkout, and its webhooks."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dev.paddle_api import entities
from dev.paddle_api.api import Api
from dev.paddle_api.checkout import Checkout
from dev.paddle_api.destination import Destination
from dev.paddle_api.entities import Entity
from dev.paddle_api.keys import Environment, Keys
from dev.paddle_api.replies import Problem
from dev.paddle_api.stories import Stories
from dev.paddle_api.world import World
from dev.wire import Clock, Outbox, Reply, Request, Route, StandIn

PRICES: Sequence[Entity] = (
    entities.price("pri_team_monthly", "Team", 500, "month"),
    entities.price("pri_business_monthly", "Business", 900, "month"),
    entities.price("pri_team_yearly", "Team", 5000, "year"),
    entities.price("pri_team_on_trial", "Team", 500, "month", trial_days=14),
    entities.price("pri_unknown_monthly", "Something else", 100, "month"),
)


class Paddle(StandIn):
    """``play`` does what buyers and Paddle do; ``destination`` is where it tells of it; ``keys`` is our API key."""

    kinds = frozenset({"status"})
    outbox: Outbox

    def __init__(  # noqa: PLR0913 - what a Paddle account has
        self,
        *,
        prices: Sequence[Entity] = PRICES,
        environment: Environment = "sandbox",
        key: str | None = None,
        secret: str | None = None,
        client_token: str | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(clock, port)
        self.client_token = client_token or f"test_{secrets.token_hex(14)}"
        self.keys = Keys(environment, key, self.clock)
        self.destination = Destination(self.clock, self.faults, environment, secret)
        self.outbox = self.destination.outbox
        self.world = World(self.clock, self._send)
        self.world.prices.update({price["id"]: price for price in prices})
        self.play = Stories(self.world)

    @property
    def script(self) -> str:
        """Where Paddle.js is."""
        return f"{self.base}/paddle/v2/paddle.js"

    def routes(self) -> Iterable[Route]:
        settings, notifications = [self.destination.setting], self.destination.notifications
        yield from Api(self.world, self.play, self.keys, settings, notifications).routes()
        yield from Checkout(self.world, self.play, self.client_token).routes()

    def commands(self) -> Mapping[str, Callable[..., object]]:
        return {**self.play.all(), "simulate": self.simulate}

    def kept(self) -> str:
        with self.world.lock:
            return json.dumps({"world": self.world.kept(), **self.destination.kept()})

    def restore(self, kept: dict[str, Any]) -> None:
        self.world.restore(kept["world"])
        self.play.restore()
        self.destination.restore(kept)

    def simulate(self, kind: str, **data: object) -> None:
        """Raises Refused unless the destination takes simulations."""
        self.destination.simulate(self.world, kind, data)

    def tick(self) -> None:
        self.world.later.happen()
        super().tick()

    def throttled(self, seconds: float) -> Reply:
        words = f"Too many requests: wait {int(seconds)} seconds."
        return Problem(429, "too_many_requests", words).reply({"Retry-After": str(int(seconds))})

    def broken(self) -> Reply:
        return Problem(500, "internal_error", "Something went wrong.").reply()

    def expired(self) -> Reply:
        return Problem(403, "invalid_token", "The API key is expired, or was revoked.").reply()

    def not_found(self, request: Request) -> Reply:
        return Problem(404, "invalid_url", f"There is no {request.path}.").reply()

    def _send(self, events: Sequence[Entity]) -> None:
        self.destination.send(self.world, events)
