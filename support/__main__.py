"""`python -m support …`: what an operator does by hand, with the app's own settings in the environment."""

import argparse
import os
import sys

from shared.operations.rekey_people import rekey_people
from shared.services import Services, connect
from shared.settings import SettingsInvalid
from support.describe_data import describe_data


def parser() -> argparse.ArgumentParser:
    """Every command and what it takes."""
    made = argparse.ArgumentParser(prog="python -m support")
    commands = made.add_subparsers(dest="command", required=True)
    rekey = commands.add_parser("rekey-people", help="move the people index to the newest key")
    rekey.add_argument("old_key", help="the id of the key that no instance writes any more")
    commands.add_parser("describe-data", help="print docs/data.md; needs no settings")
    return made


def main(arguments: list[str]) -> int:
    """Run one command; answers the exit status."""
    chosen = parser().parse_args(arguments)
    if chosen.command == "describe-data":
        print(describe_data(), end="")
        return 0
    try:
        services = connect(os.environ)
    except SettingsInvalid as invalid:
        for name, problem in sorted(invalid.problems.items()):
            print(f"{name} {problem}", file=sys.stderr)
        return 2
    return rekey_command(services, chosen.old_key)


def rekey_command(services: Services, old_key: str) -> int:
    """0 once nothing is left under the old key, so that it may leave the settings."""
    if services.identities.key_ids()[0] == old_key:
        print(f"{old_key} is the key that writes now; nothing was moved.", file=sys.stderr)
        return 2
    left = rekey_people(services, old_key)
    print(f"{left} rows are left under {old_key}.")
    return 0 if left == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
