"""All stand-ins together, on one clock, and the settings by which the app finds them instead of the vendors."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.marketplace import Marketplace
from dev.paddle_api import Paddle
from dev.tls import Certificates
from dev.wire import Clock

PUBLISHER_TENANT = "1ead0000-0000-4000-8000-000000000001"
PUBLISHER = "1ead0000-0000-4000-8000-0000000000c1"
SECRET = "the-publisher's-own-secret"  # noqa: S105 - there is nothing behind it


@dataclass(frozen=True)
class Ports:
    """Where each listens; 0 takes a free one."""

    entra: int = 0
    marketplace: int = 0
    paddle: int = 0


@dataclass
class StandIns:
    """``with StandIns() as vendors``: Entra, Microsoft's marketplace and Paddle, until the block ends.

    ``certificates`` are Entra's; without them it makes its own. ``emulator``: the marketplace as Microsoft emulates it.
    ``beat``: what is due happens by itself, checked every so many seconds; else when somebody asks, or at a ``tick``.
    """

    clock: Clock = field(default_factory=Clock)
    ports: Ports = field(default_factory=Ports)
    certificates: Certificates | None = None
    emulator: bool = False
    beat: float | None = None

    def __post_init__(self) -> None:
        self.entra = Entra(self.clock, self.ports.entra, self.certificates)
        self.entra.register(PUBLISHER, PUBLISHER_TENANT, SECRET)
        self.marketplace = Marketplace(
            self.entra,
            PUBLISHER_TENANT,
            PUBLISHER,
            emulator=self.emulator,
            clock=self.clock,
            port=self.ports.marketplace,
        )
        self.paddle = Paddle(clock=self.clock, port=self.ports.paddle)
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as opened:
            for stand_in in (self.entra, self.marketplace, self.paddle):
                opened.enter_context(stand_in)
            if self.beat is not None:
                opened.enter_context(_beating(self.tick, self.beat))
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def serve(self, public_url: str) -> None:
        """The app is there: webhooks go to it, and buyers are sent to its pages."""
        self.paddle.destination.deliver_to(f"{public_url}/api/webhooks/paddle")
        self.paddle.play.payments.checkout = f"{public_url}/buy"
        self.marketplace.outbox.url = f"{public_url}/api/webhooks/microsoft"
        self.marketplace.landing = f"{public_url}/landing"

    def tick(self) -> None:
        """Let happen what is due by now."""
        self.marketplace.tick()
        self.paddle.tick()

    def advance(self, **by: float) -> None:
        """Move the one clock, and let happen what is due by then."""
        self.clock.advance(**by)
        self.tick()

    @property
    def ca(self) -> Path:
        return self.entra.certificates.ca

    def settings(self) -> Mapping[str, str]:
        """What the app is to be told."""
        offers = {offer: {plan: plan for plan in plans} for offer, plans in self.marketplace.world.offers.items()}
        prices = {id_: id_.split("_")[1] for id_ in self.paddle.world.prices if "unknown" not in id_}
        issuers = [self.entra.issuer(PUBLISHER_TENANT, version) for version in (1, 2)]
        return {
            "EXTRA_CA_FILE": str(self.ca),
            "MARKETPLACE_API_URL": f"{self.marketplace.base}/api",
            "MARKETPLACE_AUTHORITY": f"{self.entra.base}/{PUBLISHER_TENANT}",
            "MARKETPLACE_ISSUERS": ",".join(issuers),
            "MARKETPLACE_TENANT_ID": PUBLISHER_TENANT,
            "MARKETPLACE_CLIENT_ID": PUBLISHER,
            "MARKETPLACE_CLIENT_SECRET": SECRET,
            "MARKETPLACE_RESOURCE_ID": MARKETPLACE,
            "MARKETPLACE_OFFER_URL": "https://marketplace.microsoft.com/product/saas/vendor.example-add-in",
            "MARKETPLACE_OFFERS": json.dumps(offers),
            "PADDLE_API_URL": self.paddle.base,
            "PADDLE_API_KEY": self.paddle.keys.key,
            "PADDLE_CLIENT_TOKEN": self.paddle.client_token,
            "PADDLE_JS_URL": self.paddle.script,
            "PADDLE_PRICES": json.dumps(prices),
            "PADDLE_WEBHOOK_SECRETS": self.paddle.destination.secret,
        }


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
