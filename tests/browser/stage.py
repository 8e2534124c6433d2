"""The app as a browser finds it: over real table storage, with every vendor's stand-in, all on one running clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from dev.azurite import Azurite
from dev.entra.people import User
from dev.graph import Graph
from dev.host import Host, running
from dev.standins import PUBLISHER_TENANT, StandIns
from dev.wire import Clock
from functions import create_app
from shared.domain.people import Person
from shared.domain.records import OwnerKind
from shared.operations.assign_seat import Assignee, assign_seat
from tests.dev.serving import free_port
from tests.functions.serving import HOST_JSON
from tests.world import StandingClock, World, empty_tables, environment

_APP, _SECRET = "1ead0000-0000-4000-8000-0000000000c9", "a-secret-of-the-sign-in"
_BEAT_SECONDS = 0.1
_PATIENCE_SECONDS = 10


@dataclass
class _TheirClock(StandingClock):
    """The stand-ins' own, which runs."""

    theirs: Clock = field(default_factory=Clock)

    def __call__(self) -> datetime:
        return self.theirs()

    def advance(self, **by: float) -> None:
        self.theirs.advance(**by)


@dataclass
class Stage:
    """Where journeys play. ``base`` is the app's address."""

    base: str
    world: World
    vendors: StandIns
    graph: Graph

    def person(self, name: str) -> User:
        return self.vendors.entra.state.directory.find(name)

    def assignee(self, name: str) -> Assignee:
        user = self.person(name)
        return Assignee(Person(user.tenant, user.id), user.name, user.addresses)

    def buy(self, who: str = "Alice", *, quantity: int = 5, kind: OwnerKind = "organisation") -> str:
        """Somebody bought at Paddle before the play begins; the name of the subscription here."""
        reference = self.world.checkout(self.assignee(who), kind)
        bought = self.vendors.paddle.play.purchase(
            price="pri_team_monthly",
            quantity=quantity,
            custom_data={"ref": reference},
            email=self.person(who).addresses[0],
        )
        self.until_stored(f"paddle.{bought}")
        return f"paddle.{bought}"

    def buy_at_microsoft(
        self, who: str = "Alice", *, quantity: int = 5, payer: str = "", trial: bool = False
    ) -> tuple[str, str]:
        """Its id there, and the path of ours to which the store sends the buyer; somebody else may pay for it."""
        bought = self.vendors.marketplace.play.buy(
            plan="team",
            quantity=quantity,
            beneficiary=self._at_microsoft(who),
            purchaser=self._at_microsoft(payer or who),
            trial=trial,
        )
        return str(bought["id"]), self.path(str(bought["landing"]))

    def _at_microsoft(self, who: str) -> dict[str, str]:
        user = self.person(who)
        return {"tenantId": user.tenant, "objectId": user.id, "emailId": user.addresses[0]}

    def seat(self, who: Assignee, subscription: str) -> None:
        """Somebody has a seat before the play begins."""
        assign_seat(self.world.services, subscription, who)

    def change_quantity(self, subscription: str, quantity: int) -> None:
        """Seats are added or cut at Paddle."""
        bought = subscription.partition(".")[2]
        self.vendors.paddle.play.renewals.change(bought, [{"price_id": "pri_team_monthly", "quantity": quantity}])
        self.until_stored(subscription, quantity=quantity)

    def until_stored(self, subscription: str, **members: object) -> None:
        """Wait until a webhook has brought these to what is stored of a subscription."""
        self.until(
            lambda: any(
                row["PartitionKey"] == subscription and members.items() <= row.items()
                for row in self.world.rows()["subscriptions"]
            )
        )

    def path(self, url: str) -> str:
        assert url.startswith(self.base)
        return url.removeprefix(self.base)

    def until(self, true: Callable[[], object]) -> None:
        """Wait for what webhooks bring about."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def code(self, address: str) -> str:
        """Of the license that the add-in gets for an address."""
        return str(self.world.license(address)["code"])


@contextmanager
def stage_over(azurite: Azurite) -> Iterator[Stage]:
    """With empty tables, and nobody signed in anywhere."""
    port = free_port()
    base = f"http://localhost:{port}"
    clock = Clock()
    with StandIns(clock, beat=_BEAT_SECONDS) as vendors, Graph(vendors.entra) as graph:
        vendors.entra.register(
            _APP,
            PUBLISHER_TENANT,
            _SECRET,
            name="Mail Merge",
            redirect_uris=[f"{base}/sign-in/callback", f"{base}/seats"],
        )
        told = {
            "PUBLIC_URL": base,
            **vendors.settings(),
            "GRAPH_URL": graph.url,
            "ENTRA_AUTHORITY": f"{vendors.entra.base}/common",
            "ENTRA_CLIENT_ID": _APP,
            "ENTRA_CLIENT_SECRET": _SECRET,
        }
        world = World(environment(azurite, **told), _TheirClock(theirs=clock))
        empty_tables(world)
        host = Host(create_app(lambda: world.services), host_json=HOST_JSON, clock=clock)
        with running(host, port):
            vendors.serve(base)
            yield Stage(base, world, vendors, graph)
