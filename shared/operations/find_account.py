"""The account of a person, and whether one that a session names is still there."""

from shared.domain.people import Person
from shared.domain.records import Account
from shared.ports import Outside, Stored
from shared.storage import keys


def is_open(outside: Outside, account: str) -> bool:
    """Whether the account exists and is not being closed."""
    found = outside.tables.read(keys.account(account))
    return found is not None and not found.record.closed


def account_of(outside: Outside, person: Person) -> Stored[Account] | None:
    """The person's account, also one that is closing; None where there is none."""
    hints = outside.tables.read_together([keys.account_hint(each) for each in outside.identities.of_person(person)])
    accounts = (outside.tables.read(keys.account(hint.record.account)) for hint in hints if hint)
    return next((account for account in accounts if account), None)
