"""What reaches Sentry: where in the code and what kind, once for each surprise, and nothing of anybody (P16)."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, sleep
from types import SimpleNamespace

import pytest
import sentry_sdk
from sentry_sdk.crons import capture_checkin

from shared.telemetry import report, start_error_reports, technical_only
from tests.functions.ingest import Ingest, open_door, plain
from tests.functions.sentinels import ADDRESS, CLIENT, NAME, SENTINELS, TOKEN, PlantedError, fail, found_in
from tests.functions.serving import JSON, LICENSE, assert_problem, serving
from tests.runtime.asking import Headers, ask
from tests.world import World, environment


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    with open_door() as door:
        yield door


@pytest.fixture
def reports(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ingest]:
    """Error reports switched on, under an environment that would have them say more."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("SENTRY_RELEASE", "SENTRY_ENVIRONMENT", "SENTRY_TRACE", "SENTRY_BAGGAGE"):
        monkeypatch.setenv(name, ADDRESS)
    monkeypatch.setenv("SENTRY_DEBUG", "1")
    monkeypatch.setenv("SENTRY_SPOTLIGHT", ingest.url.replace("publickey@", ""))
    start_error_reports(ingest.url, "development")
    yield ingest
    switch_off()


def switch_off() -> None:
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture(scope="module")
def failing() -> Iterator[str]:
    """An app whose storage fails with errors that quote what they were given."""
    tables = SimpleNamespace(read=fail, find=fail, find_together=fail, find_due=fail, write=fail)
    services = replace(World(environment()).services, tables=tables)
    with serving(lambda: services) as base:
        yield base


LOUD: Headers = [
    *JSON,
    ("X-Forwarded-For", CLIENT),
    ("User-Agent", NAME.encode().decode("latin-1")),
    ("Cookie", f"session={TOKEN}"),
    ("Sentry-Trace", TOKEN),
    ("Baggage", f"user={ADDRESS}"),
]


def ask_loudly(base: str) -> None:
    body = json.dumps({"email": ADDRESS}).encode()
    assert_problem(ask(base, "POST", f"{LICENSE}?email={ADDRESS}&token={TOKEN}", LOUD, body), 500, "INTERNAL")


def test_a_surprise_arrives_once_as_kind_and_place(reports: Ingest, failing: str) -> None:
    ask_loudly(failing)
    event = reports.only_event()

    assert event.keys() == {"event_id", "timestamp", "level", "platform", "environment", "exception"}
    assert (event["level"], event["platform"], event["environment"]) == ("error", "python", "development")
    cause, planted = event["exception"]["values"]
    assert [cause["type"], planted["type"]] == ["ValueError", "PlantedError"]
    assert cause.keys() == planted.keys() == {"type", "module", "stacktrace"}
    frames = planted["stacktrace"]["frames"]
    assert {name for frame in frames for name in frame} <= {"filename", "function", "module", "lineno", "in_app"}
    assert ("functions.license", "license") in [(frame["module"], frame["function"]) for frame in frames]
    assert (frames[-1]["module"], frames[-1]["function"]) == ("tests.functions.sentinels", "fail")


def test_nothing_of_a_person_arrives_and_nothing_of_the_machine(reports: Ingest, failing: str) -> None:
    ask_loudly(failing)
    switch_off()

    assert len(reports.posted) == 1
    for head, body in reports.posted:
        assert found_in(head, body) == set()
        sent = plain(body).decode().lower()
        for word in ("server_name", "user", "breadcrumb", "vars", "context_line", "abs_path", "argv", "127.0.0.1"):
            assert word not in sent
    [[envelope, *_]] = reports.envelopes()
    assert envelope.keys() <= {"event_id", "sent_at", "trace"}
    assert envelope.get("trace", {}).keys() <= {"trace_id", "environment", "public_key", "sample_rand", "org_id"}


@pytest.mark.usefixtures("reports")
def test_nothing_is_looked_for_in_the_environment_or_at_the_machine() -> None:
    options = sentry_sdk.get_client().options

    assert (options["release"], options["server_name"], options["debug"]) == ("", "", False)
    assert found_in(repr(options)) == set()


def test_a_timers_surprise_arrives_once(reports: Ingest, failing: str) -> None:
    assert ask(failing, "POST", "/admin/functions/purge").status == 202
    deadline = monotonic() + 5
    while not reports.posted:
        assert monotonic() < deadline
        sleep(0.01)
    switch_off()

    assert [found["type"] for found in reports.only_event()["exception"]["values"]] == ["ValueError", "PlantedError"]
    assert found_in(*(part for posted in reports.posted for part in posted)) == set()


def test_what_is_expected_is_not_reported(reports: Ingest, failing: str) -> None:
    assert ask(failing, "POST", LICENSE, LOUD, b"?").status == 400
    assert ask(failing, "GET", f"/{ADDRESS}", LOUD).status == 404
    logging.getLogger("anything").error("%s", ADDRESS)
    switch_off()

    assert reports.posted == []


def test_nothing_but_errors_is_ever_sent(reports: Ingest) -> None:
    with sentry_sdk.isolation_scope() as scope:
        with sentry_sdk.start_transaction(name=ADDRESS, op=NAME), sentry_sdk.start_span(name=TOKEN):
            sentry_sdk.add_breadcrumb(message=ADDRESS)
        scope.start_session()
        scope.end_session()
        scope.set_user({"email": ADDRESS, "ip_address": CLIENT})
        scope.set_tag("who", NAME)
        scope.add_attachment(bytes=TOKEN.encode(), filename=ADDRESS)
        sentry_sdk.capture_message(ADDRESS)
        capture_checkin(monitor_slug=TOKEN, status="ok")
        sentry_sdk.metrics.count(TOKEN, 1, attributes={"who": ADDRESS})
        report(LookupError(ADDRESS))
    switch_off()

    assert [found["type"] for found in reports.only_event()["exception"]["values"]] == ["LookupError"]
    assert found_in(*(part for posted in reports.posted for part in posted)) == set()


def test_an_answer_does_not_wait_for_a_door_that_is_shut(ingest: Ingest, failing: str) -> None:
    start_error_reports("http://publickey@127.0.0.1:9/17", "development")
    began = monotonic()
    ask_loudly(failing)
    switch_off()

    assert monotonic() - began < 5
    assert ingest.posted == []


def test_a_report_is_rebuilt_from_what_may_be_in_it() -> None:
    planted = {"email": ADDRESS, "nested": [{"token": TOKEN}]}
    frame = {"function": "f", "lineno": 1, "vars": planted, "context_line": ADDRESS, "pre_context": [NAME]}
    members = (
        "user request breadcrumbs contexts extra tags logentry message threads debug_meta modules server_name"
        " transaction fingerprint sdk release dist _meta spans measurements"
    )
    event = dict.fromkeys(members.split(), planted) | {
        "event_id": "1",
        "level": "error",
        "exception": {
            "values": [
                {
                    "type": "E",
                    "value": ADDRESS,
                    "mechanism": planted,
                    "stacktrace": {"frames": [frame], "registers": planted},
                },
                {"type": "F", "value": NAME, "stacktrace": None},
                {"type": "G", "value": NAME},
            ]
        },
    }
    kept = technical_only(event)

    assert kept == {
        "event_id": "1",
        "level": "error",
        "exception": {
            "values": [
                {"type": "E", "module": None, "stacktrace": {"frames": [{"function": "f", "lineno": 1}]}},
                {"type": "F", "module": None, "stacktrace": {"frames": []}},
                {"type": "G", "module": None, "stacktrace": {"frames": []}},
            ]
        },
    }
    assert technical_only({"message": ADDRESS}) is None


def test_the_search_finds_a_leak_at_the_door(ingest: Ingest) -> None:
    sentry_sdk.init(ingest.url, default_integrations=False)
    with pytest.raises(PlantedError) as planted:
        fail()
    sentry_sdk.capture_exception(planted.value)
    sentry_sdk.flush()
    switch_off()

    assert found_in(*(body for _, body in ingest.posted)) == set(SENTINELS)
