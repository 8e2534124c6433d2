"""The account of a person, and whether it still admits a session of theirs."""

from datetime import datetime

from shared.domain.errors import SignedOut
from shared.domain.people import Person
from shared.domain.records import Account
from shared.ports import Outside, Stored
from shared.storage import keys


def account_for(outside: Outside, person: Person, named: str, signed_in_at: datetime) -> str:
    """The account of a session: the one that it names, or one that was opened since; empty where there is none.

    Raises SignedOut where the one that is named is gone or closing, or its person has signed out everywhere since.
    """
    found = outside.tables.read(keys.account(named)) if named else account_of(outside, person)
    if found and found.record.not_before and signed_in_at <= found.record.not_before:
        raise SignedOut
    if found is None or found.record.closed:
        if named:
            raise SignedOut
        return ""
    return found.row.partition


def account_of(outside: Outside, person: Person) -> Stored[Account] | None:
    """The person's account, also one that is closing; None where there is none."""
    hints = outside.tables.read_together([keys.account_hint(each) for each in outside.identities.of_person(person)])
    accounts = (outside.tables.read(keys.account(hint.record.account)) for hint in hints if hint)
    return next((account for account in accounts if account), None)
