"""The toy in the suite's shape."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.domain.people import Person
from shared.ports import Proof
from tests.marketplaces.suite.vendors import Message, in_memory
from tests.marketplaces.toy.adapter import sign
from tests.marketplaces.toy.services import connect_with_toy
from tests.marketplaces.toy.stand_in import KEY, ToyMarket
from tests.world import ALICE, StandingClock, environment


class ToyVendor:
    """Over its stand-in."""

    name = "toy"
    patience = 4.0
    early = late = timedelta(seconds=300)

    def __init__(self, market: ToyMarket, clock: StandingClock) -> None:
        self.market, self.clock, self.secret = market, clock, "toy-secret"
        self._connect("toy-secret,toy-next")

    def _connect(self, secrets: str) -> None:
        env = environment(
            TOY_SECRETS=secrets, TOY_API_URL=self.market.base, TOY_API_KEY=KEY, TOY_PLANS='{"basic": "team"}'
        )
        self.services = in_memory(connect_with_toy(env, self.clock), self.clock)

    def buy(self, seats: int) -> str:
        number = f"t{len(self.market.books.subscriptions)}"
        self.market.books.subscriptions[number] = {"id": number, "state": "on", "plan": "basic", "seats": seats}
        self.market.books.payers[number] = {"name": "", "email": "", "word": f"word of {number}"}
        self._changed(number)
        return f"toy.{number}"

    def resize(self, subscription: str, seats: int) -> None:
        self._changed(subscription[4:], seats=seats)

    def end(self, subscription: str) -> None:
        self._changed(subscription[4:], state="off")

    def _changed(self, number: str, **members: object) -> None:
        self.clock.advance(seconds=1)
        told = self.market.books.subscriptions[number]
        told.update(members, changed=self.clock.now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        name = f"m{len(self.market.books.messages)}"
        self.market.books.messages.append((self.clock.now, {"id": name, "kind": "changed", "subscription": {**told}}))

    def message(self, subscription: str, *, at: datetime | None = None, kind: str = "") -> Message:
        told = [sent for _, sent in self.market.books.messages if sent["subscription"]["id"] == subscription[4:]][-1]
        return self.sign(json.dumps({**told, "kind": kind or "changed"}).encode(), at)

    def sign(self, body: bytes, at: datetime | None = None) -> Message:
        stamp = str(int((at or self.clock.now).timestamp()))
        return Message({"x-toy-signature": f"{stamp}.{sign(body, stamp, self.secret)}"}, body)

    def forged(self, subscription: str) -> Mapping[str, Message]:
        true, stamp = self.message(subscription), str(int(self.clock.now.timestamp()))
        stranger = f"{stamp}.{sign(true.body, stamp, 'a stranger')}"
        return {
            "nothing": Message({}, true.body),
            "a stranger's secret": Message({"x-toy-signature": stranger}, true.body),
            "other bytes": Message(true.headers, true.body.replace(b"3", b"9")),
        }

    def rotate(self) -> None:
        self.secret = "toy-next"

    def retire(self) -> None:
        self._connect("toy-next")

    def expire(self, at: datetime) -> str:
        self.market.books.key_until = at.isoformat()
        return "TOY_API_KEY"

    def proof(self, subscription: str) -> tuple[Proof, Person]:
        return Proof(fact=self.market.books.payers[subscription[4:]]["word"]), ALICE.person

    def bill(self, subscription: str, name: str, email: str) -> str:
        self.market.books.payers[subscription[4:]].update(name=name, email=email)
        return "none"

    def settle(self) -> None:
        """It is done at once."""

    def fall_silent(self) -> None:
        self.market.faults.add("malformed", where="answers")
