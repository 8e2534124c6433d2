"""Paddle as a test needs it: one subscription whose events are made, signed and delivered in any order."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.domain.purchases import Event
from shared.operations.record_event import record_event
from shared.operations.take_events import Recorded
from shared.ports import Hint
from tests.paddle_api import PADDLE
from tests.world import NOON, PRICE, SECRET, World

Payload = dict[str, Any]
_numbers: Iterator[int] = itertools.count(1)


def sign(body: bytes, at: datetime, secret: str = SECRET) -> str:
    stamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), f"{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return f"ts={stamp};h1={mac}"


def text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z" if moment else None


@dataclass
class Subscription:
    """A subscription as Paddle has it; each method changes it and answers the events that Paddle sends."""

    reference: str | None = None
    quantity: int = 3
    price: str = PRICE
    now: datetime = NOON
    status: str = "active"
    id: str = ""
    period: timedelta = timedelta(days=30)
    changed: Payload = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.id or f"sub_{next(_numbers):026d}"
        self.period_start = self.now

    @property
    def period_end(self) -> datetime:
        return self.period_start + self.period

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def event(self, kind: str, data: Payload) -> Payload:
        self.now += timedelta(milliseconds=7)
        number = next(_numbers)
        event = {
            "event_id": f"evt_{number:026d}",
            "event_type": kind,
            "occurred_at": text(self.now),
            "notification_id": f"ntf_{number:026d}",
            "data": data,
        }
        PADDLE.note(self, event)
        return event

    def data(self) -> Payload:
        ended = self.status in {"canceled", "paused"}
        return {
            "id": self.id,
            "status": self.status,
            "customer_id": "ctm_somebody",
            "updated_at": text(self.now),
            "items": [{"status": "active", "quantity": self.quantity, "price": {"id": self.price}}],
            "current_billing_period": None
            if ended
            else {"starts_at": text(self.period_start), "ends_at": text(self.period_end)},
            "next_billed_at": text(self.period_end),
            "scheduled_change": None,
            "canceled_at": None,
            "paused_at": None,
            "custom_data": {"ref": self.reference} if self.reference else None,
            **self.changed,
        }

    def tell(self, kind: str = "updated") -> Payload:
        return self.event(f"subscription.{kind}", self.data())

    def paid(self, origin: str = "web", number: str = "") -> Payload:
        number = number or f"txn_{next(_numbers):026d}"
        transaction = {
            "id": number,
            "status": "completed",
            "origin": origin,
            "subscription_id": self.id,
            "billing_period": {"starts_at": text(self.period_start), "ends_at": text(self.period_end)},
            "billed_at": text(self.now),
            "invoice_number": f"325-{next(_numbers)}",
            "items": [{"quantity": self.quantity, "price": {"id": self.price}}],
            "details": {"line_items": [{"id": f"txnitm_{number}"}]},
            "custom_data": {"ref": self.reference} if self.reference else None,
        }
        return self.event("transaction.completed", transaction)

    def bought(self) -> list[Payload]:
        return [self.tell("created"), self.tell("activated"), self.paid()]

    def renewed(self) -> list[Payload]:
        self.period_start = self.now = self.period_end
        return [self.tell(), self.paid("subscription_recurring")]

    def renewal_failed(self) -> list[Payload]:
        self.period_start = self.now = self.period_end
        first = self.tell()
        self.status = "past_due"
        return [first, self.tell(), self.tell("past_due")]

    def recovered(self) -> list[Payload]:
        self.status = "active"
        return [self.paid("subscription_recurring"), self.tell()]

    def resized(self, quantity: int) -> list[Payload]:
        self.quantity = quantity
        return [self.tell()]

    def cancel_scheduled(self) -> list[Payload]:
        at = text(self.period_end)
        self.changed = {
            "scheduled_change": {"action": "cancel", "effective_at": at, "resume_at": None},
            "next_billed_at": None,
        }
        return [self.tell()]

    def cancel_undone(self) -> list[Payload]:
        self.changed = {}
        return [self.tell()]

    def canceled(self) -> list[Payload]:
        self.status = "canceled"
        self.changed = {"canceled_at": text(self.now), "next_billed_at": None}
        return [self.tell(), self.tell("canceled")]

    def paused(self) -> list[Payload]:
        self.status = "paused"
        self.changed = {"paused_at": text(self.now), "next_billed_at": None}
        return [self.tell(), self.tell("paused")]

    def resumed(self) -> list[Payload]:
        self.status, self.changed, self.period_start = "active", {}, self.now
        return [self.tell("resumed"), self.paid("subscription_recurring"), self.tell("activated")]

    def adjusted(
        self,
        transaction: str,
        action: str = "refund",
        status: str = "approved",
        kind: str | None = "full",
        id: str = "",
    ) -> Payload:
        adjustment = {
            "id": id or f"adj_{next(_numbers):026d}",
            "action": action,
            "type": kind,
            "status": status,
            "transaction_id": transaction,
            "subscription_id": self.id,
            "updated_at": text(self.now),
            "items": [{"item_id": f"txnitm_{transaction}", "type": kind or "full"}],
        }
        return self.event("adjustment.updated", adjustment)

    @property
    def partition(self) -> str:
        return f"paddle.{self.id}"


def receive(world: World, payload: Payload) -> Event | None:
    """What our adapter makes of a signed delivery."""
    body = json.dumps(payload).encode()
    headers = {"paddle-signature": sign(body, world.clock())}
    event = world.services.marketplaces["paddle"].receive(headers, body, world.clock())
    assert not isinstance(event, Hint)
    return event


def deliver(world: World, *payloads: Payload) -> list[Recorded]:
    """Deliver signed events to the adapter and the operation, in this order."""
    done = []
    for payload in payloads:
        event = receive(world, payload)
        done.append(record_event(world.services, event) if event else Recorded.NOTHING_TO_STORE)
    return done
