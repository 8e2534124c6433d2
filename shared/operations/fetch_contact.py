"""Fetch the billing contact of a claimed purchase, and what was done to it that no payment tells, while the buying
account is open (P08). Nobody sends either to us.
"""

from collections.abc import Iterator
from itertools import islice

from shared.domain.records import BillingContact, Subscription, Transaction
from shared.ports import Change, Insert, Outside, Put, Stored, Write
from shared.storage import keys

# A batch of storage holds a hundred rows.
_MOST_AT_ONCE = 90


def fetch_contact(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """The header with nothing due any more. Raises Conflict: look again; Unavailable, NotFound by the marketplace."""
    subscription, owner = header.row.partition, header.record.account
    fetched = Change(header, header.record.model_copy(update={"contact_due": False}))
    account = outside.tables.read(keys.account(owner)) if owner else None
    number = _latest_transaction(outside, subscription)
    if account is None or account.record.closed:
        return outside.tables.write(fetched)[0]
    # Guarded by the header: an account that closes meanwhile takes itself out of it first.
    writes: list[Write] = [fetched, *islice(_operations(outside, header), _MOST_AT_ONCE)]
    contact = outside.marketplace_of(subscription).contact(subscription, number)
    if contact is not None:
        held = BillingContact(account=owner, name=contact.name, email=contact.email)
        writes.append(Put(keys.contact(subscription), held))
    return outside.tables.write(*writes)[0]


def _operations(outside: Outside, header: Stored[Subscription]) -> Iterator[Write]:
    """What the marketplace knows of those that messages named, or that are pending, and we do not have yet."""
    subscription = header.row.partition
    known = {_number_of(stored.row.key) for stored in outside.tables.find(keys.transactions(subscription))}
    receipts = (stored.row.key.removeprefix("receipt.") for stored in outside.tables.find(keys.receipts(subscription)))
    named = (name for names in ([header.record.pending_operation], receipts) for name in names)
    for number, day in outside.marketplace_of(subscription).operations(subscription, named).items():
        if number not in known:
            yield Insert(keys.transaction(subscription, number), Transaction(billed_on=day))


def _number_of(key: str) -> str:
    return key.removeprefix("transaction.")


def _latest_transaction(outside: Outside, subscription: str) -> str:
    """The number of the transaction that paid furthest; empty where none is known."""
    known = outside.tables.find(keys.transactions(subscription))
    paid = [(stored.record.paid_until, stored.row.key) for stored in known if stored.record.paid_until]
    return _number_of(max(paid)[1]) if paid else ""
