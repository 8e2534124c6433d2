"""Have a marketplace tell once more what could not be handled: one event, or everything since a moment."""

from datetime import datetime, timedelta

from shared.domain.errors import NotFound
from shared.domain.names import vendor_id
from shared.operations.count_unhandled import forget_unhandled
from shared.operations.read_back import read_back
from shared.operations.reconcile import Reconciled, Report, replay_since, take_sent
from shared.ports import Marketplace, Outside
from shared.storage import keys

# As long as Paddle keeps its events.
_KEPT_BY_MARKETPLACES = timedelta(days=90)


def replay_event(outside: Outside, marketplace: str, event: str) -> None:
    """Ask again for what an event was about. Raises NotFound where neither we nor the marketplace know it,
    EventMalformed for what is no id or cannot be read, Unavailable.

    Nothing of the event itself was kept: what is taken in is what the marketplace says now.
    """
    asked = _marketplace(outside, marketplace)
    vendor_id(event)
    unhandled = outside.tables.read(keys.unhandled(marketplace, event))
    if unhandled is not None and unhandled.record.subscription:
        read_back(outside, unhandled.record.subscription)
        forget_unhandled(outside, unhandled)
        return
    told = next((found for found in asked.events_since(_oldest(outside)) if found.id == event), None)
    if told is None:
        raise NotFound
    take_sent(outside, asked, told)
    if unhandled is not None:
        forget_unhandled(outside, unhandled)


def replay_all_since(outside: Outside, marketplace: str, since: datetime, report: Report) -> Reconciled:
    """Everything since a moment. Raises NotFound where the marketplace is not configured, Unavailable."""
    return replay_since(outside, _marketplace(outside, marketplace), since, report)


def _marketplace(outside: Outside, name: str) -> Marketplace:
    return outside.marketplace_of(f"{name}.")


def _oldest(outside: Outside) -> datetime:
    return outside.clock() - _KEPT_BY_MARKETPLACES
