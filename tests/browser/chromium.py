"""Debian's Chromium, and a door for whatever it would ask beyond this machine, behind which nobody is."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from playwright.sync_api import Browser, sync_playwright

# Nobody listens there.
_NOBODY = "http://127.0.0.1:9/"
_ARGUMENTS = (
    # Whatever it is told not to do, it would ask Google for its accounts and for newer components of itself.
    f"--autofill-server-url={_NOBODY}",
    f"--component-updater=url-source={_NOBODY}",
    f"--gaia-url={_NOBODY}",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_LONGEST_LINE = 2000
_SECONDS = 5


class Beyond:
    """The browser's proxy for every host but this one: notes what is asked of it, and refuses it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._refuse)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _refuse(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(_SECONDS)
                asked = connection.recv(_LONGEST_LINE).partition(b"\r\n")[0].decode("latin-1")
                if asked:
                    self.asked.append(asked)
                    connection.sendall(_REFUSED)


@contextmanager
def chromium(beyond: Beyond) -> Iterator[Browser]:
    """The browser. Chromium goes past its proxy for loopback alone, and resolves no other name by itself."""
    found = shutil.which("chromium")
    assert found, "Chromium is not installed: apt-get install chromium."
    # Its sandbox needs a user who is not root.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=[*_ARGUMENTS, *sandbox, f"--proxy-server={beyond.url}"]
        )
        yield browser
        browser.close()
