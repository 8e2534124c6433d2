"""The command line, and the help that explains it."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeAlias, get_args

from dev import ask, ordering, playing, seats
from dev.desk import Desk
from dev.faults import Kind, Where
from dev.help import HELP, PLAYED
from dev.place import CHECKOUT, this_program
from dev.ports import SETTINGS
from dev.trouble import Trouble

_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"  # noqa: SLF001 - argparse has no public name for it
Command = Callable[[Desk, argparse.Namespace], None]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raises Trouble, as whatever else a command cannot do."""
        if message.startswith("argument COMMAND"):
            raise Trouble(f"There is no such command: {self.prog} --help lists them.")
        raise Trouble(f"This does not fit: {message}; {self.prog} --help says what does.")


def parser() -> argparse.ArgumentParser:
    """Every command; what runs it is its `run`, but for serve, reset and messages, which need no running server."""
    program = this_program()
    made = _Parser(
        prog=program,
        usage=f"{program} COMMAND …",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    made.add_argument("--help", "-h", action="help", help=argparse.SUPPRESS)
    made.add_argument("--folder", type=Path, default=CHECKOUT, help=argparse.SUPPRESS)
    commands = made.add_subparsers(dest="command", prog=program, metavar="COMMAND", help=argparse.SUPPRESS)
    commands.add_parser("serve", description="Start everything and serve until Ctrl-C.")
    commands.add_parser("reset", description="Drop the local data; keys and other settings stay.")
    commands.add_parser("messages", description="Gather the texts of all pages into functions/translations.")
    _add_asking(commands)
    _add_seats(commands)
    _add_paddle(commands)
    _add_vendors(commands)
    return made


def _add(commands: _Commands, name: str, run: Command, says: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, description=says)
    command.set_defaults(run=run)
    return command


def _add_asking(commands: _Commands) -> None:
    license_ = _add(commands, "license", ask.show_license, "Ask the server for a license, as the add-in does.")
    license_.add_argument("address", metavar="WHO", help="a first name or an address")
    _add(commands, "purge", ask.run_purge, "Run the hourly purge now: what is due for deletion goes.")


def _add_seats(commands: _Commands) -> None:
    _add_subscription(_add(commands, "seats", seats.show_seats, "Show who has a seat."))
    for name, run, says in (
        ("assign", seats.assign, "Give somebody a seat."),
        ("release", seats.release, "Take somebody's seat back."),
    ):
        command = _add(commands, name, run, says)
        command.add_argument("person", metavar="WHO", help="a first name or an address")
        _add_subscription(command)


def _add_paddle(commands: _Commands) -> None:
    _add_purchase(commands)
    for name, says in PLAYED.items():
        command = _add(commands, name, playing.play, says)
        _add_subscription(command)
        _add_delivery(command)
    change = _add(commands, "change-seats", playing.change_seats, "The subscription is changed to so many seats.")
    change.add_argument("seats", metavar="NUMBER", type=_number)
    _add_subscription(change)
    _add_delivery(change)
    _add(commands, "subscriptions", playing.show_subscriptions, "Show every subscription of the Paddle stand-in.")


def _add_purchase(commands: _Commands) -> None:
    purchase = _add(commands, "purchase", playing.purchase, "Alice buys a new subscription, for her organisation.")
    purchase.add_argument("--seats", metavar="NUMBER", type=_number, help="how many (5, or 1 with --for-me)")
    purchase.add_argument("--plan", default="team", help="team (as without it) or business")
    purchase.add_argument("--month-ago", action="store_true", help="as if bought a month ago: a renewal is due")
    whose = purchase.add_mutually_exclusive_group()
    whose.add_argument("--for-me", dest="buyer", action="store_const", const="person", help="for Alice alone")
    whose.add_argument("--unclaimed", dest="buyer", action="store_const", const="nobody", help="without a reference")
    whose.add_argument("--reference", metavar="ref_…", help="with this reference of a checkout")
    purchase.set_defaults(buyer="organisation")
    _add_delivery(purchase)


def _add_vendors(commands: _Commands) -> None:
    anything = _add(commands, "play", playing.play_anything, "Have anything happen at a vendor; alone, list what can.")
    anything.add_argument("vendor", metavar="VENDOR", choices=list(SETTINGS), help=", ".join(SETTINGS))
    anything.add_argument("what", metavar="WHAT", nargs="?", help="a command of the stand-in's")
    anything.add_argument("given", metavar="NAME=VALUE", nargs="*", type=_member, help="what it takes, as JSON or text")
    fault = _add(commands, "fault", ordering.order_fault, "Have something go wrong between a vendor and the server.")
    fault.add_argument("vendor", metavar="VENDOR", choices=list(SETTINGS), help=", ".join(SETTINGS))
    fault.add_argument("kind", metavar="KIND", choices=get_args(Kind), help=", ".join(get_args(Kind)))
    fault.add_argument("--where", choices=get_args(Where), help="webhooks wherever that is possible, else answers")
    fault.add_argument("--match", metavar="TEXT", help='only to what contains this: an event, or "GET /path"')
    fault.add_argument("--times", metavar="NUMBER", type=_number, help="so often (until mend)")
    fault.add_argument("--seconds", metavar="SECONDS", type=float, help="for delay, slow and 429")
    fault.add_argument("--after", action="store_true", help="what was asked is done, and only the answer fails")
    _add(commands, "faults", ordering.show_faults, "Show what is still to go wrong.")
    _add(commands, "mend", ordering.mend, "Nothing goes wrong any more, and webhooks that were held back leave.")


def _add_subscription(command: argparse.ArgumentParser) -> None:
    told = "which one (the organisation's first that still lives)"
    command.add_argument("--subscription", metavar="sub_…", help=told)


def _add_delivery(command: argparse.ArgumentParser) -> None:
    command.add_argument("--twice", action="store_true", help="deliver each event twice")
    command.add_argument("--delay", metavar="SECONDS", type=float, default=0.0, help="deliver them so much later")
    order = command.add_mutually_exclusive_group()
    for name, kind in (("reversed", "reorder"), ("shuffled", "shuffle")):
        order.add_argument(f"--{name}", dest="order", action="store_const", const=kind, help=f"deliver them {name}")
    command.set_defaults(order=None, quiet=False)


def _member(text: str) -> tuple[str, object]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text} is not like name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _number(text: str) -> int:
    most = 10_000
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {most}")
    return int(text)
