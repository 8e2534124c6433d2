"""`python -m dev serve`: table storage, the vendors' stand-ins, the app and the demo organisation, until Ctrl-C."""

import json
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from dev import local_settings
from dev.desk import Desk
from dev.host import Host, PortInUse, running
from dev.place import CHECKOUT, Place
from dev.ports import ports_in
from dev.request_log import logged
from dev.screen import show
from dev.seed import seed
from dev.standins import StandIns
from dev.tls import kept_certificates
from dev.trouble import Trouble
from function_app import app
from shared.services import utc_now
from shared.storage.tables import AzureTables

_STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})
_BEAT_SECONDS = 0.5
_LOG_LINE = "%(asctime)s  %(message)s"


def serve(place: Place) -> None:
    """Serve until somebody stops it, then stop what was started. Raises Trouble, AzuriteError."""
    logging.basicConfig(format=_LOG_LINE, datefmt="%H:%M:%S", level=logging.WARNING)
    with _stop_signals_kept_back(), place.held():
        certificates = kept_certificates(place.tls)
        desk = Desk(place, _environment(place))
        port = local_settings.port_of(desk.env["PUBLIC_URL"])
        tables = cast("AzureTables", desk.services.tables)
        print("Starting…", flush=True)
        place.drop_what_was_never_complete()
        vendors = StandIns(
            ports=ports_in(desk.env), certificates=certificates, beat=_BEAT_SECONDS, told=desk.env, folder=place.vendors
        )
        with local_settings.azurite_of(desk.env, place.azurite), vendors, _host(port):
            vendors.serve(desk.server.base)
            for step in (tables.make_tables, lambda: seed(desk), lambda: show(desk), _log_requests_from_here):
                if not _is_to_stop():
                    step()
            signal.sigwait(_STOP_SIGNALS)


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
def _stop_signals_kept_back() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until they are asked for, so that nothing is left half started or half stopped."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        # Whoever asks again while it stops has their way already.
        while _is_to_stop():
            signal.sigwait(_STOP_SIGNALS)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_to_stop() -> bool:
    return bool(signal.sigpending() & _STOP_SIGNALS)
