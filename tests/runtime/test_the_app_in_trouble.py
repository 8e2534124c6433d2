"""In the official runtime too, an app that cannot work says so, and nobody who asks is named."""

import json

import pytest

from tests.functions.sentinels import ADDRESS, CLIENT, TOKEN, Sinks, found_in
from tests.functions.serving import JSON, LICENSE, ROOT, in_each_language
from tests.runtime.shim import InvocationFailed, index
from tests.world import environment

QUESTION = ("POST", LICENSE, JSON, json.dumps({"email": ADDRESS}).encode())
OUT_OF_REACH = "AccountName=x;AccountKey=eA==;TableEndpoint=http://127.0.0.1:9/x"


def test_the_app_indexes_and_answers_without_any_setting(capfd: pytest.CaptureFixture[str]) -> None:
    with index(ROOT, {}) as runtime:
        answer, health = runtime.http(*QUESTION), runtime.http("GET", "/api/health")
        with pytest.raises(InvocationFailed) as failed:
            runtime.timer("purge")

    assert runtime.functions.keys() == {
        *(in_each_language("home") - {"home"}),
        *in_each_language(
            "account", "account_changed", "landing", "landing_confirmed", "privacy", "seats", "seats_changed"
        ),
        *in_each_language(
            "buy", "buy_arrived", "buy_checkout", "buy_chosen", "buy_claim", "buy_claimed", "buy_converted"
        ),
        "account_close",
        "account_export",
        "health",
        "license",
        "license_keys",
        "purge",
        "reconcile",
        *(f"seats_{name}" for name in ("assign", "check", "export", "give", "list", "read", "refresh")),
        *("seats_search", "seats_take_back"),
        *("sign_in", "sign_in_callback", "sign_out"),
        "webhook_microsoft",
        "webhook_paddle",
        "zz_nowhere",
    }
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "MISCONFIGURED")
    assert (health.status, health.body) == (503, b"")
    assert found_in(answer.body, str(failed.value), *capfd.readouterr()) == set()


def test_the_runtime_logs_nothing_of_a_request(capfd: pytest.CaptureFixture[str]) -> None:
    env = environment(TABLES_CONNECTION=OUT_OF_REACH, LEDGER_CONNECTION=OUT_OF_REACH)
    headers = [*JSON, ("X-Forwarded-For", CLIENT), ("Cookie", f"session={TOKEN}")]
    with index(ROOT, env) as runtime:
        sinks = Sinks(capfd.readouterr)
        sinks.listen()
        answers = [
            runtime.http("POST", f"{LICENSE}?{ADDRESS}", headers, QUESTION[3]),
            runtime.http("POST", f"{LICENSE}?{ADDRESS}", headers, ADDRESS.encode()),
            runtime.http("GET", f"/{ADDRESS}", headers),
        ]
        sinks.rest()

    assert [answer.status for answer in answers] == [503, 400, 404]
    assert found_in(*(answer.body for answer in answers), *sinks.seen()) == set()
    assert sinks.wait_for("license_server WARNING StorageUnavailable at shared.storage.")


def test_what_azure_logs_of_a_failed_timer_is_nothing_but_that(caplog: pytest.LogCaptureFixture) -> None:
    env = environment(TABLES_CONNECTION=OUT_OF_REACH.replace("/x", f"/{TOKEN}"), LEDGER_CONNECTION=OUT_OF_REACH)
    with index(ROOT, env) as runtime, pytest.raises(InvocationFailed) as failed:
        runtime.timer("purge")

    assert "RunFailed" in str(failed.value)
    assert found_in(str(failed.value), caplog.text) == set()
    assert any(message.startswith("StorageUnavailable at shared.storage.") for message in caplog.messages)
