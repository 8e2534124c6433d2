"""Remember what a marketplace told and nobody could handle, by name, so that the operator sees it until it is."""

import logging
from collections.abc import Set as AbstractSet
from contextlib import suppress

from shared.domain.errors import EventMalformed
from shared.domain.records import Unhandled
from shared.ports import Change, Conflict, Delete, Insert, Outside, StorageUnavailable, Stored
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


def forget_event(outside: Outside, marketplace: str, event: str) -> None:
    """Stop counting an event that was handled; of a malformed one nothing else says so, since it named nobody."""
    counted = outside.tables.read(keys.unhandled(marketplace, event)) if event else None
    if counted is not None:
        forget_unhandled(outside, counted)


def forget_listed(outside: Outside, marketplace: str, handled: AbstractSet[str]) -> None:
    """Stop counting what could not be handled, and now was, by the ids of events or of what was listed."""
    for counted in outside.tables.find(keys.unhandled_events(marketplace)):
        if counted.row.key in handled:
            forget_unhandled(outside, counted)


def forget_read(outside: Outside, marketplace: str, subscription: str) -> None:
    """Stop counting what could not be read of a subscription, once all of it could."""
    for counted in outside.tables.find(keys.unhandled_events(marketplace)):
        if counted.record.subscription == subscription and counted.record.code == EventMalformed.code:
            forget_unhandled(outside, counted)


def forget_unhandled(outside: Outside, counted: Stored[Unhandled]) -> None:
    """Stop counting an event, unless it failed again meanwhile."""
    with suppress(Conflict):
        outside.tables.write(Delete(counted))
