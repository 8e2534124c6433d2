"""Look at a checkout's reference on its day: finish or withdraw the claim that it began, then delete it."""

from shared.domain.records import Reference
from shared.operations.claim_subscription import claim_by_reference, withdraw_claim
from shared.operations.deletion import delete_if_there
from shared.operations.persistence import persist
from shared.ports import Outside, Stored
from shared.storage import keys


def look_at_reference(outside: Outside, reference: str) -> int:
    """How many references were deleted: one, if its time has come."""
    found = outside.tables.read(keys.reference(reference))
    if found is None or (found.record.goes_at and found.record.goes_at > outside.clock()):
        return 0
    if found.record.subscription:
        _end_claim(outside, found)
    return persist(lambda: delete_if_there(outside, found.row))


def _end_claim(outside: Outside, found: Stored[Reference]) -> None:
    """Whoever bound this reference died before it went: the purchase has its owner now, or the owner no trace of it."""
    header = outside.tables.read(keys.subscription(found.record.subscription))
    if header is not None:
        claim_by_reference(outside, header, found.row.partition)
    else:
        withdraw_claim(outside, found.record.account, found.record.subscription, "")
