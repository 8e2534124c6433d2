"""What is done from outside: buy, deliver Paddle's events, ask for a license; and run the purge."""

import json
from collections.abc import Callable

from dev.bench.plain import Asker
from dev.bench.stage import Stage
from dev.paddle_api import Paddle
from dev.paddle_api.destination import sign
from dev.wire import Clock
from dev.wire.outbox import Payload
from shared.domain.entitlement import Code
from shared.domain.records import OwnerKind
from shared.operations.assign_seat import Assignee
from shared.operations.open_account import open_account
from shared.operations.open_checkout import open_checkout
from shared.operations.purge import Purged, purge


class Player:
    """Everybody who asks the app over HTTP."""

    def __init__(self, stage: Stage, asker: Asker) -> None:
        self._stage = stage
        self._asker = asker
        self._paddle = Paddle(clock=Clock(stage.now))

    def buy(self, reference: str | None = None, seats: int = 3) -> list[Payload]:
        """The events of a purchase at Paddle, of which it has told nobody yet."""
        custom_data = {"ref": reference} if reference else None
        return self._events(lambda: self._paddle.play.purchase(quantity=seats, custom_data=custom_data))

    def renew(self, subscription: str) -> list[Payload]:
        return self._events(lambda: self._paddle.play.renewals.renew(subscription))

    def _events(self, act: Callable[[], object]) -> list[Payload]:
        """What Paddle, which is not told where we are, has to tell once something happened."""
        before = len(self._paddle.outbox.waiting)
        self._paddle.clock.set(self._stage.now)
        act()
        return [delivery.payload for delivery in self._paddle.outbox.waiting[before:]]

    def purchase(self, buyer: Assignee, kind: OwnerKind, seats: int = 3) -> list[Payload]:
        """The same at a checkout that somebody began; for a person it has one seat."""
        services = self._stage.services
        account = open_account(services, buyer.person, buyer.name, buyer.addresses)
        reference = open_checkout(services, account, kind)
        return self.buy(reference, 1 if kind == "person" else seats)

    def deliver(self, event: Payload) -> None:
        body = json.dumps(event).encode()
        signature = sign(body, self._stage.env["PADDLE_WEBHOOK_SECRETS"], self._stage.now)
        self._asker.ask("POST", "/api/webhooks/paddle", {"Paddle-Signature": signature}, body)

    def ask(self, assignee: Assignee, code: Code) -> None:
        """Ask for a license; raises RuntimeError if it is another than expected."""
        body = question(assignee.addresses[0])
        answered = json.loads(self._asker.ask("POST", "/api/license", {"Content-Type": "text/plain"}, body))
        if answered["code"] != code:
            raise RuntimeError(f"The answer is {answered['code']}, not {code}.")


def question(address: str) -> bytes:
    """The body of an add-in's question."""
    return json.dumps({"email": address}).encode()


def run_purge(stage: Stage) -> Purged:
    """One run of the purge, in which nothing may fail."""
    errors: list[BaseException] = []
    purged = purge(stage.services, errors.append)
    if errors:
        raise errors[0]
    return purged
