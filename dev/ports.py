"""Which settings lead to which stand-in, and the port that it then takes."""

import contextlib
import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from dev.trouble import Trouble
from dev.wire import StandIn

# The settings that lead to each of them, the first that is set.
SETTINGS: Mapping[str, Sequence[str]] = {
    "entra": ("ENTRA_AUTHORITY", "MARKETPLACE_AUTHORITY"),
    "graph": ("GRAPH_URL",),
    "marketplace": ("MARKETPLACE_API_URL",),
    "paddle": ("PADDLE_API_URL",),
}
_LOOPBACK = {"localhost", "127.0.0.1"}


@dataclass(frozen=True)
class Ports:
    """Where each listens; 0 takes a free one, and what has none is not started."""

    entra: int | None = 0
    graph: int | None = 0
    marketplace: int | None = 0
    paddle: int | None = 0


# Those that make dev takes unless it is told otherwise.
USUAL = Ports(entra=10004, graph=10005, marketplace=10006, paddle=10003)


def led_to(env: Mapping[str, str], name: str) -> str | None:
    """Where settings have the app look for one of these vendors; nowhere if they are empty, none if there are none."""
    given = [env[setting] for setting in SETTINGS[name] if setting in env]
    return next(filter(None, given), "" if given else None)


def ports_in(env: Mapping[str, str]) -> Ports:
    """Those that settings lead to; none for a vendor who is somewhere else, and the usual one where nothing is set."""
    return Ports(**{name: _port(led_to(env, name), getattr(USUAL, name)) for name in SETTINGS})


def _port(url: str | None, usual: int | None) -> int | None:
    if url is None:
        return usual
    parts = urlsplit(url)
    return parts.port if parts.hostname in _LOOPBACK else None


@contextlib.contextmanager
def at_its_port(stand_in: StandIn, name: str, port: int) -> Iterator[None]:
    with contextlib.ExitStack() as opened:
        try:
            opened.enter_context(stand_in)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            where = f"in local.settings.json ({', '.join(SETTINGS[name])})"
            raise Trouble(f"Port {port} is in use: stop what listens there, or choose another {where}.") from None
        yield
