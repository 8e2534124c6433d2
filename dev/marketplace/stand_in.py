"""The marketplace as a server: who may call it, and how its webhooks are signed and repeated."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from pydantic import TypeAdapter

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.marketplace.api import Api
from dev.marketplace.changes import Changes
from dev.marketplace.commands import Commands
from dev.marketplace.emulator import Emulated
from dev.marketplace.records import Operation, Subscription
from dev.marketplace.shapes import Documented, Shape
from dev.marketplace.world import World
from dev.wire import Clock, Outbox, Reply, Request, Route, StandIn, answer
from dev.wire.outbox import Attempt, Delivery, Habits

# 500 attempts over eight hours.
_ATTEMPTS = 500
_PAUSE = timedelta(hours=8) / _ATTEMPTS
_PATIENCE = 20.0
_OF_MINIMAL = frozenset({"id", "activityId", "publisherId", "subscriptionId", "timeStamp", "action", "purchaseToken"})


@dataclass
class _Kept:
    """What the next run has to know."""

    subscriptions: dict[str, Subscription]
    operations: dict[str, Operation]
    tokens: dict[str, tuple[str, datetime]]
    outbox: list[dict[str, Any]]


_KEPT = TypeAdapter(_Kept)


class Marketplace(StandIn):
    """One publisher's offers. ``client`` and ``tenant`` stand in the offer's technical configuration.

    ``outbox.url`` is its connection webhook, ``landing`` its landing page. ``play`` does what others do.
    """

    kinds = frozenset({"saasSubscriptionStatus"})
    outbox: Outbox

    def __init__(  # noqa: PLR0913 - what Partner Center asks for
        self,
        entra: Entra,
        tenant: str,
        client: str,
        *,
        offers: Mapping[str, Sequence[str]] | None = None,
        flat: frozenset[str] = frozenset(),
        emulator: bool = False,
        token_version: int = 2,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(clock or entra.clock, port)
        self.entra, self.tenant, self.client, self.token_version = entra, tenant, client, token_version
        self.landing = "http://localhost:7071/landing"
        # Claims of the webhooks' tokens that are to differ; None leaves one out.
        self.token_claims: dict[str, Any] = {}
        shapes = Emulated() if emulator else Documented()
        offers = offers or {"example-add-in": ["team", "business"]}
        self.world = World(self.clock, shapes, self._tell, offers, flat)
        self.habits = self.world.habits
        self._changes = Changes(self.world)
        self.play = Commands(self.world, self._changes, lambda: self.landing)
        habits = Habits("action", _PATIENCE, lambda attempts: _PAUSE if attempts < _ATTEMPTS else None)
        self.outbox = Outbox(self.clock, self.faults, habits, self._sign)

    def routes(self) -> Iterable[Route]:
        return Api(self.world, self._changes, self._refusal).routes()

    def commands(self) -> Mapping[str, Callable[..., object]]:
        return self.play.all()

    def tick(self) -> None:
        self.world.later.happen()
        super().tick()

    def kept(self) -> str:
        with self.world.lock:
            kept = _Kept(self.world.subscriptions, self.world.operations, self.world.tokens, self.outbox.kept())
        return _KEPT.dump_json(kept).decode()

    def restore(self, kept: dict[str, Any]) -> None:
        """Webhooks that were not delivered yet are tried again, at once."""
        known = _KEPT.validate_python(kept)
        self.world.restore(known.subscriptions)
        self.world.tokens.update(known.tokens)
        self._changes.restore(known.operations)
        self.outbox.post([Delivery(**one, answered=self._settled(one["payload"]["id"])) for one in known.outbox])

    def _settled(self, operation: str) -> Callable[[Attempt], bool]:
        """Most of what is told can be asked for no more; then nothing hangs on the answer."""
        it = self.world.operations.get(operation)
        return lambda attempt: it is not None and self._changes.answered(it, attempt)

    def expired(self) -> Reply:
        # Where the documents say 403, this was seen, too.
        return answer({"code": "Unauthorized", "message": "The token is expired."}, 401)

    def _tell(self, operation: Operation, nested: Shape) -> None:
        it = self.world.subscriptions[operation.subscription]
        payload = self.world.shapes.webhook(operation, it, nested)
        if not nested:
            payload = {name: value for name, value in payload.items() if name in _OF_MINIMAL}
        self.outbox.post(
            [Delivery(operation.action, payload, lambda attempt: self._changes.answered(operation, attempt))]
        )

    def _sign(self, _: bytes, at: datetime, forged: bool) -> Mapping[str, str]:  # noqa: FBT001 - an Outbox's Sign
        key = self.entra.keys.stranger if forged else None
        token = self.entra.mint(
            self.client, self.tenant, version=self.token_version, at=at, key=key, **self.token_claims
        )
        return {"Authorization": f"Bearer {token}"}

    def _refusal(self, request: Request) -> Reply | None:
        refused = answer({"code": "Forbidden", "message": "The token is missing, invalid, or another app's."}, 403)
        try:
            header = jwt.get_unverified_header(request.bearer or "")
            key = self.entra.keys.find(header.get("kid"))
            if key is None:
                return refused
            # The time is our own clock's.
            claims = jwt.decode(
                request.bearer or "",
                key.private.public_key(),
                ["RS256"],
                audience=MARKETPLACE,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return refused
        caller = claims.get("appid", claims.get("azp"))
        now = self.clock().timestamp()
        ours = (caller, claims.get("tid")) == (self.client, self.tenant)
        return None if ours and claims["nbf"] <= now < claims["exp"] else refused
