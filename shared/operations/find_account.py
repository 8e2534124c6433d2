"""Whether an account that a session names is still there."""

from shared.ports import Outside
from shared.storage import keys


def is_open(outside: Outside, account: str) -> bool:
    """Whether the account exists and is not being closed."""
    found = outside.tables.read(keys.account(account))
    return found is not None and not found.record.closed
