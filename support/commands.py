"""What each command does and says. Ids, codes, counts and times are printed; people never are."""

import sys
from argparse import Namespace
from datetime import datetime

from shared.domain.errors import EventMalformed, Refusal
from shared.domain.instants import parse
from shared.operations.check_configuration import check_configuration
from shared.operations.count_unhandled import WITHOUT_ID
from shared.operations.find_stuck import find_stuck
from shared.operations.reconcile import Reconciled
from shared.operations.rekey_people import rekey_people
from shared.operations.replay import replay_all_since, replay_event
from shared.services import Services
from shared.telemetry import report


def rekey(services: Services, chosen: Namespace) -> int:
    """0 once nothing is left under the old key, so that it may leave the settings."""
    if services.identities.key_ids()[0] == chosen.old_key:
        return _fail(f"{chosen.old_key} is the key that writes now; nothing was moved.")
    left = rekey_people(services, chosen.old_key)
    print(f"{left} rows are left under {chosen.old_key}.")
    return 0 if left == 0 else 1


def status(services: Services, _: Namespace) -> int:
    """0 while nothing is stuck; what is only good to know is printed too."""
    findings = find_stuck(services)
    for found in findings:
        since = f"since {found.since or 'ever'}"
        print(f"{found.code}\t{found.about}\t{found.detail or since}")
    is_red = any(found.is_red for found in findings)
    if not is_red:
        print("Nothing is stuck.")
    return 1 if is_red else 0


def replay(services: Services, chosen: Namespace) -> int:
    """0 once the marketplace told it again and it was taken in."""
    if chosen.event == WITHOUT_ID:
        return _refuse(
            "What came without an id cannot be asked for again; the marketplace may list it as a failed delivery."
        )
    try:
        replay_event(services, chosen.marketplace, chosen.event)
    except EventMalformed:
        return _refuse("That is no id of an event; status prints them.")
    except Refusal as refusal:
        return _fail(f"{chosen.event} could not be replayed: {refusal.code}.")
    print(f"{chosen.event} was asked for again and taken in.")
    return 0


def replay_since(services: Services, chosen: Namespace) -> int:
    """0 if everything since then could be taken in."""
    found = services.marketplaces.get(chosen.marketplace)
    if found is not None and not found.keeps_events:
        print(f"{chosen.marketplace} keeps no list of what it sent: every subscription is read back instead.")
    try:
        done = replay_all_since(services, chosen.marketplace, _moment(chosen.since), report)
    except ValueError:
        return _fail("The time must look like 2026-01-31T12:00:00Z.")
    except Refusal as refusal:
        return _fail(f"Nothing could be replayed: {refusal.code}.")
    return _counts(done)


def check_config(services: Services, _: Namespace) -> int:
    """0 if the marketplaces are set up as the server needs it."""
    silent: list[str] = []

    def unread(name: str, refusal: Refusal) -> None:
        silent.append(name)
        _fail(f"{name}: its configuration could not be read: {refusal.code}.")

    problems = check_configuration(services, unread)
    for problem in problems:
        print(problem)
    if not problems and not silent:
        print("The marketplaces are set up as they should be.")
    return 2 if silent else 1 if problems else 0


def _moment(text: str) -> datetime:
    return parse(text)


def _counts(done: Reconciled) -> int:
    print(f"{done.seen} seen, {done.repaired} taken in, {done.failed} failed.")
    return 1 if done.failed else 0


def _refuse(sentence: str) -> int:
    """For what was asked wrongly; nothing was done."""
    print(sentence, file=sys.stderr)
    return 1


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
