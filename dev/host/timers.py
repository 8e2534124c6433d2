"""Runs timers on their NCrontab schedules, in UTC, each never twice at a time.

Not imitated: the blob lease and the schedule monitor, which make one call with past_due after downtime;
here nothing outlives the process. https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from azure.functions.meta import Datum

from dev.host.index import TimerFunction
from dev.host.schedule import Schedule

Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]
Invoke = Callable[[TimerFunction, Datum], Awaitable[None]]

# Short, so that a clock that was set or a machine that slept is noticed.
_LONGEST_SLEEP = 1.0
_LONGEST_DRAIN = 10.0
_NEVER = datetime.min.replace(tzinfo=UTC)

_logger = logging.getLogger(__name__)


class Timers:
    def __init__(
        self, functions: Iterable[TimerFunction], invoke: Invoke, clock: Clock, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._timers = {function.name.lower(): _Timer(function, invoke, clock, sleep) for function in functions}
        self._loops: list[asyncio.Task[None]] = []
        self._runs: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._loops = [asyncio.create_task(timer.follow(self._begin)) for timer in self._timers.values()]

    async def stop(self) -> None:
        """Ends the schedules, then lets what runs come to its end, within bounds."""
        for loop in self._loops:
            loop.cancel()
        for tasks in (self._loops, self._runs):
            if tasks:
                _, unfinished = await asyncio.wait(tasks, timeout=_LONGEST_DRAIN)
                for task in unfinished:
                    task.cancel()

    def run_now(self, name: str) -> bool:
        """Starts a timer by hand, after a run that is under way; False if there is none of that name."""
        timer = self._timers.get(name.lower())
        if timer:
            self._begin(timer, None)
        return timer is not None

    def _begin(self, timer: "_Timer", status: dict[str, str] | None) -> asyncio.Task[None]:
        run = asyncio.create_task(timer.run(status))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        return run


class _Timer:
    def __init__(self, function: TimerFunction, invoke: Invoke, clock: Clock, sleep: Sleep) -> None:
        self._function = function
        self._schedule = Schedule(function.name, function.schedule)
        self._invoke = invoke
        self._clock = clock
        self._sleep = sleep
        self._alone = asyncio.Lock()

    async def follow(self, begin: Callable[["_Timer", dict[str, str]], asyncio.Task[None]]) -> None:
        # A lock belongs to one event loop, and a host may be started again on another.
        self._alone = asyncio.Lock()
        last, due = _NEVER, self._schedule.after(self._clock())
        while True:
            await self._until(due)
            began = self._clock()
            following = self._schedule.after(began)
            status = {"Last": last.isoformat(), "LastUpdated": last.isoformat(), "Next": due.isoformat()}
            # Stopping cancels this loop but not the run.
            await asyncio.shield(begin(self, status))
            # A run that outlasted its interval is followed by the next one at once, as on Azure.
            last, due = began, following

    async def run(self, status: dict[str, str] | None) -> None:
        info = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}
        async with self._alone:
            try:
                await self._invoke(self._function, Datum(json.dumps(info), "json"))
            except Exception:
                _logger.exception("The timer %s failed; its schedule goes on.", self._function.name)

    async def _until(self, due: datetime) -> None:
        while (left := (due - self._clock()).total_seconds()) > 0:
            await self._sleep(min(left, _LONGEST_SLEEP))
