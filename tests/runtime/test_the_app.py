"""The app answers alike on the local host and in the package that runs it on Azure, and its timer does the same."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from dev.azurite import Azurite
from dev.host import Host, running
from functions import create_app
from shared.operations.assign_seat import assign_seat
from shared.services import connect, on_first_use
from tests.functions.serving import HOST_JSON, JSON, LICENSE, ROOT, WEBHOOK
from tests.paddle import Payload, Subscription, sign
from tests.paddle import deliver as deliver_directly
from tests.runtime.asking import Headers, ask
from tests.runtime.shim import Runtime, index
from tests.world import BOB, StandingClock, World, colleague, empty_tables, environment

# The real clock, as Azure has it: nobody hands the deployed app another one.
NOW = datetime.now(UTC)
OUT_OF_REACH = "AccountName=x;AccountKey=eA==;TableEndpoint=http://127.0.0.1:9/x"


@dataclass
class Both:
    """One app, served twice over the same storage."""

    world: World
    base: str
    runtime: Runtime


@pytest.fixture(scope="module")
def world(azurite: Azurite) -> World:
    made = World(environment(azurite), StandingClock(NOW))
    empty_tables(made)
    bought = Subscription(made.checkout(), now=NOW)
    deliver_directly(made, *bought.bought())
    assign_seat(made.services, bought.partition, BOB)
    return made


@pytest.fixture(scope="module")
def both(world: World) -> Iterator[Both]:
    app = create_app(on_first_use(lambda: connect(world.env)))
    host = Host(app, host_json=HOST_JSON, clock=lambda: NOW)
    with running(host) as base, index(ROOT, world.env) as runtime:
        yield Both(world, base, runtime)


def email(address: object) -> bytes:
    return json.dumps({"email": address}).encode()


def signed(event: Payload) -> tuple[Headers, bytes]:
    body = json.dumps(event).encode()
    return [*JSON, ("Paddle-Signature", sign(body, NOW))], body


BOUGHT = Subscription(now=NOW).tell("created")
UNKNOWN = Subscription(now=NOW).event("address.created", {})
MALFORMED = Subscription(now=NOW).event("subscription.created", {})
ORIGIN = ("Origin", "https://localhost:3000/")

REQUESTS: list[tuple[str, str, Headers, bytes]] = [
    ("POST", LICENSE, JSON, email(BOB.addresses[0])),
    ("POST", LICENSE, [("Content-Type", "text/plain;charset=UTF-8"), ORIGIN], email(BOB.addresses[1].upper())),
    ("POST", LICENSE, JSON, email("mallory@evil.example")),
    ("POST", f"{LICENSE}/?x=1", JSON, email("Ünknown@müller.example")),
    ("POST", LICENSE, JSON, b""),
    ("POST", LICENSE, JSON, b"?"),
    ("POST", LICENSE, JSON, email(None)),
    ("POST", LICENSE, JSON, b'{"email": "a@b.example", "email": "a@b.example"}'),
    ("POST", LICENSE, JSON, b" " * 100_000),
    ("POST", LICENSE, [], email("a@b.example")),
    ("POST", LICENSE, [*JSON, ("Authorization", "Bearer x")], email("a@b.example")),
    ("OPTIONS", LICENSE, [ORIGIN, ("Access-Control-Request-Method", "POST")], b""),
    ("OPTIONS", LICENSE, [("Origin", "null")], b""),
    ("GET", LICENSE, [], b""),
    ("GET", "/.well-known/jwks.json", [], b""),
    ("GET", "/.Well-Known/JWKS.json/", [], b""),
    ("GET", "/api/health", [], b""),
    ("HEAD", "/api/health", [], b""),
    ("POST", WEBHOOK, *signed(BOUGHT)),
    ("POST", WEBHOOK, *signed(BOUGHT)),
    ("POST", WEBHOOK, *signed(UNKNOWN)),
    ("POST", WEBHOOK, *signed(MALFORMED)),
    ("POST", WEBHOOK, JSON, b"{}"),
    ("PUT", WEBHOOK, JSON, b"{}"),
    ("GET", "/", [], b""),
    ("GET", "/de?x=1", [], b""),
    ("GET", "/FR/Privacy/", [("Accept-Language", "de")], b""),
    ("GET", "/landing", [("Accept-Language", "fr-CA,fr;q=0.9,en;q=0.8")], b""),
    ("POST", "/en/landing", [("Content-Type", "application/x-www-form-urlencoded")], b"csrf=x"),
    ("GET", "/nowhere", [("Accept", "text/html")], b""),
    ("GET", "/nowhere/%C3%BC%2F/", [], b""),
    ("DELETE", "/api/license/bob@contoso.example", [], b""),
    ("PROPFIND", "/api/health", [], b""),
]


def shape(status: int, headers: Headers, body: bytes) -> tuple[int, dict[str, str], object]:
    """Status, the headers that are ours, and the body; of a license and a page, what is not different each time."""
    by_host = {"date", "content-length", *(name.lower() for name in HOST_JSON["extensions"]["http"]["customHeaders"])}
    ours = {name.lower(): value for name, value in headers if name.lower() not in by_host}
    if "json" not in ours.get("content-type", ""):
        return status, ours, re.sub(rb'nonce="[\w-]+"', b"", body)
    content: dict[str, Any] = json.loads(body or b"{}")
    if "license" in content:
        header, claims, signature = content["license"].split(".")
        content["license"] = [header, len(claims), len(signature)]
    return status, ours, content


@pytest.mark.parametrize("asked", REQUESTS, ids=[f"{method} {path}" for method, path, _, _ in REQUESTS])
def test_the_app_answers_alike_in_the_official_runtime(both: Both, asked: tuple[str, str, Headers, bytes]) -> None:
    method, target, headers, body = asked
    local = ask(both.base, method, target, headers, body)
    length = [("content-length", str(len(body)))] if body else []
    official = both.runtime.http(method, target, [*headers, *length], body, local.client)

    body_sent = b"" if method == "HEAD" else official.body
    assert shape(local.status, local.headers, local.body) == shape(official.status, official.headers, body_sent)


def test_bob_is_licensed_by_both(both: Both) -> None:
    asked = ("POST", LICENSE, JSON, email(BOB.addresses[0]))

    assert ask(both.base, *asked).json["code"] == "LICENSED"
    assert json.loads(both.runtime.http(*asked).body)["code"] == "LICENSED"


def test_the_purge_deletes_what_is_due_in_both(both: Both) -> None:
    for number, run in enumerate(("local", "official")):
        both.world.clock.now = NOW - timedelta(days=9)
        reference = both.world.checkout(colleague(number))
        assert reference in stored(both.world)
        if run == "local":
            assert ask(both.base, "POST", "/admin/functions/purge").status == 202
        else:
            both.runtime.timer("purge")
        deadline = monotonic() + 5
        while reference in stored(both.world):
            assert monotonic() < deadline
            sleep(0.02)
    both.world.clock.now = NOW


def stored(world: World) -> set[str]:
    return {row["PartitionKey"] for row in world.rows()["references"]}
