"""The notification destination: what it is sent, signed by which secret, and what became of each delivery.

https://developer.paddle.com/webhooks/overview
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from dev.faults import Faults
from dev.paddle_api.entities import Entity
from dev.paddle_api.ids import text
from dev.paddle_api.keys import Environment
from dev.paddle_api.world import World
from dev.wire import Clock, Outbox, Refused
from dev.wire.outbox import Attempt, Delivery, Habits

# What a license server needs to hear of.
EVENTS = (
    *(f"subscription.{change}" for change in ("created", "updated", "activated", "trialing", "past_due")),
    *(f"subscription.{change}" for change in ("paused", "resumed", "canceled", "imported")),
    "transaction.completed",
    "adjustment.created",
    "adjustment.updated",
)
_PATIENCE = 5.0
_OK = range(200, 300)
_LIVE, _SANDBOX = 60, 3


class Destination:
    """One URL. ``setting`` is what the API shows of it, and may be changed like in the dashboard."""

    def __init__(self, clock: Clock, faults: Faults, environment: Environment, secret: str | None) -> None:
        id_ = f"ntfset_{secrets.token_hex(13)}"
        self.secret = secret or f"pdl_{id_}_{secrets.token_hex(16)}"
        self.notifications: dict[str, Entity] = {}
        self.outbox = Outbox(clock, faults, Habits("event_type", _PATIENCE, _pauses(environment)), self._sign)
        self.setting: Entity = {
            "id": id_,
            "description": "The license server",
            "type": "url",
            "destination": None,
            "active": True,
            "api_version": 1,
            "include_sensitive_fields": False,
            "subscribed_events": [],
            "endpoint_secret_key": self.secret,
            "traffic_source": "platform",
        }
        self.subscribe(*EVENTS)

    def deliver_to(self, url: str) -> None:
        self.setting["destination"] = self.outbox.url = url

    def subscribe(self, *events: str) -> None:
        """To these and no others."""
        self.setting["subscribed_events"] = [
            {
                "name": event,
                "description": f"Occurs when it is {event.partition('.')[2]}.",
                "group": event.partition(".")[0].title(),
                "available_versions": [1],
            }
            for event in events
        ]

    def send(self, world: World, events: Sequence[Entity]) -> None:
        wanted = {event["name"] for event in self.setting["subscribed_events"]}
        platform = self.setting["active"] and self.setting["traffic_source"] in {"platform", "all"}
        chosen = [event for event in events if platform and event["event_type"] in wanted]
        self.outbox.post([self._delivery({**event, "notification_id": world.stamps.id("ntf")}) for event in chosen])

    def simulate(self, world: World, kind: str, data: Entity) -> None:
        """From the dashboard's simulator: about nothing that exists. Raises Refused unless it is switched on."""
        if self.setting["traffic_source"] == "platform":
            raise Refused("The destination takes no simulations.")
        event_id, notification_id = world.stamps.id("ntfsimevt"), world.stamps.id("ntfsimntf")
        simulated = {"event_id": event_id, "event_type": kind, "occurred_at": world.now()}
        self.outbox.post([self._delivery({**simulated, "notification_id": notification_id, "data": data})])

    def kept(self) -> Entity:
        return {"notifications": self.notifications, "outbox": self.outbox.kept()}

    def restore(self, kept: Entity) -> None:
        """What still had to be delivered is tried again, at once."""
        self.notifications.update(kept["notifications"])
        notified = [(one, self.notifications[one["payload"]["notification_id"]]) for one in kept["outbox"]]
        self.outbox.post([Delivery(**one, answered=self._answered(of)) for one, of in notified])

    def _delivery(self, payload: Entity) -> Delivery:
        notification: Entity = {
            "id": payload["notification_id"],
            "type": payload["event_type"],
            "status": "not_attempted",
            "payload": payload,
            "occurred_at": payload["occurred_at"],
            "delivered_at": None,
            "last_attempt_at": None,
            "retry_at": None,
            "times_attempted": 0,
            "notification_setting_id": self.setting["id"],
        }
        self.notifications[notification["id"]] = notification
        return Delivery(payload["event_type"], payload, self._answered(notification))

    def _answered(self, notification: Entity) -> Callable[[Attempt], bool]:
        def answered(attempt: Attempt) -> bool:
            taken = attempt.dropped or attempt.status in _OK
            notification["times_attempted"] += 1
            notification["last_attempt_at"] = text(attempt.at)
            notification["delivered_at"] = text(attempt.at) if taken else None
            notification["status"] = "delivered" if taken else "needs_retry"
            if not taken and self.outbox.wait(notification["times_attempted"]) is None:
                notification["status"] = "failed"
            return False

        return answered

    def _sign(self, body: bytes, at: datetime, forged: bool) -> Mapping[str, str]:  # noqa: FBT001 - an Outbox's Sign
        """https://developer.paddle.com/webhooks/signature-verification."""
        stamp = str(int(at.timestamp()))
        secret = "pdl_ntfset_somebody_else" if forged else self.secret
        mac = hmac.new(secret.encode(), f"{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"Paddle-Signature": f"ts={stamp};h1={mac}", "User-Agent": "Paddle"}


def _pauses(environment: Environment) -> Callable[[int], timedelta | None]:
    """Live 60 attempts over three days, ever further apart; in the sandbox 3 within fifteen minutes."""
    if environment == "production":
        return lambda so_far: timedelta(seconds=60 * 1.1 ** (so_far - 1)) if so_far < _LIVE else None
    return lambda so_far: timedelta(minutes=5) if so_far < _SANDBOX else None
