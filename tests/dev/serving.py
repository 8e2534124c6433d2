"""`python -m dev serve` as a process of its own, on free ports and in a folder of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dev.azurite import LEDGER, TABLES, Azurite
from dev.ports import SETTINGS

ROOT = Path(__file__).parents[2]
LAST_LINE = "Ctrl-C stops everything"
_SECONDS = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Serving:
    """One checkout's server, which can be started and stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("app", "tables", *SETTINGS)}
        self.port = self.ports["app"]
        self.base = f"http://localhost:{self.port}"
        azurite = Azurite(port=self.ports["tables"])
        self.values = {
            "PUBLIC_URL": self.base,
            "TABLES_CONNECTION": azurite.connection_string(TABLES),
            "LEDGER_CONNECTION": azurite.connection_string(LEDGER),
            "ENTRA_AUTHORITY": f"https://localhost:{self.ports['entra']}/common",
            "GRAPH_URL": f"http://localhost:{self.ports['graph']}/v1.0",
            "MARKETPLACE_API_URL": f"http://localhost:{self.ports['marketplace']}/api",
            "PADDLE_API_URL": f"http://localhost:{self.ports['paddle']}",
        }
        self.set()

    def set(self, **values: str) -> None:
        """Have the settings say so from the next start on."""
        self.values.update(values)
        (self.folder / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": self.values}))

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "dev", "--folder", str(self.folder), *arguments]

    def launch(self) -> None:
        with (self.folder / "output").open("w") as output:
            self.process = subprocess.Popen(
                self.command("serve"), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    def start(self) -> None:
        self.launch()
        wait_until(lambda: LAST_LINE in self.output or self.process.poll() is not None)
        assert LAST_LINE in self.output, self.output

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(by)
        return self.process.wait(_SECONDS)

    def serve_in_vain(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command("serve"), cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False
        )

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]
