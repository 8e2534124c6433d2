"""Paddle's API on loopback: it answers from what `tests.paddle.Subscription` objects told, and misbehaves when asked.

https://developer.paddle.com/api-reference/overview
"""

import copy
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from dev.paddle_api.keys import LEAST

Json = dict[str, Any]
# What an API key bears of its own id, and what it may do by default.
KEY_ID = "apikey_01hs8zx6x377xfsfrt2bqsevbw"
API_KEY = f"pdl_sdbx_{KEY_ID}_Secret0123456789abcdef_AQO"
NOT_FOUND: tuple[int, Json] = (404, {"error": {"type": "request_error", "code": "not_found"}})


class Sold(Protocol):
    """What a subscription of the tests can do when it is asked over the API."""

    def cancel_scheduled(self) -> list[Json]: ...


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json


@dataclass
class Fault:
    """What the next calls to a path get instead of an answer."""

    path: str
    times: int
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b"{}"
    seconds: float = 0
    method: str = ""


@dataclass
class PaddleApi:
    """The books of one vendor, and the door to them."""

    url: str = "https://sandbox-api.paddle.com"
    page: int = 200
    sold: dict[str, Sold] = field(default_factory=dict)
    entities: dict[str, dict[str, Json]] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    contacts: dict[str, Json] = field(default_factory=dict)
    destinations: list[Json] = field(default_factory=list)
    prices: dict[str, Json] = field(default_factory=dict)
    permissions: list[str] | None = field(default_factory=lambda: sorted(LEAST))
    key_expires: str | None = None
    environment: str = "sandbox"
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget(self) -> None:
        """Empty books, an open door, nobody asked."""
        with self.lock:
            fresh = PaddleApi()
            for name in vars(fresh).keys() - {"url", "lock"}:
                setattr(self, name, getattr(fresh, name))

    def note(self, sold: Sold, event: Json) -> None:
        """An event was sent, so that there is such an entity."""
        kind, data = str(event["event_type"]).partition(".")[0], event["data"]
        with self.lock:
            self.events.append(copy.deepcopy(event))
            if kind in {"subscription", "transaction", "adjustment"} and "id" in data:
                self.entities.setdefault(f"{kind}s", {})[data["id"]] = copy.deepcopy(data)
            if kind == "subscription" and "id" in data:
                self.sold[data["id"]] = sold

    def erase(self, number: str) -> None:
        """Paddle knows nothing of a subscription any more."""
        for entities in self.entities.values():
            for key in [key for key, data in entities.items() if number in {key, data.get("subscription_id")}]:
                del entities[key]

    def fail(self, path: str, times: int = 1, **what: Any) -> None:  # noqa: ANN401 - the fields of a fault
        self.faults.append(Fault(path, times, **what))

    def asked(self, path: str = "", method: str = "") -> list[Call]:
        return [call for call in self.calls if call.path.startswith(path) and call.method.startswith(method)]

    def answer(self, call: Call) -> tuple[int, Json]:
        kind, _, rest = call.path.strip("/").partition("/")
        number, _, action = rest.partition("/")
        if call.method == "POST":
            return self._do(kind, number, action, call.body)
        if kind == "events":
            return self._list([event for event in self.events if _is_wanted(event, call.query)], call, "event_id")
        if kind == "notification-settings":
            return self._list(self.destinations, call)
        if not kind:
            caller = {"auth_type": "api_key", "permissions": self.permissions}
            return 200, {"data": {"api": {"environment": self.environment}, "caller": caller}}
        entities = self._kept(kind)
        if rest:
            return self._one(kind, entities.get(number), call.query)
        wanted = {name: call.query[name] for name in ("subscription_id", "status") if name in call.query}
        return self._list([data for data in entities.values() if wanted.items() <= data.items()], call)

    def _kept(self, kind: str) -> dict[str, Json]:
        if kind == "api-keys":
            return {KEY_ID: {"id": KEY_ID, "status": "active", "expires_at": self.key_expires}}
        return self.prices if kind == "prices" else self.entities.get(kind, {})

    def _one(self, kind: str, data: Json | None, query: Mapping[str, str]) -> tuple[int, Json]:
        if data is None:
            return NOT_FOUND
        included = self.contacts.get(data["id"], {}) if kind == "transactions" and "include" in query else {}
        return 200, {"data": {**data, **included}, "meta": {"request_id": "req"}}

    def _list(self, found: list[Json], call: Call, key: str = "id") -> tuple[int, Json]:
        if "after" in call.query:
            numbers = [data[key] for data in found]
            found = found[numbers.index(call.query["after"]) + 1 :]
        size = min(self.page, int(call.query["per_page"]))
        shown = found[:size]
        pagination = {"per_page": size, "has_more": len(found) > size, "estimated_total": len(found)}
        return 200, {"data": shown, "meta": {"request_id": "req", "pagination": pagination}}

    def _do(self, kind: str, number: str, action: str, body: Json) -> tuple[int, Json]:
        if (kind, action) == ("subscriptions", "cancel") and number in self.sold:
            if self.entities["subscriptions"][number]["status"] == "canceled":
                return 400, {"error": {"code": "subscription_update_when_canceled"}}
            if self.entities["subscriptions"][number]["scheduled_change"]:
                return 400, {"error": {"code": "subscription_locked_pending_changes"}}
            self.sold[number].cancel_scheduled()
            return 200, {"data": self.entities["subscriptions"][number]}
        if kind == "transactions" and not number:
            made = {"id": f"txn_made{len(self.entities.get('transactions', {})):026d}", "status": "draft", **body}
            self.entities.setdefault("transactions", {})[made["id"]] = made
            return 201, {"data": made}
        return NOT_FOUND

    def take_fault(self, call: Call) -> Fault | None:
        with self.lock:
            fits = (
                f for f in self.faults if f.times and call.path.startswith(f.path) and f.method in {"", call.method}
            )
            fault = next(fits, None)
            if fault is not None:
                fault.times -= 1
            return fault


def _is_wanted(event: Json, query: Mapping[str, str]) -> bool:
    kinds, since = query.get("event_type", ""), query.get("from", "")
    is_late = not since or datetime.fromisoformat(event["occurred_at"]) >= datetime.fromisoformat(since)
    return is_late and (not kinds or event["event_type"] in kinds.split(","))


PADDLE = PaddleApi()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts, body = urlsplit(self.path), self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        call = Call(self.command, parts.path, query, dict(self.headers), json.loads(body or b"{}"))
        PADDLE.calls.append(call)
        fault = PADDLE.take_fault(call)
        if fault is not None:
            if fault.seconds:
                time.sleep(fault.seconds)
            if fault.body is not None:
                self._send(fault.status, fault.headers, fault.body)
                return
        with PADDLE.lock:
            status, content = PADDLE.answer(call)
            answer = json.dumps(content).encode()
        self._send(status, {}, answer)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Who went away before the answer came is what some tests are about."""


@contextmanager
def open_api() -> Iterator[PaddleApi]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        before, PADDLE.url = PADDLE.url, f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield PADDLE
        PADDLE.url = before
        server.shutdown()
        thread.join()
