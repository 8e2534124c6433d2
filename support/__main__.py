"""`python -m support …`: what an operator does by hand, with the app's own settings in the environment."""

import argparse
import os
import sys

from shared.domain.errors import Unavailable
from shared.services import MARKETPLACES, connect
from shared.settings import SettingsInvalid
from shared.web import Refused
from support import commands
from support.credential import AzureCliCredential
from support.describe_data import describe_data


def parser() -> argparse.ArgumentParser:
    """Every command and what it takes."""
    made = argparse.ArgumentParser(prog="python -m support")
    known = made.add_subparsers(dest="command", required=True)
    known.add_parser("describe-data", help="print docs/data.md; needs no settings")
    rekey = known.add_parser("rekey-people", help="move the people index to the newest key")
    rekey.add_argument("old_key", help="the id of the key that no instance writes any more")
    rekey.set_defaults(run=commands.rekey)
    status = known.add_parser("status", help="what is stuck, how old, and what it is")
    status.set_defaults(run=commands.status)
    replay = known.add_parser("replay", help="ask a marketplace again for what one event was about")
    replay.add_argument("marketplace", choices=MARKETPLACES)
    replay.add_argument("event", help="the event's id, as status prints it")
    replay.set_defaults(run=commands.replay)
    since = known.add_parser("replay-since", help="ask a marketplace again for everything since a time")
    since.add_argument("marketplace", choices=MARKETPLACES)
    since.add_argument("since", help="UTC, like 2026-01-31T12:00:00Z")
    since.set_defaults(run=commands.replay_since)
    check = known.add_parser("check-config", help="compare the marketplaces' settings with what is needed")
    check.set_defaults(run=commands.check_config)
    return made


def main(arguments: list[str]) -> int:
    """Run one command; answers the exit status."""
    chosen = parser().parse_args(arguments)
    if chosen.command == "describe-data":
        print(describe_data(), end="")
        return 0
    try:
        services = connect(os.environ, operator=AzureCliCredential())
    except SettingsInvalid as invalid:
        for name, problem in sorted(invalid.problems.items()):
            print(f"{name} {problem}", file=sys.stderr)
        return 2
    try:
        return int(chosen.run(services, chosen))
    except Refused as refused:
        print(f"The marketplace refused: {refused}.", file=sys.stderr)
        return 1
    except Unavailable as unavailable:
        print(f"Storage or a marketplace did not answer: {unavailable.__cause__ or unavailable}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
