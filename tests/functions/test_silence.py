"""What a person sends leaves in no answer, no log line and no output, however loud the libraries are set."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from shared.domain.people import Person
from shared.operations.assign_seat import Assignee, assign_seat
from tests.functions.sentinels import ADDRESS, CLIENT, NAME, TOKEN, Sinks, fail, found_in
from tests.functions.serving import JSON, LICENSE, WEBHOOK, assert_problem, question, send, serving
from tests.paddle import Payload, Subscription, deliver, sign
from tests.runtime.asking import Headers, ask
from tests.world import NOON, TENANT, World

ZAPHOD = Assignee(Person(TENANT, "2a400000-0000-4000-8000-000000000042"), NAME, (ADDRESS,))
LOUD: Headers = [
    ("X-Forwarded-For", CLIENT),
    ("User-Agent", NAME.encode().decode("latin-1")),
    ("Cookie", f"session={TOKEN}"),
    ("Referer", f"https://addin.vendor.example/?user={ADDRESS}"),
    ("Origin", f"https://{ADDRESS.rpartition('@')[2]}"),
]


def event(**data: object) -> bytes:
    payload: Payload = Subscription().tell("created")
    payload["data"] |= {"customer": {"name": NAME, "email": ADDRESS}, "custom_data": {"ref": ADDRESS}} | data
    return json.dumps(payload).encode()


def webhook(body: bytes) -> tuple[str, str, Headers, bytes]:
    return "POST", WEBHOOK, [*JSON, ("Paddle-Signature", sign(body, NOON))], body


REQUESTS: dict[str, tuple[str, str, Headers, bytes]] = {
    "a question": ("POST", LICENSE, JSON, json.dumps({"email": ADDRESS}).encode()),
    "a preflight": ("OPTIONS", LICENSE, [("Access-Control-Request-Headers", TOKEN)], b""),
    "no JSON": ("POST", LICENSE, JSON, ADDRESS.encode()),
    "another member": ("POST", LICENSE, JSON, json.dumps({ADDRESS: NAME}).encode()),
    "no address": ("POST", LICENSE, JSON, json.dumps({"email": f"{NAME} <{ADDRESS}@>"}).encode()),
    "a token": ("POST", LICENSE, [*JSON, ("Authorization", f"Bearer {TOKEN}")], b"{}"),
    "another media type": ("POST", LICENSE, [("Content-Type", f"text/{TOKEN}")], b"{}"),
    "too much": ("POST", LICENSE, JSON, f"{ADDRESS} {NAME}".encode() * 3000),
    "an address in the query": ("GET", f"/api/health?email={ADDRESS}&token={TOKEN}", [], b""),
    "an address in the path": ("GET", f"/api/license/{quote(ADDRESS)}", [], b""),
    "a name in the path": ("PUT", f"/{quote(NAME)}/{TOKEN}", [], b""),
    "another method": ("DELETE", f"{LICENSE}?{ADDRESS}", [], b""),
    "the keys": ("GET", f"/.well-known/jwks.json?{ADDRESS}", [], b""),
    "a signature that names somebody": ("POST", WEBHOOK, [("Paddle-Signature", f"ts={TOKEN};h1={ADDRESS}")], b"{}"),
    "an unsigned event": ("POST", WEBHOOK, JSON, event()),
    "an event": webhook(event()),
    "a malformed event": webhook(event(status={ADDRESS: NAME}, id=f"sub/{ADDRESS}")),
    "an event of an unknown status": webhook(event(status=ADDRESS)),
    "an event about another product": webhook(event(items=[{"quantity": 1, "price": {"id": ADDRESS}}])),
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_nothing_of_a_request_is_answered_logged_or_printed(
    loud: str, sinks: Sinks, request_: tuple[str, str, Headers, bytes]
) -> None:
    method, path, headers, body = request_
    answer = ask(loud, method, path, [*LOUD, *headers], body)

    assert answer.status < 500
    assert found_in(str(answer.headers), answer.body, *sinks.seen()) == set()


@pytest.fixture(scope="module")
def loud(quiet_world: World) -> Iterator[str]:
    with serving(lambda: quiet_world.services) as base:
        yield base


@pytest.fixture(scope="module")
def failing(quiet_world: World) -> Iterator[str]:
    """An app whose storage fails with errors that quote what they were given."""
    tables = SimpleNamespace(read=fail, find=fail, find_together=fail, find_due=fail, write=fail)
    services = replace(quiet_world.services, tables=tables)
    with serving(lambda: services) as base:
        yield base


@pytest.mark.parametrize("name", ["a question", "an event"])
def test_nothing_of_an_error_is_answered_logged_or_printed(failing: str, sinks: Sinks, name: str) -> None:
    method, path, headers, body = REQUESTS[name]
    answer = ask(failing, method, path, [*LOUD, *headers], body)

    assert_problem(answer, 500, "INTERNAL")
    seen = sinks.seen()
    assert found_in(str(answer.headers), answer.body, *seen) == set()
    [line] = [line for line in seen if line.startswith("license_server")]
    assert line.startswith("license_server ERROR PlantedError at tests.functions.sentinels:")
    assert "from ValueError at tests.functions.sentinels:" in line


def test_a_timer_that_fails_says_only_where(failing: str, sinks: Sinks) -> None:
    assert ask(failing, "POST", "/admin/functions/purge").status == 202
    sinks.wait_for("The timer purge failed")

    assert found_in(*sinks.seen()) == set()
    assert sinks.wait_for("license_server ERROR PlantedError at tests.functions.sentinels:")


def test_a_seat_lives_and_goes_without_a_word(world: World, sinks: Sinks) -> None:
    bought = Subscription(world.checkout(ZAPHOD))
    deliver(world, *bought.bought())
    assign_seat(world.services, bought.partition, ZAPHOD)
    with serving(lambda: world.services) as base:
        sinks.listen()
        answers = [question(base, ADDRESS, [*JSON, *LOUD])]
        answers += [send(base, payload) for payload in bought.canceled()]
        world.clock.now = bought.now + timedelta(days=500)
        assert ask(base, "POST", "/admin/functions/purge").status == 202
        counts = sinks.wait_for("purge: looked")

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert found_in(*(str(answer) for answer in answers), *sinks.seen()) == set()
    assert "deleted 0" not in counts
    # What the loudest libraries say was heard.
    assert sinks.wait_for("azure.core")
    assert sinks.wait_for("urllib3")


def test_the_app_keeps_libraries_from_logging_addresses_of_rows(
    quiet_world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in {"azure", "urllib3"}]
    for name in libraries:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)

    # Azure's worker sets this level for all.
    with caplog.at_level(logging.DEBUG), serving(lambda: quiet_world.services) as base:
        assert question(base, ADDRESS).status == 200

    assert [record.name for record in caplog.records if record.name in libraries] == []
