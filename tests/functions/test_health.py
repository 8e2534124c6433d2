"""Health says whether the app can serve, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.services import Services, connect
from shared.storage.tables import AzureTables
from tests.functions.serving import serving
from tests.runtime.asking import Answer, ask
from tests.world import World, environment

UNREACHABLE = "AccountName=x;AccountKey=eA==;TableEndpoint=http://127.0.0.1:9/x"


def health(services: Callable[[], Services]) -> Answer:
    with serving(services) as base:
        return ask(base, "GET", "/api/health")


def assert_only(answer: Answer, status: int) -> None:
    assert (answer.status, answer.body) == (status, b"")
    assert {name.lower() for name, _ in answer.headers} == {
        "date",
        "content-length",
        "content-type",
        "cache-control",
        "content-security-policy",
        "referrer-policy",
        "x-content-type-options",
    }
    assert answer.header("cache-control") == ["no-store"]


def test_an_app_that_can_serve_is_healthy(world: World) -> None:
    assert_only(health(lambda: world.services), 200)


def test_an_app_whose_storage_does_not_answer_is_not() -> None:
    services = connect(environment(TABLES_CONNECTION=UNREACHABLE, LEDGER_CONNECTION=UNREACHABLE))

    assert_only(health(lambda: services), 503)


def test_an_app_whose_storage_has_no_tables_is_not(world: World) -> None:
    for service, names in world.tables._services:  # noqa: SLF001 - nothing else ever drops a table
        for name in names:
            service.delete_table(name)

    assert_only(health(lambda: world.services), 503)


@pytest.mark.parametrize("missing", ["TABLES_CONNECTION", "LICENSE_SIGNING_KEYS", "PUBLIC_URL"])
def test_an_app_without_its_settings_is_not(missing: str) -> None:
    assert_only(health(lambda: connect(environment(None, **{missing: ""}))), 503)


def test_an_app_that_fails_in_a_way_that_nobody_foresaw_is_not(world: World) -> None:
    class Broken(AzureTables):
        def __init__(self) -> None:
            """Nothing is there to read from."""

    assert_only(health(lambda: replace(world.services, tables=Broken())), 503)
