"""The account page and its JSON, asked as a browser of somebody who is signed in would."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.caller import Session, session_cookie
from shared.operations.assign_seat import Assignee
from tests.functions.reading import Page, read
from tests.runtime.asking import Answer, Headers, ask
from tests.world import World


@dataclass(frozen=True)
class Visiting:
    """Somebody's browser."""

    base: str
    world: World
    session: Session

    def get(self, target: str = "/account") -> Answer:
        return ask(self.base, "GET", target, [self._cookie(), ("Accept", "text/html")])

    def page(self, target: str = "/account") -> Page:
        answer = self.get(target)
        assert answer.status == 200
        return read(answer)

    def post(self, do: str, path: str = "/account", **changed: str) -> Answer:
        """One of the page's forms; ``changed`` are other fields than it has."""
        form = {"csrf": self.session.csrf, "do": do, **changed}
        headers: Headers = [
            self._cookie(),
            ("Origin", form.pop("origin", self.world.services.issuer)),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Accept", "text/html"),
        ]
        return ask(self.base, "POST", path, headers, urlencode(form).encode())

    def do(self, do: str, **fields: str) -> Page:
        answer = self.post(do, **fields)
        assert answer.status == 200
        return read(answer)

    def close(self, content: object = None, **changed: str) -> Answer:
        """What a script sends to close; ``changed`` are other headers than it has."""
        sent = {
            "origin": self.world.services.issuer,
            "x-csrf-token": self.session.csrf,
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        body = json.dumps({"close": "account"} if content is None else content).encode()
        return ask(self.base, "POST", "/api/account/close", [self._cookie(), *sent.items()], body)

    def copy(self) -> Any:  # noqa: ANN401 - it is JSON
        return self.get("/api/account/export").json

    def _cookie(self) -> tuple[str, str]:
        return "Cookie", session_cookie(self.world.services, self.session).partition(";")[0]


def visiting(base: str, world: World, who: Assignee, *, account: str = "", administers: bool = False) -> Visiting:
    """The browser of somebody who has just signed in; a sign-in that is not for buying opens no account."""
    session = Session(who.person, who.name, who.addresses, world.clock(), account, is_administrator=administers)
    return Visiting(base, world, session)
