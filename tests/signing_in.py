"""Microsoft 365 as a test needs it: the stand-ins for Entra and Graph, an app that people sign in to, and browsers."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode, urlsplit

from dev.entra import Entra
from dev.entra.people import User
from dev.entra.visitor import Visitor
from dev.graph import Graph
from dev.wire import Clock
from shared.domain.people import Person
from shared.operations.assign_seat import Assignee
from shared.services import Services, connect
from tests.functions.serving import serving
from tests.runtime.asking import Answer, ask
from tests.world import NOON, World

VENDOR = "33333333-3333-4333-8333-333333333333"
APP = "55555555-5555-4555-8555-555555555555"
SECRET = "a-secret-of-the-sign-in"
ORIGIN = "https://licensing.vendor.example"
CALLBACK = f"{ORIGIN}/sign-in/callback"


@dataclass
class Directories:
    """Both stand-ins, on a clock that stands still."""

    entra: Entra
    graph: Graph
    clock: Clock

    def start_over(self) -> None:
        self.clock.set(NOON)
        self.entra.clear()
        self.graph.clear()
        self.entra.play.start_over()
        self.entra.asked.clear()
        self.graph.asked.clear()
        self.entra.register(APP, VENDOR, SECRET, redirect_uris=[CALLBACK, f"{ORIGIN}/"])

    def find(self, who: str) -> User:
        return self.entra.state.directory.find(who)

    def settings(self) -> dict[str, str]:
        """What an operator of this server would set."""
        return {
            "ENTRA_AUTHORITY": f"{self.entra.base}/common",
            "ENTRA_CLIENT_ID": APP,
            "ENTRA_CLIENT_SECRET": SECRET,
            "GRAPH_URL": self.graph.url,
            "EXTRA_CA_FILE": str(self.entra.certificates.ca),
        }


@contextmanager
def directories() -> Iterator[Directories]:
    clock = Clock(NOON)
    with Entra(clock) as entra, Graph(entra, clock) as graph:
        yield Directories(entra, graph, clock)


def as_assignee(user: User) -> Assignee:
    """Somebody of the stand-ins' cast, as operations know them."""
    return Assignee(Person(user.tenant, user.id), user.name, user.addresses)


@dataclass
class Browser:
    """Somebody's browser: our cookies, and Microsoft's beside them."""

    base: str
    microsoft: Visitor
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, headers or {}, b"")

    def post(self, path: str, **fields: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
        return self._ask("POST", path, headers, urlencode(fields).encode())

    def script(self, path: str, csrf: str, content: object) -> Answer:
        """What a page's script sends."""
        headers = {"Content-Type": "application/json", "Origin": ORIGIN, "X-CSRF-Token": csrf}
        return self._ask("POST", path, headers, json.dumps(content).encode())

    def begin(self, then: str = "/account", **query: str) -> str:
        """The address at Microsoft that signing in leads to."""
        begun = self.get(f"/sign-in?{urlencode({'then': then, **query})}")
        assert begun.status == 303, begun.body
        return begun.header("location")[0]

    def come_back(self, address: str) -> Answer:
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
        return self.get(f"{parts.path}?{parts.query}")

    def sign_in(self, who: User, then: str = "/account", answer: str = "accept", **query: str) -> Answer:
        """The whole way there and back; ``answer`` is what they say when they are asked for consent."""
        return self.come_back(self.microsoft.sign_in(self.begin(then, **query), who, answer))

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = ask(self.base, method, quote(path, safe="/?&=%+"), [*headers.items(), ("Cookie", cookies)], body)
        for cookie in answer.header("set-cookie"):
            value, *attributes = cookie.split("; ")
            name, _, content = value.partition("=")
            self.cookies.pop(name, None)
            if not any(attribute.lower() == "max-age=0" for attribute in attributes):
                self.cookies[name] = content
        return answer


@dataclass
class Office:
    """The stand-ins, and the app over an empty world, at two instances."""

    directories: Directories
    world: World
    base: str
    other_base: str
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def entra(self) -> Entra:
        return self.directories.entra

    @property
    def graph(self) -> Graph:
        return self.directories.graph

    def find(self, who: str) -> User:
        return self.directories.find(who)

    def browser(self) -> Browser:
        self.visitors.append(Visitor())
        return Browser(self.base, self.visitors[-1])

    def advance(self, **by: float) -> None:
        """Time passes for everybody; MSAL has a clock of its own."""
        self.world.clock.advance(**by)
        self.directories.clock.advance(**by)


Opener = Callable[[World], Office]


@contextmanager
def offices(found: Directories) -> Iterator[Opener]:
    """The app at two instances, over whatever world an office was last opened with."""
    current: dict[str, Services] = {}
    opened: list[Office] = []

    def open_(world: World) -> Office:
        # Of its own, all but the tables.
        another = replace(connect(world.env, world.clock), tables=world.services.tables)
        current.update(one=world.services, other=another)
        opened.append(Office(found, world, base, other_base))
        return opened[-1]

    with serving(lambda: current["one"]) as base, serving(lambda: current["other"]) as other_base:
        yield open_
    for each in opened:
        for visitor in each.visitors:
            visitor.__exit__(None, None, None)
