"""Writing down what must be looked at, before the thing itself is written."""

import secrets
from datetime import datetime

from shared.domain.records import Due, DueKind, Subscription
from shared.ports import Outside, Put
from shared.storage import keys


def note_due(outside: Outside, kind: DueKind, target: str, at: datetime) -> None:
    """Have something looked at, not before a moment. The same note twice is one."""
    outside.tables.write(Put(keys.due(at, f"{kind}.{target}"), Due(kind=kind, at=at, target=target)))


def note_hints_due(outside: Outside, subscription: str, seat: str, hints: tuple[str, ...], at: datetime) -> None:
    """Have seat hints held against their seat; ``hints`` are people partitions and hint ids, `<partition>/<id>`."""
    due = Due(kind="seat_hints", at=at, target=subscription, seat=seat, hints=hints)
    outside.tables.write(Put(keys.due(at, f"seat_hints.{secrets.token_hex(8)}"), due))


def with_look(outside: Outside, subscription: str, header: Subscription, at: datetime | None) -> Subscription:
    """The header, to be looked at by a moment: writes the note unless an earlier one stands."""
    if at is None or (header.look_at is not None and header.look_at <= at):
        return header
    note_due(outside, "subscription", subscription, at)
    return header.model_copy(update={"look_at": at})
