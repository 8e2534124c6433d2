"""Take in what a marketplace tells: once, in one batch with its receipt, whatever the order."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from shared.domain.errors import BeingErased
from shared.domain.purchases import LIVE, Event, Payment, Purchase, apply
from shared.domain.records import Receipt, Subscription, Transaction, TransactionHint
from shared.domain.retention import RECEIPT_KEPT, next_look, subscription_goes_at
from shared.operations.assign_seat import assign_own_seat
from shared.operations.claim_subscription import claim_by_reference
from shared.operations.due import with_look
from shared.operations.persistence import persist
from shared.ports import Change, Conflict, Insert, Outside, Put, Stored, Write
from shared.storage import keys

_SALT_BYTES = 16


class Recorded(Enum):
    """What became of an event. All of them are answered with a 200."""

    STORED = auto()
    REPEATED = auto()
    NOTHING_TO_STORE = auto()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of a subscription before an event."""

    header: Stored[Subscription] | None
    transactions: dict[str, Stored[Transaction]]

    def purchase(self, now: datetime) -> Purchase:
        """The stored purchase, or a new one that nobody owns and nothing is known of."""
        header = self.header.record if self.header else Subscription(salt=_salt(), first_seen=now)
        return Purchase(header, {number: found.record for number, found in self.transactions.items()})


def record_event(outside: Outside, event: Event) -> Recorded:
    """Store an event and finish what it began. Raises BeingErased, StorageUnavailable: deliver it again.

    A repetition finishes what its first delivery could not, so that a crash anywhere loses nothing.
    """
    header, recorded = persist(lambda: _store(outside, event))
    if header is not None:
        _finish(outside, event, header)
    return recorded


def _store(outside: Outside, event: Event) -> tuple[Stored[Subscription] | None, Recorded]:
    known, now = _load(outside, event), outside.clock()
    after = apply(known.purchase(now), event, now)
    if known.header is None and (not _is_ours(event) or _is_past(after.header, now)):
        return None, Recorded.NOTHING_TO_STORE
    header = _with_note(outside, event, known.header, after.header, now)
    _place_transaction_hint(outside, known, event)
    receipt = Insert(keys.receipt(event.subscription, event.id), Receipt(received_at=now))
    try:
        _, stored, *_ = outside.tables.write(
            receipt, _header_write(known, event, header), *_transaction_writes(known, event, after)
        )
    except Conflict as conflict:
        if not conflict.inserted:
            raise
        return outside.tables.read(keys.subscription(event.subscription)), Recorded.REPEATED
    return stored, Recorded.STORED


def _load(outside: Outside, event: Event) -> _Known:
    header = outside.tables.read(keys.subscription(event.subscription))
    if header is None:
        return _Known(None, {})
    if header.record.erasing:
        raise BeingErased
    found = outside.tables.find(keys.transactions(event.subscription))
    return _Known(header, {stored.row.key.removeprefix("transaction."): stored for stored in found})


def _is_ours(event: Event) -> bool:
    return event.ours or bool(event.reference)


def _is_past(header: Subscription, now: datetime) -> bool:
    """Whether an event tells of something that would be deleted at once."""
    goes_at = subscription_goes_at(header)
    return goes_at is not None and goes_at <= now


def _with_note(
    outside: Outside, event: Event, before: Stored[Subscription] | None, header: Subscription, now: datetime
) -> Subscription:
    """The header, once the note stands that finds the subscription again."""
    looks = [now + RECEIPT_KEPT, next_look(header), now if _moves_a_cut(before, header) else None]
    return with_look(outside, event.subscription, header, min(look for look in looks if look))


def _moves_a_cut(before: Stored[Subscription] | None, header: Subscription) -> bool:
    """Whether other seats may end now than before: fewer or more are paid for."""
    if before is None or header.cut_at is None:
        return False
    return (before.record.cut_at, before.record.cut_to) != (header.cut_at, header.cut_to)


def _place_transaction_hint(outside: Outside, known: _Known, event: Event) -> None:
    """It must stand before the payment does, and so stands if the payment does; what began with a refund has none."""
    if not isinstance(event.told, Payment):
        return
    before = known.transactions.get(event.told.transaction)
    if before is None or before.record.paid_until is None:
        hint = TransactionHint(subscription=event.subscription)
        outside.tables.write(Put(keys.transaction_hint(event.told.transaction), hint))


def _header_write(known: _Known, event: Event, header: Subscription) -> Write:
    return Change(known.header, header) if known.header else Insert(keys.subscription(event.subscription), header)


def _transaction_writes(known: _Known, event: Event, after: Purchase) -> list[Write]:
    writes: list[Write] = []
    for number, transaction in after.transactions.items():
        before = known.transactions.get(number)
        if before is None:
            writes.append(Insert(keys.transaction(event.subscription, number), transaction))
        elif before.record != transaction:
            writes.append(Change(before, transaction))
    return writes


def _finish(outside: Outside, event: Event, header: Stored[Subscription]) -> None:
    """What an event leads to beyond its own partition; every step may have been done already."""
    if not header.record.owner_kind and event.reference:
        header = claim_by_reference(outside, header, event.reference)
    record = header.record
    if record.own_seat_due and record.quantity == 1 and record.status in LIVE:
        assign_own_seat(outside, header)


def _salt() -> str:
    return secrets.token_hex(_SALT_BYTES)
