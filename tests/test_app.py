"""What Azure starts: indexing needs no settings, loads nothing that a lookup does without, and prints no value."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.settings import SETTING_NAMES
from tests.functions.serving import in_each_language
from tests.world import environment

ROOT = Path(__file__).parents[1]
SENTINEL = "s3cr3t-v4lu3"
# What a license lookup, and so a cold start, has no use for; and what is not deployed at all.
UNUSED = {"babel", "jinja2", "msal", "azure.identity", "sentry_sdk", "aiohttp", "paddle_billing", "pydantic_settings"}
NOT_DEPLOYED = {"dev", "tests", "support", "pytest", "uvicorn"}

INDEX = """
import function_app
import json, sys
functions = function_app.app.get_functions()
print(json.dumps([[function.get_function_name() for function in functions], sorted(sys.modules)]))
"""
CONNECT = """
import os, sys
from shared.services import connect
connect(os.environ)
print("sentry_sdk" in sys.modules)
"""
LOOK_UP = f"""
import json, sys
import azure.functions as func
import function_app
functions = {{found.get_function_name(): found.get_user_function() for found in function_app.app.get_functions()}}
body = b'{{"email": "a@b.example"}}'
answer = functions["license"](func.HttpRequest("POST", "/", headers={{"content-type": "text/plain"}}, body=body))
print(json.dumps([answer.status_code, sorted({UNUSED!r} & set(sys.modules))]))
"""
ASK = """
import logging
logging.basicConfig(level=logging.DEBUG)
import azure.functions as func
import function_app
functions = {found.get_function_name(): found.get_user_function() for found in function_app.app.get_functions()}
body = b'{"email": "a@b.example"}'
request = func.HttpRequest(method="POST", url="/", headers={"content-type": "text/plain"}, body=body)
for name, function in functions.items():
    if name in {"purge", "reconcile"}:
        try:
            function(None)
        except Exception as error:
            print(repr(error))
    else:
        answer = function(request)
        print(name, answer.status_code, answer.get_body().decode(), dict(answer.headers))
"""


def run(script: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in which every warning is an error, with exactly this environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )


def test_the_app_indexes_with_an_empty_environment_and_says_nothing() -> None:
    ran = run(INDEX, {})
    names, _ = json.loads(ran.stdout)

    assert set(names) == {
        *(in_each_language("home") - {"home"}),
        *in_each_language("account", "account_changed", "landing", "landing_confirmed", "privacy"),
        *in_each_language(
            "buy", "buy_arrived", "buy_checkout", "buy_chosen", "buy_claim", "buy_claimed", "buy_converted"
        ),
        *in_each_language("seats", "seats_changed"),
        *("account_close", "account_export"),
        *("health", "license", "license_keys", "purge", "reconcile"),
        *(f"seats_{name}" for name in ("assign", "check", "export", "give", "list", "read", "refresh")),
        *("seats_search", "seats_take_back", "sign_in", "sign_in_callback", "sign_out"),
        *("webhook_microsoft", "webhook_paddle", "zz_nowhere"),
    }
    assert ran.stderr == ""


def test_indexing_loads_only_what_a_lookup_needs() -> None:
    _, modules = json.loads(run(INDEX, {}).stdout)

    assert set(modules) & (UNUSED | NOT_DEPLOYED) == set()
    # The list is of names that there are.
    assert {"azure.functions", "azure.data.tables", "shared.operations.answer_license"} <= set(modules)


def test_a_lookup_never_loads_what_signs_people_in() -> None:
    # Whether storage answers or not: it does not here.
    out_of_reach = "AccountName=x;AccountKey=eA==;TableEndpoint=http://127.0.0.1:9/x"
    ran = run(LOOK_UP, environment(TABLES_CONNECTION=out_of_reach, LEDGER_CONNECTION=out_of_reach))

    assert json.loads(ran.stdout) == [503, []]


def test_sentry_is_loaded_only_where_it_is_used() -> None:
    off, on = (environment(SENTRY_DSN=dsn) for dsn in ("", "http://publickey@127.0.0.1:9/17"))

    assert [run(CONNECT, env).stdout for env in (off, on)] == ["False\n", "True\n"]


HOSTILE = {
    "words": SENTINEL,
    "a reference": f"@Microsoft.KeyVault(SecretUri=https://{SENTINEL}.vault.example/)",
    "a URL": f"https://{SENTINEL}:{SENTINEL}@[{SENTINEL}/?{SENTINEL}",
    "JSON": json.dumps([{SENTINEL: SENTINEL}]),
    "a connection": f"AccountName={SENTINEL};AccountKey={SENTINEL};TableEndpoint=http://127.0.0.1:9/{SENTINEL}",
    "a format": f"%({SENTINEL})s{{{SENTINEL}}}%n",
    "lines": f"\n{SENTINEL}\r\n{SENTINEL}",
}
PLATFORM = (
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AZURE_CLIENT_ID",
    "AzureWebJobsStorage",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "SENTRY_RELEASE",
    "SENTRY_ENVIRONMENT",
)


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_no_environment_makes_the_app_print_a_value(value: str) -> None:
    ran = run(ASK, dict.fromkeys(SETTING_NAMES, value) | dict.fromkeys(PLATFORM, SENTINEL))

    assert SENTINEL not in ran.stdout + ran.stderr
    assert 'license 503 {"type": "about:blank"' in ran.stdout
    assert "MISCONFIGURED" in ran.stderr
    assert "RunFailed()" in ran.stdout
