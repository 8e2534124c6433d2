"""Sentry's door on loopback, over real HTTP."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass
class Ingest:
    """Whatever is posted to the door, each with its request line and headers."""

    url: str = ""
    posted: list[tuple[str, bytes]] = field(default_factory=list)

    def envelopes(self) -> list[list[Json]]:
        """Each envelope: its own header, then header and payload of each item."""
        return [[json.loads(line) for line in plain(body).splitlines() if line] for _, body in self.posted]

    def only_event(self) -> Json:
        [[_, kind, event]] = self.envelopes()
        assert kind["type"] == "event"
        return event


def plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@contextmanager
def open_door() -> Iterator[Ingest]:
    door = Ingest()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            door.posted.append((f"{self.requestline} {self.headers}", body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        door.url = f"http://publickey@127.0.0.1:{server.server_port}/17"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield door
        server.shutdown()
        thread.join()
