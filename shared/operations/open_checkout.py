"""Begin a purchase: a random reference that the marketplace gives back, and that says whom the purchase is for."""

import secrets

from shared.domain.names import new_reference
from shared.domain.records import OwnerKind, Reference
from shared.domain.retention import REFERENCE_KEPT
from shared.operations.due import note_due
from shared.ports import Insert, Outside
from shared.storage import keys


def open_checkout(outside: Outside, account: str, owner_kind: OwnerKind) -> str:
    """A new reference; it lives seven days, or until the purchase has its owner."""
    reference = new_reference(secrets.token_hex(16))
    goes_at = outside.clock() + REFERENCE_KEPT
    note_due(outside, "reference", reference, goes_at)
    outside.tables.write(
        Insert(keys.reference(reference), Reference(account=account, owner_kind=owner_kind, goes_at=goes_at))
    )
    return reference
