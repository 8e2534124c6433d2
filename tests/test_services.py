"""Services are chosen from the environment, on first use, once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.services import Services, connect, on_first_use
from shared.settings import SettingsInvalid
from tests.world import NOON, StandingClock, environment

ASKERS = 16


def made() -> Services:
    return connect(environment(), StandingClock())


def test_services_say_what_the_settings_say() -> None:
    services = connect(environment(PUBLIC_URL="https://licensing.vendor.example/", GRACE_DAYS="3"), StandingClock())

    assert (services.issuer, services.audience) == ("https://licensing.vendor.example", "mail-merge")
    assert services.addin_origins == {"https://addin.vendor.example", "https://localhost:3000"}
    assert services.terms.grace.days == 3
    assert list(services.marketplaces) == ["paddle"]
    assert services.clock() == NOON


def test_an_empty_environment_connects_to_nothing() -> None:
    with pytest.raises(SettingsInvalid):
        connect({}, StandingClock())


def test_nothing_is_connected_before_it_is_asked_for() -> None:
    asked: list[str] = []

    def connect_now() -> Services:
        asked.append("connect")
        return made()

    services = on_first_use(connect_now)

    assert asked == []
    assert services() is services()
    assert asked == ["connect"]


def test_all_who_ask_at_once_get_the_same_services() -> None:
    asked: list[str] = []
    together = threading.Barrier(ASKERS)
    ready = made()

    def connect_now() -> Services:
        asked.append("connect")
        # Long enough for everyone else to ask meanwhile.
        threading.Event().wait(0.1)
        return ready

    services = on_first_use(connect_now)

    def ask() -> Services:
        together.wait(timeout=10)
        return services()

    with ThreadPoolExecutor(ASKERS) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(ASKERS)]]

    assert asked == ["connect"]
    assert {id(each) for each in found} == {id(ready)}


def test_what_failed_is_tried_again_by_the_next_who_asks() -> None:
    ready = made()
    problems = ["is missing", "is not JSON"]
    failing = iter(problems)

    def connect_now() -> Services:
        if problem := next(failing, ""):
            raise SettingsInvalid({"PLANS": problem})
        return ready

    services = on_first_use(connect_now)

    for problem in problems:
        with pytest.raises(SettingsInvalid) as raised:
            services()
        assert raised.value.problems == {"PLANS": problem}
    assert services() is ready
    assert services() is ready
