"""An HTTP server on loopback, in threads, with or without TLS, that stops at once."""

import contextlib
import os
import socket
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dev.tls import Certificates
from dev.wire.messages import Handler, Reply, Request

_LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.02
# On, for no time: closing then tears the connection down instead of ending it.
_TORN_DOWN = struct.pack("ii", 1, 0)


class Server(ThreadingTCPServer):
    """Answers by ``handler``. What it raises is answered with 500, kept, and raised again by ``stop``."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, handler: Handler, port: int = 0, certificates: Certificates | None = None) -> None:
        self.handler = handler
        self.surprises: list[Exception] = []
        self.scheme = "https" if certificates else "http"
        self._tls = _context(certificates) if certificates else None
        self._connections: set[socket.socket] = set()
        self._stopping = threading.Event()
        super().__init__((_LOOPBACK, port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(_POLL_SECONDS,))

    @property
    def base(self) -> str:
        # By name, since that is what cookies and certificates are made out to.
        return f"{self.scheme}://localhost:{self.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """So long, or until the server stops."""
        self._stopping.wait(seconds)

    def stop(self) -> None:
        self._stopping.set()
        self.shutdown()
        self._thread.join()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                # Below TLS: a farewell might wait for somebody who reads no more.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()
        if self.surprises:
            raise self.surprises[0]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self._tls:
            # The handshake is left to the connection's own thread.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - socketserver's own wording
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who hangs up, or distrusts our certificate, is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # Headers and body leave together, and at once.
    disable_nagle_algorithm = True
    wbufsize = -1

    def _reply(self) -> None:
        reply = self._made()
        if reply.reset:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TORN_DOWN)
            os.close(self.connection.detach())
            return
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _made(self) -> Reply:
        try:
            return self.server.handler(self._request())
        except Exception as surprise:  # noqa: BLE001 - kept, and raised when the server stops
            self.server.surprises.append(surprise)
            return Reply(500, b"The stand-in itself failed.")

    def _request(self) -> Request:
        target = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(target.path),
            base=self.server.base,
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own wording
        """What is asked stands in the stand-in's own list."""

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _reply  # noqa: N815 - http.server's


def _context(certificates: Certificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    return context
