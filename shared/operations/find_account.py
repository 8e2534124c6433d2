"""The account of a person, and whether one that a session names is still there."""

from datetime import datetime

from shared.domain.people import Person
from shared.domain.records import Account
from shared.ports import Outside, Stored
from shared.storage import keys


def admits(outside: Outside, account: str, signed_in_at: datetime) -> bool:
    """Whether the account exists, is not being closed, and its person has not signed out everywhere since."""
    found = outside.tables.read(keys.account(account))
    if found is None or found.record.closed:
        return False
    return found.record.not_before is None or signed_in_at > found.record.not_before


def account_of(outside: Outside, person: Person) -> Stored[Account] | None:
    """The person's account, also one that is closing; None where there is none."""
    hints = outside.tables.read_together([keys.account_hint(each) for each in outside.identities.of_person(person)])
    accounts = (outside.tables.read(keys.account(hint.record.account)) for hint in hints if hint)
    return next((account for account in accounts if account), None)
