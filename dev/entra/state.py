"""Everything that the stand-in knows of people and what they did, which pages, tokens and commands work on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from dev.entra.applications import Application
from dev.entra.cast import demo
from dev.entra.consents import Consents
from dev.entra.misbehaviour import Misbehaviour
from dev.entra.people import Directory, User
from dev.entra.sign_ins import SignIns
from dev.wire import Clock, Request

_COOKIE = "entra-stand-in"


@dataclass
class State:
    """The one of a stand-in that runs on this clock."""

    clock: Clock
    applications: dict[str, Application] = field(default_factory=dict)
    directory: Directory = field(default_factory=demo)
    consents: Consents = field(default_factory=Consents)
    sign_ins: SignIns = field(default_factory=SignIns)
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)

    def start_over(self) -> None:
        """As at first; applications stay registered."""
        self.directory, self.consents = demo(), Consents()
        self.sign_ins, self.misbehaviour = SignIns(), Misbehaviour()

    def remember(self, user: User, since: datetime) -> str:
        """The cookie of a browser where somebody signed in."""
        value = f"{user.id}.{self.sign_ins.generations[user.id]}.{int(since.timestamp())}"
        return f"{_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax"

    def remembered(self, request: Request) -> tuple[User, datetime] | None:
        """Who signed in at this browser and when, unless they were revoked since."""
        cookies = dict(each.strip().partition("=")[::2] for each in request.headers.get("cookie", "").split(";"))
        id_, generation, stamp = [*cookies.get(_COOKIE, "").split("."), "", ""][:3]
        user = self.directory.users.get(id_)
        if user is None or generation != str(self.sign_ins.generations[id_]) or not stamp.isdecimal():
            return None
        return user, datetime.fromtimestamp(int(stamp), UTC)


def forgotten() -> str:
    return f"{_COOKIE}=; Path=/; Max-Age=0"
