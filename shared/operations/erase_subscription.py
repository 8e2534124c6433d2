"""Erase a whole subscription: marked first, so that nothing is added any more, then in chunks; the header goes last."""

from shared.domain.records import Subscription
from shared.operations.deletion import delete_if_there, delete_rows
from shared.operations.settle_seats import delete_seats
from shared.ports import Change, Outside, Stored
from shared.storage import keys


def erase_subscription(outside: Outside, header: Stored[Subscription]) -> int:
    """How many records went. Raises Conflict: run it again. A crash anywhere leaves what a second run finishes."""
    header, erased = erase_people(outside, mark_erasing(outside, header))
    erased += delete_rows(outside, [*outside.tables.find(keys.receipts(header.row.partition))])
    return erased + delete_if_there(outside, header.row)


def mark_erasing(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """The header, on its way out: no seat is given any more, no event is taken in, no license is granted."""
    if header.record.erasing:
        return header
    return outside.tables.write(Change(header, header.record.model_copy(update={"erasing": True})))[0]


def erase_people(outside: Outside, header: Stored[Subscription]) -> tuple[Stored[Subscription], int]:
    """The header after everything beside it that is about somebody is gone, and how many records that were.

    The header itself still names account and tenant, so that a second run finds what leads from them to here.
    """
    subscription, record = header.row.partition, header.record
    erased = record.seats_used
    header = delete_seats(outside, header, [*outside.tables.find(keys.seats(subscription))])
    erased += delete_if_there(outside, keys.contact(subscription))
    erased += _erase_transactions(outside, subscription)
    # The owner's row may name a tenant that the purchase was on its way to.
    owns = outside.tables.read(keys.ownership(record.account, subscription)) if record.account else None
    for tenant in {record.tenant, owns.record.tenant if owns else ""} - {""}:
        erased += delete_if_there(outside, keys.organisation_hint(tenant, subscription))
    if record.account:
        erased += delete_if_there(outside, keys.ownership(record.account, subscription))
    return header, erased


def _erase_transactions(outside: Outside, subscription: str) -> int:
    """Each transaction's hint goes before it, since the transaction is what leads to the hint."""
    transactions = [*outside.tables.find(keys.transactions(subscription))]
    numbers = [stored.row.key.removeprefix("transaction.") for stored in transactions]
    hints = sum(delete_if_there(outside, keys.transaction_hint(number)) for number in numbers)
    return hints + delete_rows(outside, transactions)
