"""When the local host runs timers: by the schedule, and never twice at a time."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from azure.functions.meta import Datum

from dev.host import AppRefused
from dev.host.index import TimerFunction
from dev.host.schedule import Schedule
from dev.host.timers import Timers

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("0 0 * * * *", "2026-06-01T13:00:00"),
        ("30 0 * * * *", "2026-06-01T12:00:30"),
        ("*/20 * * * * *", "2026-06-01T12:00:20"),
        ("0 5/10 * * * *", "2026-06-01T12:05:00"),
        ("0 0 9-17 * * MON-FRI", "2026-06-01T13:00:00"),
        ("0 0 0 * * 0", "2026-06-07T00:00:00"),
        ("0 0 0 * * 2,sat", "2026-06-02T00:00:00"),
        ("0 0 0 1 1 *", "2027-01-01T00:00:00"),
        ("0 0 0 29 FEB *", "2028-02-29T00:00:00"),
        ("0 0 0 */2 * 1", "2026-06-15T00:00:00"),
    ],
)
def test_a_schedule_names_the_next_time_in_utc(expression: str, following: str) -> None:
    moment = NOON.astimezone(tz=None)

    assert Schedule("purge", expression).after(moment) == datetime.fromisoformat(following + "+00:00")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("0 * * * *", "six fields"),
        ("0 0 0 * * * *", "six fields"),
        ("01:00:00", "six fields"),
        ("%SCHEDULE%", "six fields"),
        ("60 0 * * * *", "six fields"),
        ("0 0 0 30 2 *", "six fields"),
        ("0 0 0 JAN * *", "six fields"),
        ("0 0 0 1 * MON", "both day-of-month and day-of-week"),
        ("0 0 0 1-7 * 1-5", "both day-of-month and day-of-week"),
        ("0 0 0 * * 7", "differently"),
        ("0 0 0 * * 1-7", "differently"),
        ("0 0 0 * * 5/2", "differently"),
        ("0 0 0 * * MON#1", "differently"),
        ("0 0 0 L * *", "differently"),
        ("0 0 0 LW * *", "differently"),
        ("0 0 0 * * 5L", "differently"),
    ],
)
def test_a_schedule_that_azure_reads_otherwise_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(AppRefused, match=f"^purge: the schedule .*{reason}"):
        Schedule("purge", expression)


class FakeTime:
    """A clock that its sleepers move; it lets everybody run once per tick."""

    def __init__(self) -> None:
        self.now = NOON

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Story:
    """Follows one timer's schedule until it has run so many times; each run takes its time, and may fail."""

    def __init__(self, schedule: str, *, takes: float = 0, fails: bool = False) -> None:
        self.time = FakeTime()
        self.takes = takes
        self.fails = fails
        self.began: list[str] = []
        self.requests: list[dict[str, object]] = []
        self.under_way = 0
        self.began_again = asyncio.Event()
        self.function = TimerFunction("purge", "timer", schedule)

    def until(self, times: int) -> list[str]:
        asyncio.run(self._follow(times))
        return self.began[:times]

    async def _follow(self, times: int) -> None:
        timers = Timers([self.function], self.invoke, self.time.clock, self.time.sleep)
        timers.start()
        async with asyncio.timeout(5):
            while len(self.began) < times:
                await self.began_again.wait()
                self.began_again.clear()
        await timers.stop()

    async def invoke(self, function: TimerFunction, message: Datum) -> None:
        assert function is self.function
        assert self.under_way == 0
        self.under_way += 1
        self.began.append(f"{self.time.now:%H:%M:%S}")
        self.began_again.set()
        self.requests.append(json.loads(message.value))
        await self.time.sleep(self.takes)
        self.under_way -= 1
        if self.fails:
            raise LookupError("in a timer")


def test_a_timer_runs_whenever_its_schedule_is_due() -> None:
    assert Story("0 */20 * * * *").until(3) == ["12:20:00", "12:40:00", "13:00:00"]


def test_an_error_is_logged_and_the_schedule_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    assert Story("0 0 * * * *", fails=True).until(2) == ["13:00:00", "14:00:00"]

    assert "The timer purge failed" in caplog.records[0].getMessage()
    assert caplog.records[0].exc_info


def test_a_run_that_outlasts_its_interval_is_followed_at_once_by_one_and_never_overlapped() -> None:
    assert Story("0 * * * * *", takes=150).until(3) == ["12:01:00", "12:03:30", "12:06:00"]


def test_a_scheduled_run_is_told_its_schedule() -> None:
    story = Story("0 0 * * * *")
    story.until(2)

    assert story.requests[0]["ScheduleStatus"] == {
        "Last": "0001-01-01T00:00:00+00:00",
        "LastUpdated": "0001-01-01T00:00:00+00:00",
        "Next": "2026-06-01T13:00:00+00:00",
    }
    assert story.requests[1]["ScheduleStatus"] == {
        "Last": "2026-06-01T13:00:00+00:00",
        "LastUpdated": "2026-06-01T13:00:00+00:00",
        "Next": "2026-06-01T14:00:00+00:00",
    }


def test_runs_by_hand_wait_for_each_other() -> None:
    story = Story("0 0 0 1 1 *", takes=1)

    async def thrice() -> None:
        timers = Timers([story.function], story.invoke, story.time.clock, story.time.sleep)
        assert [timers.run_now(name) for name in ("purge", "PURGE", "purge", "other")] == [True, True, True, False]
        await timers.stop()

    asyncio.run(thrice())

    assert story.began == ["12:00:00", "12:00:01", "12:00:02"]
