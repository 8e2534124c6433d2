"""The hourly repair as the host runs it."""

import logging
import time

import pytest

from tests.functions.sentinels import ADDRESS, NAME, found_in
from tests.paddle import Subscription
from tests.runtime.asking import ask
from tests.world import World


def run(base: str, caplog: pytest.LogCaptureFixture) -> str:
    """What the timer logs when it has run."""
    caplog.set_level(logging.INFO)
    assert ask(base, "POST", "/admin/functions/reconcile").status == 202
    deadline = time.monotonic() + 20
    while not (told := [line for line in caplog.messages if line.startswith("reconcile: ")]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return told[0]


def test_it_repairs_and_logs_counts_alone(base: str, world: World, caplog: pytest.LogCaptureFixture) -> None:
    sold = Subscription(world.checkout())
    for event in sold.bought():
        event["data"]["customer"] = {"name": NAME, "email": ADDRESS}
    for data in [*world.paddle.entities["subscriptions"].values(), *world.paddle.entities["transactions"].values()]:
        data["customer"] = {"name": NAME, "email": ADDRESS}

    assert run(base, caplog) == "reconcile: seen 4, repaired 3, failed 0"

    assert len([row for row in world.rows()["subscriptions"] if row["RowKey"] == "subscription"]) == 1
    assert found_in(caplog.text, str(world.rows())) == set()


def test_a_marketplace_that_does_not_answer_is_a_failure_that_is_counted(
    base: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.paddle.fail("/", times=99, status=401)

    assert run(base, caplog) == "reconcile: seen 0, repaired 0, failed 2"
    assert any(line.startswith("Denied at shared.web:") for line in caplog.messages)
