"""Runs the host, or any ASGI application, under uvicorn on loopback."""

import contextlib
import errno
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn

from dev.host.asgi import Application

_LOOPBACK = "127.0.0.1"
_DRAIN_SECONDS = 5
_START_SECONDS = 10


class PortInUse(Exception):
    """Somebody listens there already; the message is one sentence for the person at the keyboard."""


def serve(app: Application, port: int) -> None:
    """Serves until Ctrl-C, answers what is under way, and returns; raises PortInUse.

    SIGTERM ends it likewise, and then goes on to whatever handler the caller has for it.
    """
    # uvicorn raises the signal again once it has stopped; for Ctrl-C that is the ordinary end.
    with _listen(port) as listening, contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(_config(app)).run([listening])


@contextlib.contextmanager
def running(app: Application, port: int = 0) -> Iterator[str]:
    """Serves in a thread while the block runs, and yields the base URL; port 0 takes a free one."""
    server = uvicorn.Server(_config(app))
    with _listen(port) as listening:
        thread = threading.Thread(target=_run, args=(server, listening))
        thread.start()
        try:
            _await_start(server, thread)
            yield f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    with contextlib.suppress(SystemExit):  # uvicorn's way to say that the application would not start
        server.run([listening])


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's delay (40 ms per answer) off only for a socket that names its protocol.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_LOOPBACK, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(f"Port {port} is in use: stop what listens there, or choose another port.") from error
    return listening


def _config(app: Application) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Else uvicorn would believe the X-Forwarded-For of whoever calls from loopback.
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The server did not start; its log says why.")
        time.sleep(0.005)
