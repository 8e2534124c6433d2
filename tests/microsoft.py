"""Microsoft as a test needs it: the stand-ins for Entra and the marketplace, and the app that they talk to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.entra.tokens import issuer_v1
from dev.marketplace import Marketplace, Person
from dev.marketplace import Subscription as Bought
from functions.caller import Session, session_cookie
from shared.domain.people import Person as Somebody
from shared.domain.records import Subscription
from shared.marketplaces.microsoft import Microsoft
from shared.operations.assign_seat import Assignee
from shared.operations.open_account import open_account
from shared.services import Services
from shared.storage import keys
from tests.functions.serving import serving
from tests.runtime.asking import Answer, ask
from tests.world import ALICE, NOON, OTHER_TENANT, World, WorldMaker

VENDOR = "33333333-3333-4333-8333-333333333333"
CLIENT = "44444444-4444-4444-8444-444444444444"
CLIENT_SECRET = "a-secret-that-entra-knows"
OFFER = "mail-merge"
OFFERS = {OFFER: {"team-plan": "team", "business-plan": "business"}}
SOLD = {
    OFFER: ["team-plan", "business-plan", "secret-plan"],
    "another-product": ["gold", "platinum"],
    "flat-offer": ["flat"],
}
WEBHOOK = "/api/webhooks/microsoft"
# A reseller buys for the customers of others.
RESELLER = Assignee(Somebody(OTHER_TENANT, "5e11e500-0000-4000-8000-000000000001"), "Rita", ("rita@reseller.example",))


def party(assignee: Assignee) -> Person:
    """Somebody as the marketplace names them, with an address that must go nowhere."""
    return Person(assignee.person.tenant, assignee.person.object_id, f"billed.{assignee.addresses[0]}")


def settings(entra: Entra, market: Marketplace, **changed: str) -> dict[str, str]:
    """What an operator of this server would set."""
    return {
        "MARKETPLACE_API_URL": f"{market.base}/api",
        "MARKETPLACE_AUTHORITY": f"{entra.base}/{VENDOR}",
        "MARKETPLACE_ISSUERS": f"{issuer_v1(VENDOR)},{entra.issuer(VENDOR)}",
        "MARKETPLACE_TENANT_ID": VENDOR,
        "MARKETPLACE_CLIENT_ID": CLIENT,
        "MARKETPLACE_CLIENT_SECRET": CLIENT_SECRET,
        "MARKETPLACE_RESOURCE_ID": MARKETPLACE,
        "MARKETPLACE_OFFER_URL": "https://store.example/mail-merge",
        "MARKETPLACE_OFFERS": json.dumps({**OFFERS, "flat-offer": {"flat": "team"}}),
        "EXTRA_CA_FILE": str(entra.certificates.ca),
        **changed,
    }


@dataclass
class Store:
    """A marketplace that sells our product, and the app over an empty world."""

    entra: Entra
    market: Marketplace
    world: World
    base: str

    @property
    def services(self) -> Services:
        return self.world.services

    @property
    def adapter(self) -> Microsoft:
        found = self.services.marketplaces["microsoft"]
        assert isinstance(found, Microsoft)
        return found

    def buy(self, buyer: Assignee = ALICE, **how: Any) -> str:  # noqa: ANN401 - as the stand-in's
        """The id of a purchase that waits to be activated."""
        beneficiary = how.pop("beneficiary", None) or buyer
        bought = self.market.play.buy(
            **{"plan": "team-plan", **how}, beneficiary=party(beneficiary), purchaser=party(buyer)
        )
        return str(bought["id"])

    def automatic(self, body: str = "full", **how: Any) -> str:  # noqa: ANN401
        """One that was active at once, of which a webhook told."""
        return self.buy(automatic=body, **how)

    def subscribed(self, **how: Any) -> str:  # noqa: ANN401
        """One that Alice activated for her organisation."""
        id_ = self.automatic(**how)
        self.own(id_)
        return id_

    def own(self, id_: str, owner: Assignee = ALICE, kind: str = "organisation") -> None:
        session, subscription = self.session(owner), name(id_)
        landed = self.post(session, subscription, owner=kind)
        assert landed.status == 303, landed.body

    def bought(self, id_: str) -> Bought:
        return self.market.world.subscriptions[id_]

    def header(self, id_: str) -> Subscription:
        found = self.find(id_)
        assert found
        return found

    def find(self, id_: str) -> Subscription | None:
        stored = self.services.tables.read(keys.subscription(name(id_)))
        return stored.record if stored else None

    def state(self, id_: str) -> dict[str, Any]:
        """What is stored of a subscription, less what counts how often we asked, and notes when to look again."""
        return self.header(id_).model_dump(exclude={"version", "operation", "look_at"})

    def advance(self, **by: float) -> None:
        """Time passes for everybody; MSAL, which has a clock of its own, forgets its token."""
        self.world.clock.advance(**by)
        self.entra.clock.set(self.world.clock.now)
        self.market.clock.set(self.world.clock.now)
        vars(self.adapter.api.tokens).pop("_application", None)
        self.market.tick()

    def tell(self, token: str, payload: object) -> Answer:
        """A webhook with any token and any body."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return ask(self.base, "POST", WEBHOOK, [("Authorization", f"Bearer {token}")], body)

    def token(self, **claims: Any) -> str:  # noqa: ANN401
        return self.entra.mint(CLIENT, VENDOR, at=self.world.clock.now, **claims)

    def statuses(self) -> list[int | None]:
        """What we answered to the webhooks so far."""
        return [attempt.status for attempt in self.market.outbox.attempts]

    def asked(self, beginning: str) -> list[str]:
        return [what for what in self.market.asked if what.startswith(beginning)]

    def session(self, visitor: Assignee, *, is_administrator: bool = False) -> Session:
        """A session with an account, as a sign-in for landing makes one."""
        account = open_account(self.services, visitor.person, visitor.name, visitor.addresses)
        return Session(visitor.person, visitor.name, visitor.addresses, self.world.clock.now, account, is_administrator)

    def cookies(self, session: Session | None, subscription: str = "") -> str:
        sealed = [session_cookie(self.services, session).partition(";")[0]] if session else []
        if subscription:
            sealed.append(f"__Secure-landing={self.services.sealer.seal('landing', {'subscription': subscription})}")
        return "; ".join(sealed)

    def get(self, session: Session | None, subscription: str = "", query: str = "") -> Answer:
        return ask(self.base, "GET", f"/landing{query}", [("Cookie", self.cookies(session, subscription))])

    def post(self, session: Session, subscription: str, **fields: str) -> Answer:
        """The landing page's form, sent by the page."""
        headers = [
            ("Cookie", self.cookies(session, subscription)),
            ("Origin", self.services.issuer),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ]
        form = {"csrf": session.csrf, "owner": "organisation", **fields}
        return ask(self.base, "POST", "/landing", headers, urlencode(form).encode())


def name(id_: str) -> str:
    """What a subscription is called everywhere but at the marketplace."""
    return f"microsoft.{id_}"


@contextmanager
def selling(entra: Entra, make_world: WorldMaker, *, emulator: bool = False, **changed: str) -> Iterator[Store]:
    """A store that opens at noon; changes take effect ten seconds after they were announced."""
    entra.clear()
    entra.clock.set(NOON)
    entra.register(CLIENT, VENDOR, CLIENT_SECRET)
    flat = frozenset({"flat-offer"})
    with Marketplace(entra, VENDOR, CLIENT, offers=SOLD, flat=flat, emulator=emulator) as market:
        market.clock.set(NOON)
        market.habits.activates_after = timedelta(0)
        world = make_world(**settings(entra, market, **changed))
        with serving(lambda: world.services) as base:
            market.outbox.url = f"{base}{WEBHOOK}"
            yield Store(entra, market, world, base)
