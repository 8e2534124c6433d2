"""Microsoft's marketplace in the suite's shape, over the stand-ins for Entra and for the marketplace."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jwt

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.marketplace import Marketplace
from dev.marketplace import Person as Buyer
from dev.wire import Clock
from shared.domain.people import Person
from shared.marketplaces.microsoft import Microsoft
from shared.ports import Proof
from shared.services import Services, connect
from tests.certificates import certificate
from tests.marketplaces.suite.vendors import Message, in_memory
from tests.world import ALICE, OTHER_TENANT, TENANT, StandingClock, environment

VENDOR_TENANT = "0a1b2c3d-0000-4000-8000-000000000001"
CLIENT = "0a1b2c3d-0000-4000-8000-0000000000c1"
SECRET = "entra-secret"


class Following(Clock):
    """A stand-in's clock that shows what the server's shows."""

    def __init__(self) -> None:
        super().__init__()
        self.leader = StandingClock()

    def __call__(self) -> datetime:
        return self.leader()


def settings(entra: Entra, market: Marketplace) -> dict[str, str]:
    return {
        "EXTRA_CA_FILE": str(entra.certificates.ca),
        "MARKETPLACE_API_URL": f"{market.base}/api",
        "MARKETPLACE_AUTHORITY": f"{entra.base}/{VENDOR_TENANT}",
        "MARKETPLACE_ISSUERS": f"{entra.issuer(VENDOR_TENANT, 1)},{entra.issuer(VENDOR_TENANT, 2)}",
        "MARKETPLACE_TENANT_ID": VENDOR_TENANT,
        "MARKETPLACE_CLIENT_ID": CLIENT,
        "MARKETPLACE_CLIENT_SECRET": SECRET,
        "MARKETPLACE_RESOURCE_ID": MARKETPLACE,
        "MARKETPLACE_OFFER_URL": "https://store.example/mail-merge",
        "MARKETPLACE_OFFERS": json.dumps({"example-add-in": {"team": "team", "business": "business"}}),
    }


class MicrosoftVendor:
    """A token is good from five minutes before to an hour after it was made, and a minute more for our clock."""

    name = "microsoft"
    patience = 10.0
    early = timedelta(minutes=6)
    late = timedelta(minutes=60, seconds=59)

    def __init__(self, entra: Entra, market: Marketplace, clock: StandingClock) -> None:
        self.entra, self.market, self.clock = entra, market, clock
        entra.register(CLIENT, VENDOR_TENANT, SECRET)
        self.services = in_memory(self._connect(), clock)

    def _connect(self) -> Services:
        return connect(environment() | settings(self.entra, self.market), self.clock)

    def _of(self, subscription: str) -> Any:  # noqa: ANN401 - the stand-in's own record
        return self.market.world.subscriptions[subscription.removeprefix("microsoft.")]

    def buy(self, seats: int) -> str:
        buyer = Buyer(TENANT, ALICE.person.object_id)
        bought = self.market.play.buy(quantity=seats, beneficiary=buyer, automatic="full")
        return f"microsoft.{bought['id']}"

    def resize(self, subscription: str, seats: int) -> None:
        self._of(subscription).quantity = seats

    def end(self, subscription: str) -> None:
        self._of(subscription).status = "Unsubscribed"

    def message(self, subscription: str, *, at: datetime | None = None, kind: str = "") -> Message:
        it = self._of(subscription)
        body = {
            "id": str(uuid.uuid4()),
            "subscriptionId": it.id,
            "action": kind or "Renew",
            "planId": it.plan,
            "quantity": it.quantity,
            "status": "Succeeded",
            "subscription": self.market.world.shapes.subscription(it),
        }
        return self.sign(json.dumps(body).encode(), at)

    def sign(self, body: bytes, at: datetime | None = None) -> Message:
        return self._with(body, self.entra.mint(CLIENT, VENDOR_TENANT, version=2, at=at))

    def _with(self, body: bytes, token: str) -> Message:
        return Message({"authorization": f"Bearer {token}"}, body)

    def forged(self, subscription: str) -> Mapping[str, Message]:
        body, mint = self.message(subscription).body, self.entra.mint
        true = jwt.decode(mint(CLIENT, VENDOR_TENANT), options={"verify_signature": False})
        key = self.entra.keys.current
        tokens = {
            "a stranger's key": mint(CLIENT, VENDOR_TENANT, key=self.entra.keys.stranger),
            "no algorithm": jwt.encode(true, "", "none", {"kid": key.id}),
            "a shared secret": jwt.encode(true, key.published("")["n"], "HS256", {"kid": key.id}),
            "another tenant": mint(CLIENT, OTHER_TENANT),
            "another audience": mint("another app", VENDOR_TENANT),
            "another sender": mint(CLIENT, VENDOR_TENANT, "another app"),
            "another issuer": mint(CLIENT, VENDOR_TENANT, iss="https://issuer.example/"),
            "no end": mint(CLIENT, VENDOR_TENANT, exp=None),
            "no token": "",
        }
        return {"nothing": Message({}, body)} | {name: self._with(body, token) for name, token in tokens.items()}

    def rotate(self) -> None:
        self.entra.rotate()
        # The keys are asked for again once that is not too soon.
        self.clock.advance(minutes=20)

    def retire(self) -> None:
        self.entra.rotate(retire=True)
        self.clock.advance(minutes=20)
        # Our own token was signed by the former key, too; the keys that we know stay known.
        before, anew = self.services.marketplaces[self.name], self._connect().marketplaces[self.name]
        assert isinstance(before, Microsoft)
        assert isinstance(anew, Microsoft)
        kept = replace(anew, checker=before.checker)
        self.services = replace(self.services, marketplaces={**self.services.marketplaces, self.name: kept})

    def expire(self, at: datetime) -> str:
        whole, public = certificate(at)
        self.entra.register(CLIENT, VENDOR_TENANT, certificates=[public])
        env = environment() | settings(self.entra, self.market) | {"MARKETPLACE_CERTIFICATE": whole}
        del env["MARKETPLACE_CLIENT_SECRET"]
        self.services = in_memory(connect(env, self.clock), self.clock)
        return "MARKETPLACE_CERTIFICATE"

    def proof(self, subscription: str) -> tuple[Proof, Person]:
        it = self._of(subscription)
        return Proof(), Person(it.beneficiary.tenantId, it.beneficiary.objectId)

    def bill(self, subscription: str, name: str, email: str) -> str:  # noqa: ARG002 - it tells no name
        it = self._of(subscription)
        it.purchaser = Buyer(TENANT, ALICE.person.object_id, email)
        return "none"

    def settle(self) -> None:
        self.clock.advance(seconds=10)
        self.market.tick()

    def fall_silent(self) -> None:
        self.market.faults.add("malformed", where="answers")
