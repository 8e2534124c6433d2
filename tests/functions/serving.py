"""The app on the local host, asked over real HTTP."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from dev.host import Host, running
from functions import create_app
from functions.pages import LANGUAGES
from shared.services import MARKETPLACES, Services
from tests.paddle import Payload, sign
from tests.runtime.asking import Answer, Headers, ask
from tests.world import NOON

ROOT = Path(__file__).parents[2]
HOST_JSON = json.loads((ROOT / "host.json").read_text())
JSON: Headers = [("Content-Type", "application/json")]
LICENSE, WEBHOOK = "/api/license", "/api/webhooks/paddle"


def in_each_language(*pages: str) -> set[str]:
    """The functions of these pages: at a route of their own, and in each language."""
    return {name for page in pages for name in (page, *(f"{page}_{language}" for language in LANGUAGES))}


@contextmanager
def serving(services: Callable[[], Services], marketplaces: Iterable[str] = MARKETPLACES) -> Iterator[str]:
    """The app over these services, at the URL that is yielded; its timers run only by hand."""
    with running(Host(create_app(services, marketplaces), host_json=HOST_JSON, clock=lambda: NOON)) as base:
        yield base


def question(base: str, address: str, headers: Headers = JSON) -> Answer:
    """The add-in's question about an address."""
    return ask(base, "POST", LICENSE, headers, json.dumps({"email": address}).encode())


def send(base: str, payload: Payload) -> Answer:
    """One of Paddle's events, signed."""
    body = json.dumps(payload).encode()
    return ask(base, "POST", WEBHOOK, [*JSON, ("Paddle-Signature", sign(body, NOON))], body)


def assert_problem(answer: Answer, status: int, code: str) -> None:
    """A problem document by RFC 9457 that says this, and that nobody keeps."""
    told = answer.json
    assert (answer.status, told["status"], told["code"]) == (status, status, code)
    assert (told["type"], told["title"]) == ("about:blank", HTTPStatus(status).phrase)
    assert told["detail"]
    assert told.keys() == {"type", "title", "status", "detail", "code"}
    assert answer.header("content-type") == ["application/problem+json"]
    assert answer.header("cache-control") == ["no-store"]
