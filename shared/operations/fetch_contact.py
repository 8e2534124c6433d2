"""Fetch the billing contact of a claimed purchase, while the buying account is open (P08). Nobody sends it to us."""

from shared.domain.records import BillingContact, Subscription
from shared.ports import Change, Outside, Put, Stored
from shared.storage import keys


def fetch_contact(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """The header with nothing due any more. Raises Conflict: look again; Unavailable, NotFound by the marketplace."""
    subscription, owner = header.row.partition, header.record.account
    fetched = Change(header, header.record.model_copy(update={"contact_due": False}))
    account = outside.tables.read(keys.account(owner)) if owner else None
    number = _latest_transaction(outside, subscription)
    if account is None or account.record.closed:
        return outside.tables.write(fetched)[0]
    contact = outside.marketplace_of(subscription).contact(subscription, number)
    if contact is None:
        return outside.tables.write(fetched)[0]
    # Guarded by the header: an account that closes meanwhile takes itself out of it first.
    held = BillingContact(account=owner, name=contact.name, email=contact.email)
    return outside.tables.write(fetched, Put(keys.contact(subscription), held))[0]


def _latest_transaction(outside: Outside, subscription: str) -> str:
    """The number of the transaction that paid furthest; empty where none is known."""
    known = outside.tables.find(keys.transactions(subscription))
    paid = [(stored.record.paid_until, stored.row.key) for stored in known if stored.record.paid_until]
    return max(paid)[1].removeprefix("transaction.") if paid else ""
