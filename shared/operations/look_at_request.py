"""Delete the note that a right was used, a year after the answer."""

from shared.operations.due import note_due
from shared.ports import Delete, Outside
from shared.storage import keys


def look_at_request(outside: Outside, number: str) -> int:
    """How many records were deleted. One whose time has not come is noted anew. Raises Conflict: run it again."""
    found = outside.tables.read(keys.request(number))
    if found is None:
        return 0
    goes_at = found.record.goes_at
    if goes_at is not None and goes_at > outside.clock():
        note_due(outside, "request", number, goes_at)
        return 0
    outside.tables.write(Delete(found))
    return 1
