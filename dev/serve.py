"""`python -m dev serve`: table storage, the app on the local host and the demo organisation, until Ctrl-C."""

import json
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import cast

from dev import local_settings
from dev.desk import Desk
from dev.host import Host, PortInUse, running
from dev.place import CHECKOUT, Place
from dev.request_log import logged
from dev.screen import show
from dev.seed import seed
from dev.trouble import Trouble
from function_app import app
from shared.services import utc_now
from shared.storage.tables import AzureTables

_LOG_LINE = "%(asctime)s  %(message)s"


def serve(place: Place) -> None:
    """Serve until somebody stops it, then stop what was started. Raises Trouble, AzuriteError."""
    logging.basicConfig(format=_LOG_LINE, datefmt="%H:%M:%S", level=logging.WARNING)
    with _stopped_by_signals(), place.held():
        desk = Desk(place, _environment(place))
        port = local_settings.port_of(desk.env["PUBLIC_URL"])
        services = desk.services
        print("Starting…", flush=True)
        with local_settings.azurite_of(desk.env, place.azurite), _host(port):
            cast("AzureTables", services.tables).make_tables()
            seed(desk)
            show(desk)
            _log_requests_from_here()
            threading.Event().wait()


def _environment(place: Place) -> dict[str, str]:
    """What is set already stays, as with the real host."""
    for name, value in local_settings.read_or_make(place.settings).items():
        os.environ.setdefault(name, value)
    return dict(os.environ)


@contextmanager
def _host(port: int) -> Iterator[None]:
    host_json = json.loads((CHECKOUT / "host.json").read_text())
    try:
        with running(logged(Host(app, host_json=host_json, clock=utc_now, settings=os.environ)), port):
            yield
    except PortInUse:
        raise Trouble(
            f"Port {port} is in use: stop what listens there, or choose another in local.settings.json (PUBLIC_URL)."
        ) from None


def _log_requests_from_here() -> None:
    for name in ("dev", "functions"):
        logging.getLogger(name).setLevel(logging.INFO)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM both end the block, which is no error; asking again while it stops changes nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with suppress(KeyboardInterrupt):
        yield
