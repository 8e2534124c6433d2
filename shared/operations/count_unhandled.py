"""Remember what a marketplace told and nobody could handle, by name, so that the operator sees it until it is."""

import logging

from shared.domain.records import Unhandled
from shared.ports import Change, Conflict, Insert, Outside, StorageUnavailable
from shared.storage import keys

WITHOUT_ID = "without-id"

_log = logging.getLogger(__name__)


def count_unhandled(outside: Outside, marketplace: str, event: str, subscription: str, code: str) -> None:
    """Count a failure by the event's or the record's id. Where storage itself fails, the next try is the memory."""
    row = keys.unhandled(marketplace, event)
    try:
        known = outside.tables.read(row)
        if known is None:
            noted = Unhandled(subscription=subscription, code=code, first_at=outside.clock())
            outside.tables.write(Insert(row, noted))
        else:
            again = {"tries": known.record.tries + 1, "code": code}
            outside.tables.write(Change(known, known.record.model_copy(update=again)))
    except (Conflict, StorageUnavailable):
        _log.warning("%s: an unhandled event was not counted", marketplace)
