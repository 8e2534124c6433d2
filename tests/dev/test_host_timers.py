"""How the local host runs timers, by hand and by the real clock."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest

from dev.host import Host, running
from tests.dev.serving import wait_until
from tests.runtime.asking import HOST_JSON, ask, serving


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving() as url:
        yield url


def ran(base: str, times: int) -> list[object]:
    deadline = time.monotonic() + 5
    while len(runs := list(ask(base, "GET", "/ran").json["GET"])) < times:
        assert time.monotonic() < deadline
    return runs


def test_a_post_to_the_admin_route_runs_a_timer_with_a_proper_request(base: str) -> None:
    before = len(ran(base, 0))

    asynchronous = ask(base, "POST", "/admin/functions/tick", [("Content-Type", "application/json")], b"{}")
    first = ran(base, before + 1)[before]
    synchronous = ask(base, "POST", "/Admin/Functions/Tock")
    second = ran(base, before + 2)[before + 1]

    assert (asynchronous.status, asynchronous.body) == (202, b"")
    assert first == [False, {}, {"AdjustForDST": True}, True]
    assert (synchronous.status, synchronous.body) == (202, b"")
    assert second == [False, {}, {"AdjustForDST": True}, False]


@pytest.mark.parametrize("name", ["broken", "talkative"])
def test_a_timer_that_fails_by_hand_was_accepted_all_the_same(
    base: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(ran(base, 0))

    assert ask(base, "POST", f"/admin/functions/{name}").status == 202
    assert ran(base, before + 1)[before] == name
    wait_until(lambda: bool(caplog.records))
    assert [record.getMessage() for record in caplog.records] == [f"The timer {name} failed; its schedule goes on."]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/functions/tick"),
        ("POST", "/admin/functions/echo"),
        ("POST", "/admin/functions/nobody"),
        ("POST", "/admin/functions/"),
        ("POST", "/admin/host/status"),
        ("GET", "/admin/"),
    ],
)
def test_other_admin_routes_are_404(base: str, method: str, path: str) -> None:
    assert ask(base, method, path).status == 404


def test_a_schedule_runs_by_the_real_clock() -> None:
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    moments: list[datetime] = []

    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    async def every_second(timer: func.TimerRequest) -> None:
        assert not timer.past_due
        moments.append(datetime.now(UTC))

    with running(Host(app, host_json=HOST_JSON, clock=lambda: datetime.now(UTC))):
        deadline = time.monotonic() + 5
        while len(moments) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)

    assert [moment.microsecond < 500_000 for moment in moments] == [True, True]
    assert moments[1].replace(microsecond=0) - moments[0].replace(microsecond=0) == timedelta(seconds=1)
