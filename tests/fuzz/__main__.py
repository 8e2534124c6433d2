"""`python -m tests.fuzz`: tens of thousands of messages over Azurite, and the seed to send them again."""

import argparse
import secrets
import sys
from collections.abc import Callable

from dev.azurite import Azurite
from tests.fuzz.run import fuzz
from tests.fuzz.targets import MicrosoftTarget, PaddleTarget, Target
from tests.histories.memory import MemoryWorld
from tests.paddle_api import open_api
from tests.world import World, empty_tables, environment


def main() -> int:
    """0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--times", type=int, default=10_000, help="messages to each marketplace's route")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="the same seed sends the same")
    parser.add_argument("--memory", action="store_true", help="over the twin in memory, which is several times as fast")
    chosen = parser.parse_args()
    with Azurite() as azurite, open_api():
        findings = [spoil(make, azurite, chosen) for make in (PaddleTarget, MicrosoftTarget)]
    return 1 if any(findings) else 0


def spoil(make: Callable[[World], Target], azurite: Azurite, chosen: argparse.Namespace) -> int:
    """How much was found wrong with one route."""
    world = MemoryWorld() if chosen.memory else World(environment(azurite))
    if not chosen.memory:
        empty_tables(world)
    target = make(world)
    say(f"{target.name}: {chosen.times} messages, seed {chosen.seed}")
    done = fuzz(world, target, chosen.times, chosen.seed)
    say(f"  answered {dict(sorted(done.answered.items()))}, {done.rows} rows, {len(done.findings)} findings")
    for finding in done.findings[:20]:
        say(f"  {finding}")
    return len(done.findings)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
