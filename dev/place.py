"""Where a checkout keeps what development makes: its settings, and the data that `reset` drops."""

import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.trouble import Trouble

CHECKOUT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Place:
    """A folder with `local.settings.json`, and `.dev/` with everything that is kept between runs."""

    folder: Path = CHECKOUT

    @property
    def settings(self) -> Path:
        return self.folder / "local.settings.json"

    @property
    def data(self) -> Path:
        return self.folder / ".dev"

    @property
    def azurite(self) -> Path:
        return self.data / "azurite"

    @property
    def vendors(self) -> Path:
        """What the stand-ins know."""
        return self.data / "vendors"

    @property
    def tls(self) -> Path:
        return self.data / "tls"

    @property
    def seeded(self) -> Path:
        """There once the demo organisation is complete."""
        return self.data / "seeded"

    def drop_what_was_never_complete(self) -> None:
        """What an interrupted first start left half made is begun anew."""
        if not self.seeded.exists():
            for folder in (self.azurite, self.vendors):
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Only one process at a time works on the data itself. Raises Trouble if another does."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Trouble("The server of this checkout is running: stop it first, with Ctrl-C.") from None
            yield


def this_program() -> str:
    """How to start these tools again, fit to be copied into a terminal."""
    python = Path(sys.executable)
    here = Path.cwd()
    return f"{python.relative_to(here) if python.is_relative_to(here) else python} -m dev"
