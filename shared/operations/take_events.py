"""Take in what a marketplace tells of one subscription: in one batch, with a receipt if it was sent to us."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from functools import partial, reduce

from shared.domain.errors import BeingErased
from shared.domain.purchases import Adjustment, Event, Payment, Purchase, apply
from shared.domain.records import Receipt, Subscription, Transaction, TransactionHint
from shared.domain.retention import READ_BACK_AFTER, RECEIPT_KEPT, next_look, next_reading, subscription_goes_at
from shared.operations.deletion import delete_if_there
from shared.operations.due import with_look
from shared.operations.persistence import persist
from shared.ports import Change, Conflict, Insert, Outside, Put, Stored, Write
from shared.storage import keys

_SALT_BYTES = 16
# A batch of storage holds a hundred rows; the header, a receipt and some leeway stand beside the transactions.
_MOST_AT_ONCE = 90


class Recorded(Enum):
    """What became of what was told. All of them are answered with a 200."""

    STORED = auto()
    REPEATED = auto()
    NOTHING_TO_STORE = auto()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of a subscription before it is told anything."""

    header: Stored[Subscription] | None
    transactions: dict[str, Stored[Transaction]]

    @property
    def version(self) -> str:
        """Raised by what marketplaces tell, and by nothing else."""
        return self.header.record.version if self.header else ""

    def purchase(self, now: datetime) -> Purchase:
        """The stored purchase, or a new one that nobody owns and nothing is known of."""
        header = self.header.record if self.header else Subscription(salt=_salt(), first_seen=now)
        return Purchase(header, {number: found.record for number, found in self.transactions.items()})


class Moved(Exception):
    """A marketplace wrote since it was asked, so that its answer may be old."""


def take_events(
    outside: Outside, subscription: str, events: Sequence[Event], *, expecting: str | None = None
) -> tuple[Stored[Subscription] | None, Recorded]:
    """The header after these events, and whether they changed what is stored.

    At most one of them came with a receipt. Raises BeingErased, StorageUnavailable: deliver it again; and Moved
    where the header's version is not the one that was ``expecting`` an answer.
    """
    *early, last = _portions(events)
    if early and _would_be_past(outside, subscription, events):
        return None, Recorded.NOTHING_TO_STORE
    try:
        for portion in early:
            persist(partial(_take, outside, subscription, portion, expecting))
        header, recorded = persist(lambda: _take(outside, subscription, last, expecting))
    except (BeingErased, Moved):
        _withdraw_transaction_hints(outside, subscription, events)
        raise
    if header is not None and header.record.ending:
        _withdraw_transaction_hints(outside, subscription, events)
    return header, recorded


def _portions(events: Sequence[Event]) -> list[Sequence[Event]]:
    """What fits into one batch each; what is told of the subscription itself, and a receipt, come last."""
    if len(events) <= _MOST_AT_ONCE:
        return [events]
    early = [event for event in events if isinstance(event.told, Payment | Adjustment) and not event.id]
    last = [event for event in events if event not in early]
    return [*(early[start : start + _MOST_AT_ONCE] for start in range(0, len(early), _MOST_AT_ONCE)), last]


def _would_be_past(outside: Outside, subscription: str, events: Sequence[Event]) -> bool:
    """Whether nothing is known of it, and all this together would be deleted at once."""
    known, now = _load(outside, subscription), outside.clock()
    after = reduce(lambda purchase, event: apply(purchase, event, now), events, known.purchase(now))
    return known.header is None and _is_past(after.header, now)


def _take(
    outside: Outside, subscription: str, events: Sequence[Event], expecting: str | None
) -> tuple[Stored[Subscription] | None, Recorded]:
    known, now = _load(outside, subscription), outside.clock()
    if expecting is not None and expecting != known.version:
        raise Moved
    after = known.purchase(now)
    for event in events:
        after = apply(after, event, now)
    if known.header is None and (not any(map(_is_ours, events)) or _is_past(after.header, now)):
        return None, Recorded.NOTHING_TO_STORE
    after = replace(after, header=_as_learnt(known, after.header, expecting))
    receipts = [event.id for event in events if event.id]
    changes = _transaction_writes(known, subscription, after)
    if known.header and not receipts and not changes and known.header.record == after.header:
        return known.header, Recorded.NOTHING_TO_STORE
    header = _with_note(outside, subscription, known, after.header, events)
    _place_transaction_hints(outside, known, subscription, after)
    writes = [*_receipts(subscription, receipts, now), _header_write(known, subscription, header), *changes]
    try:
        stored = outside.tables.write(*writes)[len(receipts)]
    except Conflict as conflict:
        if not (conflict.inserted and receipts):
            raise
        return outside.tables.read(keys.subscription(subscription)), Recorded.REPEATED
    return stored, Recorded.STORED


def _load(outside: Outside, subscription: str) -> _Known:
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        return _Known(None, {})
    if header.record.erasing:
        raise BeingErased
    found = outside.tables.find(keys.transactions(subscription))
    return _Known(header, {stored.row.key.removeprefix("transaction."): stored for stored in found})


def _is_ours(event: Event) -> bool:
    return event.ours or bool(event.reference)


def _is_past(header: Subscription, now: datetime) -> bool:
    """Whether what is told would be deleted at once."""
    goes_at = subscription_goes_at(header)
    return goes_at is not None and goes_at <= now


def _as_learnt(known: _Known, header: Subscription, expecting: str | None) -> Subscription:
    """The header, to be asked about once if messages are all that is known of it, unless they say that it ended.

    What came before it began was nothing to store then, so that its first message may be an old one: a plan that is
    not ours may have come earlier and be newer, and so may an end that nobody needs to know any more.
    """
    was_asked = expecting is not None or (known.header is not None and not known.header.record.unasked)
    return header.model_copy(update={"unasked": not was_asked and header.status != "ended"})


def _with_note(
    outside: Outside, subscription: str, known: _Known, header: Subscription, events: Sequence[Event]
) -> Subscription:
    """The header, once the note stands that finds the subscription again."""
    now = outside.clock()
    is_to_be_claimed = not header.owner_kind and any(event.reference for event in events)
    looks = [
        now + RECEIPT_KEPT if any(event.id for event in events) else None,
        # Its owner's contact will be wanted, and one note serves for both.
        now + READ_BACK_AFTER if is_to_be_claimed else None,
        next_look(header),
        next_reading(header, now),
        now if _moves_a_cut(known.header, header) else None,
    ]
    return with_look(outside, subscription, header, min((look for look in looks if look), default=None))


def _moves_a_cut(before: Stored[Subscription] | None, header: Subscription) -> bool:
    """Whether other seats may end now than before: fewer or more are paid for."""
    if before is None or header.cut_at is None:
        return False
    return (before.record.cut_at, before.record.cut_to) != (header.cut_at, header.cut_to)


def _place_transaction_hints(outside: Outside, known: _Known, subscription: str, after: Purchase) -> None:
    """They must stand before a payment that can be asked for does: one of a subscription that is confirmed."""
    if after.header.status == "unconfirmed" or after.header.ending:
        return
    was_confirmed = known.header is not None and known.header.record.status != "unconfirmed"
    for number, transaction in after.transactions.items():
        before = known.transactions.get(number)
        stands = was_confirmed and before is not None and before.record.paid_until is not None
        if transaction.paid_until and not stands:
            outside.tables.write(Put(keys.transaction_hint(number), TransactionHint(subscription=subscription)))


def _withdraw_transaction_hints(outside: Outside, subscription: str, events: Sequence[Event]) -> None:
    """Where the subscription was erased after they were placed, or its payments were, nothing else leads to them."""
    header = outside.tables.read(keys.subscription(subscription))
    if header is None or header.record.erasing or header.record.ending:
        for event in events:
            if isinstance(event.told, Payment):
                delete_if_there(outside, keys.transaction_hint(event.told.transaction))


def _receipts(subscription: str, receipts: list[str], now: datetime) -> list[Write]:
    return [Insert(keys.receipt(subscription, event), Receipt(received_at=now)) for event in receipts]


def _header_write(known: _Known, subscription: str, header: Subscription) -> Write:
    return Change(known.header, header) if known.header else Insert(keys.subscription(subscription), header)


def _transaction_writes(known: _Known, subscription: str, after: Purchase) -> list[Write]:
    writes: list[Write] = []
    for number, transaction in after.transactions.items():
        before = known.transactions.get(number)
        if before is None:
            writes.append(Insert(keys.transaction(subscription, number), transaction))
        elif before.record != transaction:
            writes.append(Change(before, transaction))
    return writes


def _salt() -> str:
    return secrets.token_hex(_SALT_BYTES)
