"""`python -m dev.bench`: count what the journeys ask of storage, fail over budget, and time them beside the floor."""

import argparse
import sys

from dev.azurite import Azurite, AzuriteError
from dev.bench.budgets import over_budget, show_counts
from dev.bench.figures import table
from dev.bench.imports import show_imports
from dev.bench.journeys import count
from dev.bench.lookups import show_lookups
from dev.bench.purging import Filling, purge_cost
from dev.bench.stage import Stage

_DUE = 100
_FEW, _MANY, _MANY_IF_QUICK = 1_000, 100_000, 10_000
_ROUNDS = 7


def main(arguments: list[str]) -> int:
    """Answers the exit status: 1 where something is over budget, or where there is no Azurite."""
    known = argparse.ArgumentParser(prog="python -m dev.bench", description=__doc__)
    known.add_argument("--quick", action="store_true", help=f"fill {_MANY_IF_QUICK:,} rows instead of {_MANY:,}")
    chosen = known.parse_args(arguments)
    try:
        with Azurite() as azurite:
            found = _bench(azurite, _MANY_IF_QUICK if chosen.quick else _MANY)
    except AzuriteError as error:
        found = [str(error)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


def _bench(azurite: Azurite, many: int) -> list[str]:
    """What is over budget, in sentences."""
    tallies = count(Stage(azurite))
    _say("HTTP requests to storage", show_counts(tallies))
    _say("Imports, in fresh interpreters", show_imports(_ROUNDS))
    _say("Lookups per second, and processor time of this process for each", show_lookups(Stage(azurite), _ROUNDS))
    return [*over_budget(tallies), *_purges(Stage(azurite), many)]


def _purges(stage: Stage, many: int) -> list[str]:
    """Comes last: what it stores slows Azurite down."""
    stage.empty()
    filling, costs = Filling(stage), {}
    for stored in (_FEW, many):
        seconds = filling.up_to(stored - _DUE)
        cost = purge_cost(stage, _DUE)
        costs[stored] = (f"{stored:,}", cost.requests, cost.writes, f"{seconds:.1f}")
    headings = ("stored", "requests", "writes among them", "seconds to fill")
    _say(f"A purge of {_DUE} that are due", table(headings, [*costs.values()]))
    few, most = (costs[stored][1] for stored in (_FEW, many))
    return [] if few == most else [f"A purge asks for more where more is stored: {few} requests, then {most}."]


def _say(heading: str, text: str) -> None:
    print(f"{heading}\n\n{text}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
