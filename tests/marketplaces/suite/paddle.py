"""Paddle in the suite's shape, over its signed events and its API on loopback."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.domain.people import Person
from shared.ports import Proof
from shared.services import connect
from tests.marketplaces.suite.vendors import Message, in_memory
from tests.paddle import Subscription, sign
from tests.paddle_api import PADDLE
from tests.world import ALICE, SECRET, StandingClock, environment

_NEXT = "pdl_ntfset_the_next_secret"


class PaddleVendor:
    """Its books are the session's, and empty when a test begins."""

    name = "paddle"
    patience = 5.0
    early = late = timedelta(seconds=300)

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.secret = SECRET
        self.sold: dict[str, Subscription] = {}
        self._connect(f"{SECRET},{_NEXT}")

    def _connect(self, secrets: str) -> None:
        env = environment(PADDLE_WEBHOOK_SECRETS=secrets)
        self.services = in_memory(connect(env, self.clock), self.clock)

    def buy(self, seats: int) -> str:
        it = Subscription(quantity=seats, now=self.clock.now)
        it.bought()
        self.sold[it.partition] = it
        return it.partition

    def resize(self, subscription: str, seats: int) -> None:
        self.sold[subscription].resized(seats)

    def end(self, subscription: str) -> None:
        self.sold[subscription].canceled()

    def message(self, subscription: str, *, at: datetime | None = None, kind: str = "") -> Message:
        payload = self.sold[subscription].tell()
        if kind:
            payload["event_type"] = kind
        return self.sign(json.dumps(payload).encode(), at)

    def sign(self, body: bytes, at: datetime | None = None) -> Message:
        return Message({"paddle-signature": sign(body, at or self.clock.now, self.secret)}, body)

    def forged(self, subscription: str) -> Mapping[str, Message]:
        true = self.message(subscription)
        stranger = sign(true.body, self.clock.now, "pdl_ntfset_of_a_stranger")
        return {
            "nothing": Message({}, true.body),
            "a stranger's secret": Message({"paddle-signature": stranger}, true.body),
            "other bytes": Message(true.headers, true.body.replace(b'"quantity": 3', b'"quantity": 9')),
        }

    def rotate(self) -> None:
        self.secret = _NEXT

    def retire(self) -> None:
        self._connect(_NEXT)

    def expire(self, at: datetime) -> str:
        PADDLE.key_expires = at.isoformat()
        return "PADDLE_API_KEY"

    def proof(self, subscription: str) -> tuple[Proof, Person]:
        number = self.sold[subscription].id
        bought = next(found for found in PADDLE.entities["transactions"].values() if found["subscription_id"] == number)
        return Proof(bought["id"], bought["invoice_number"]), ALICE.person

    def bill(self, subscription: str, name: str, email: str) -> str:
        proof, _ = self.proof(subscription)
        PADDLE.contacts[proof.transaction] = {"customer": {"name": name, "email": email}, "business": None}
        return proof.transaction

    def settle(self) -> None:
        """It is done at once."""

    def fall_silent(self) -> None:
        PADDLE.fail("/", 10_000, body=b"<html>")
