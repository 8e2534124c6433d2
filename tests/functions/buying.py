"""A browser that buys: it keeps the cookies it is given, and sends our forms as our pages do."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from functions.caller import Session, session_cookie
from shared.operations.assign_seat import Assignee
from shared.operations.open_account import open_account
from tests.runtime.asking import Answer, Headers, ask
from tests.world import World


@dataclass
class Shopper:
    """Somebody's browser."""

    base: str
    world: World
    session: Session | None = None
    jar: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.session:
            self._keep([session_cookie(self.world.services, self.session)])

    def get(self, path: str = "/buy") -> Answer:
        return self._ask("GET", path)

    def post(self, path: str = "/buy", **fields: str) -> Answer:
        """A form; ``origin`` and ``csrf`` are ours unless given."""
        origin = fields.pop("origin", self.world.services.issuer)
        form = {"csrf": self.session.csrf if self.session else "", **fields}
        headers = [("Origin", origin), ("Content-Type", "application/x-www-form-urlencoded")]
        return self._ask("POST", path, headers, urlencode(form).encode())

    def choose(self, **changed: str) -> Answer:
        """The form of `/buy`, as Paddle's button sends it."""
        return self.post(**{"plan": "team", "seats": "3", "owner": "organisation", "marketplace": "paddle", **changed})

    def _ask(self, method: str, path: str, headers: Headers = (), body: bytes = b"") -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        answer = ask(self.base, method, path, [*headers, ("Cookie", cookies), ("Accept", "text/html")], body)
        self._keep(answer.header("set-cookie"))
        return answer

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value


def shopper(base: str, world: World, who: Assignee, *, account: bool = True) -> Shopper:
    """Of somebody who has just signed in, to buy or for something else."""
    number = open_account(world.services, who.person, who.name, who.addresses) if account else ""
    return Shopper(base, world, Session(who.person, who.name, who.addresses, world.clock(), number))
