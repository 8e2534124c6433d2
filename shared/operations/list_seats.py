"""The seats of a subscription, as an administrator sees them."""

from shared.domain.errors import NotFound
from shared.domain.records import Seat, Subscription
from shared.ports import Outside, Stored
from shared.storage import keys


def list_seats(outside: Outside, subscription: str) -> tuple[Subscription, list[Stored[Seat]]]:
    """The header and every seat, by name. Raises NotFound."""
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        raise NotFound
    seats = outside.tables.find(keys.seats(subscription))
    return header.record, sorted(seats, key=lambda seat: (seat.record.name.casefold(), seat.row.key))
