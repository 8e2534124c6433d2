"""Rounds in which every contender has its turn, so that what disturbs the machine disturbs them all."""

import time
from dataclasses import replace
from itertools import groupby

from dev.bench.contenders import SDK, TASKS, Contender, contenders
from dev.bench.figures import Figure, figure, table
from dev.bench.stage import Stage

# In one turn nobody asks more often than the app allows for an address, or for a minute.
_TURN = 48

Taken = tuple[float, float]


def show_lookups(stage: Stage, rounds: int) -> str:
    """A table of medians: how often a second, and how much of this process's processor time each takes."""
    stage.services = replace(stage.services, tables=stage.tables())
    with contenders(stage) as all_of_them:
        taken: list[list[Taken]] = [[] for _ in all_of_them]
        for number in range(rounds + 1):
            for turn in range(len(all_of_them)):
                # Each round begins with another, and the first round only warms up.
                place = (turn + number) % len(all_of_them)
                stage.later(minutes=1)
                once = _take_turn(all_of_them[place])
                if number:
                    taken[place].append(once)
    seconds = [figure([elapsed for elapsed, _ in turns]) for turns in taken]
    processor = [figure([spent for _, spent in turns]) for turns in taken]
    found = sorted(zip(all_of_them, seconds, processor, strict=True), key=lambda row: TASKS.index(row[0].task))
    rows = [row for _, group in groupby(found, key=lambda row: row[0].task) for row in _rows(list(group))]
    return table(("task", "by", "per second", "noise", "processor ms", "noise", f"x {SDK}"), rows, texts=2)


def _take_turn(contender: Contender) -> Taken:
    """Elapsed and processor seconds of doing it once."""
    began, spent, own = time.perf_counter(), time.process_time(), time.thread_time()
    for _ in range(_TURN // contender.times):
        contender.act()
    asking = time.thread_time() - own if contender.asks_itself else 0.0
    return (time.perf_counter() - began) / _TURN, (time.process_time() - spent - asking) / _TURN


def _rows(group: list[tuple[Contender, Figure, Figure]]) -> list[tuple[str, ...]]:
    [bare] = [processor.median for contender, _, processor in group if contender.name == SDK]
    return [
        (
            contender.task,
            contender.name,
            f"{1 / seconds.median:.0f}",
            seconds.noise_text,
            f"{processor.median * 1000:.2f}",
            processor.noise_text,
            f"{processor.median / bare:.2f}",
        )
        for contender, seconds, processor in sorted(group, key=lambda row: row[2].median)
    ]
