"""The seats page and its JSON, asked as a browser of somebody who is signed in would."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.caller import Session, session_cookie
from shared.operations.assign_seat import Assignee
from tests.functions.reading import Page, read
from tests.operations.stories import seat_of
from tests.operations.visiting import visitor
from tests.paddle import Subscription
from tests.runtime.asking import Answer, ask
from tests.world import World


@dataclass(frozen=True)
class Browser:
    """Somebody's browser."""

    base: str
    world: World
    session: Session

    def get(self, target: str = "/seats") -> Answer:
        return ask(self.base, "GET", target, [self._cookie(), ("Accept", "text/html")])

    def post(self, subscription: str, do: str = "", **fields: str) -> Answer:
        """The page's form."""
        form = {"csrf": self.session.csrf, "subscription": subscription, "do": do, **fields}
        headers = [
            self._cookie(),
            ("Origin", self.world.services.issuer),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Accept", "text/html"),
        ]
        return ask(self.base, "POST", "/seats", headers, urlencode(form).encode())

    def do(self, subscription: str, do: str = "", **fields: str) -> Page:
        return read(self.post(subscription, do, **fields))

    def script(self, method: str, target: str, content: object = None, **changed: str) -> Answer:
        """What the page's script asks; ``changed`` are other headers than it sends."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode() if content is not None else b""
        kind = "application/octet-stream" if isinstance(content, bytes) else "application/json"
        sent = {"origin": self.world.services.issuer, "x-csrf-token": self.session.csrf, "content-type": kind}
        sent |= {name.replace("_", "-"): value for name, value in changed.items()}
        return ask(self.base, method, target, [self._cookie(), *((n, v) for n, v in sent.items() if v)], raw)

    def api(self, target: str, **content: Any) -> Any:  # noqa: ANN401 - it is JSON
        answer = self.script("POST", f"/api/seats{target}", content)
        assert answer.status == 200, answer.body
        return answer.json

    def _cookie(self) -> tuple[str, str]:
        return "Cookie", session_cookie(self.world.services, self.session).partition(";")[0]


def browser(base: str, world: World, who: Assignee, *, administers: bool = False, account: bool = True) -> Browser:
    """Of somebody who has just signed in."""
    known = visitor(world, who, administers=administers, account=account)
    session = Session(
        who.person, who.name, who.addresses, known.signed_in_at, known.account, is_administrator=administers
    )
    return Browser(base, world, session)


def seat_id(world: World, bought: Subscription, who: Assignee) -> str:
    """What names somebody's seat in the JSON."""
    return f"{bought.partition}.{seat_of(world, bought, who).removeprefix('seat.')}"
