"""Find the subscription of money that went back and names only its transaction."""

import logging
from dataclasses import replace

from shared.domain.purchases import Adjustment, Event
from shared.ports import Outside
from shared.storage import keys

_log = logging.getLogger(__name__)


def place_adjustment(outside: Outside, event: Event) -> Event | None:
    """The event with its subscription; None where no payment of ours has that number."""
    if event.subscription or not isinstance(event.told, Adjustment):
        return event
    hint = outside.tables.read(keys.transaction_hint(event.told.transaction))
    if hint is None:
        _log.warning("an adjustment without a subscription is of no payment that is known")
        return None
    return replace(event, subscription=hint.record.subscription)
