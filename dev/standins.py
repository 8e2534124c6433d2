"""All stand-ins together, on one clock, and the settings by which the app finds them instead of the vendors."""

import contextlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.graph import Graph
from dev.marketplace import Marketplace
from dev.paddle_api import Paddle, entities
from dev.paddle_api.entities import Entity
from dev.paddle_api.stand_in import PRICES
from dev.ports import SETTINGS, Ports, at_its_port
from dev.tls import Certificates
from dev.wire import Clock, StandIn
from dev.wire.keeper import Keeper

PUBLISHER_TENANT = "1ead0000-0000-4000-8000-000000000001"
PUBLISHER = "1ead0000-0000-4000-8000-0000000000c1"
_PRODUCT = "Example Mail Merge"
SIGN_IN = "1ead0000-0000-4000-8000-0000000000c2"
SECRET = "the-publisher's-own-secret"  # noqa: S105 - there is nothing behind it


@dataclass
class StandIns:
    """``with StandIns() as vendors``: Entra, Graph, Microsoft's marketplace and Paddle, until the block ends.

    ``certificates`` are Entra's; without them it makes its own. ``emulator``: the marketplace as Microsoft emulates it.
    ``beat``: what is due happens by itself, checked every so many seconds; else when somebody asks, or at a ``tick``.
    ``told``: settings that the app has already; keys, secrets and what is sold are as they say.
    ``folder``: where their worlds are kept until the next run.
    """

    clock: Clock = field(default_factory=Clock)
    ports: Ports = field(default_factory=Ports)
    certificates: Certificates | None = None
    emulator: bool = False
    beat: float | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def __post_init__(self) -> None:
        told = self.told
        self.publisher = told.get("MARKETPLACE_CLIENT_ID", PUBLISHER)
        self.tenant = told.get("MARKETPLACE_TENANT_ID", PUBLISHER_TENANT)
        self.secret = told.get("MARKETPLACE_CLIENT_SECRET", SECRET)
        self.entra = Entra(self.clock, self.ports.entra or 0, self.certificates)
        self.entra.register(self.publisher, self.tenant, self.secret)
        self.sign_in = told.get("ENTRA_CLIENT_ID", SIGN_IN)
        self.sign_in_secret = told.get("ENTRA_CLIENT_SECRET") or secrets.token_hex(16)
        self._sign_in_at = self.entra.register(self.sign_in, self.tenant, self.sign_in_secret, name=_PRODUCT)
        self.graph = Graph(self.entra, self.clock, self.ports.graph or 0)
        self.marketplace = Marketplace(
            self.entra,
            self.tenant,
            self.publisher,
            offers={offer: list(plans) for offer, plans in _json(told, "MARKETPLACE_OFFERS").items()},
            emulator=self.emulator,
            clock=self.clock,
            port=self.ports.marketplace or 0,
        )
        self.paddle = Paddle(
            prices=_prices(_json(told, "PADDLE_PRICES")),
            key=told.get("PADDLE_API_KEY"),
            secret=told.get("PADDLE_WEBHOOK_SECRETS", "").partition(",")[0].strip(),
            client_token=told.get("PADDLE_CLIENT_TOKEN"),
            clock=self.clock,
            port=self.ports.paddle or 0,
        )
        self._open = contextlib.ExitStack()

    @property
    def started(self) -> Mapping[str, StandIn]:
        """Those that have a port, by name; each after those that it needs."""
        every: dict[str, StandIn] = {name: getattr(self, name) for name in SETTINGS}
        return {name: each for name, each in every.items() if getattr(self.ports, name) is not None}

    def __enter__(self) -> Self:
        """Raises Trouble if a port is in use, or cannot be gone on from what was kept."""
        with contextlib.ExitStack() as opened:
            for name, stand_in in self.started.items():
                if self.folder:
                    stand_in.keeper = Keeper(self.folder / f"{name}.json")
                opened.enter_context(at_its_port(stand_in, name, getattr(self.ports, name)))
            if self.beat is not None:
                opened.enter_context(_beating(self.tick, self.beat))
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def serve(self, public_url: str) -> None:
        """The app is there: webhooks go to it, and people are sent to its pages."""
        self._sign_in_at.redirect_uris[:] = [f"{public_url}/sign-in/callback", f"{public_url}/"]
        self.paddle.destination.deliver_to(f"{public_url}/api/webhooks/paddle")
        self.paddle.play.payments.checkout = f"{public_url}/buy"
        self.marketplace.outbox.url = f"{public_url}/api/webhooks/microsoft"
        self.marketplace.landing = f"{public_url}/landing"

    def tick(self) -> None:
        """Let happen what is due by now."""
        for stand_in in self.started.values():
            stand_in.tick()
            stand_in.keep()

    def advance(self, **by: float) -> None:
        """Move the one clock, and let happen what is due by then."""
        self.clock.advance(**by)
        self.tick()

    @property
    def ca(self) -> Path:
        return self.entra.certificates.ca

    def settings(self) -> Mapping[str, str]:
        """What the app is to be told of those that are started."""
        told = {
            "entra": self._of_entra,
            "graph": lambda: {"GRAPH_URL": self.graph.url},
            "marketplace": self._of_marketplace,
            "paddle": self._of_paddle,
        }
        return {name: value for vendor in self.started for name, value in told[vendor]().items()}

    def _of_entra(self) -> Mapping[str, str]:
        return {
            "EXTRA_CA_FILE": str(self.ca),
            "ENTRA_AUTHORITY": f"{self.entra.base}/common",
            "ENTRA_CLIENT_ID": self.sign_in,
            "ENTRA_CLIENT_SECRET": self.sign_in_secret,
        }

    def _of_marketplace(self) -> Mapping[str, str]:
        offers = {offer: {plan: plan for plan in plans} for offer, plans in self.marketplace.world.offers.items()}
        issuers = [self.entra.issuer(self.tenant, version) for version in (1, 2)]
        return {
            "MARKETPLACE_API_URL": f"{self.marketplace.base}/api",
            "MARKETPLACE_AUTHORITY": f"{self.entra.base}/{self.tenant}",
            "MARKETPLACE_ISSUERS": ",".join(issuers),
            "MARKETPLACE_TENANT_ID": self.tenant,
            "MARKETPLACE_CLIENT_ID": self.publisher,
            "MARKETPLACE_CLIENT_SECRET": self.secret,
            "MARKETPLACE_RESOURCE_ID": MARKETPLACE,
            "MARKETPLACE_OFFER_URL": "https://marketplace.microsoft.com/product/saas/vendor.example-add-in",
            "MARKETPLACE_OFFERS": json.dumps(offers),
        }

    def _of_paddle(self) -> Mapping[str, str]:
        prices = {id_: id_.split("_")[1] for id_ in self.paddle.world.prices if "unknown" not in id_}
        return {
            "PADDLE_API_URL": self.paddle.base,
            "PADDLE_API_KEY": self.paddle.keys.key,
            "PADDLE_CLIENT_TOKEN": self.paddle.client_token,
            "PADDLE_JS_URL": self.paddle.script,
            "PADDLE_PRICES": json.dumps(prices),
            "PADDLE_WEBHOOK_SECRETS": self.paddle.destination.secret,
        }


def _json(told: Mapping[str, str], name: str) -> dict[str, Any]:
    return dict(json.loads(told.get(name) or "{}"))


def _prices(sold: Mapping[str, str]) -> list[Entity]:
    """Those that there are always, and by the month what else the app is said to sell."""
    known = {price["id"] for price in PRICES}
    others = {id_: plan for id_, plan in sold.items() if id_ not in known}
    return [*PRICES, *(entities.price(id_, plan.title(), 500, "month") for id_, plan in others.items())]


@contextlib.contextmanager
def _beating(tick: Callable[[], None], every: float) -> Iterator[None]:
    stopped = threading.Event()

    def beat() -> None:
        while not stopped.wait(every):
            tick()

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
