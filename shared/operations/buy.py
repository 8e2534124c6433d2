"""Buying at a marketplace whose checkout we open: price, seats and reference are fixed by the server."""

from shared.domain.errors import NotForSale, NotFound
from shared.domain.owners import owner_kind_for
from shared.domain.purchases import LIVE
from shared.domain.records import OwnerKind, Subscription
from shared.operations.open_checkout import open_checkout
from shared.operations.read_back import read_back
from shared.ports import Checkout, Outside, Stored
from shared.storage import keys

_MOST_SEATS = 10_000


def start_purchase(
    outside: Outside, account: str, marketplace: str, plan: str, seats: int, owner_kind: OwnerKind
) -> Checkout:
    """A checkout for the buyer's browser. More than one seat is for an organisation, and a personal account has none.

    Raises NotForSale for what is not sold there, NotFound where the marketplace or account is not there, Unavailable.
    """
    seller = outside.sellers.get(marketplace)
    buyer = outside.tables.read(keys.account(account))
    if seller is None or buyer is None or buyer.record.closed:
        raise NotFound
    if not 1 <= seats <= _MOST_SEATS or outside.terms.plan(plan) is None:
        raise NotForSale
    kind = owner_kind_for(seats, buyer.record.tenant, owner_kind)
    if owner_kind == "person" and kind != owner_kind:
        raise NotForSale
    reference = open_checkout(outside, account, kind)
    return seller.sell(plan, seats, reference)


def arrived_for(outside: Outside, account: str, transaction: str) -> OwnerKind:
    """For whom the live subscription is that the transaction paid for; empty while this account has none of it."""
    paid_for = outside.tables.read(keys.transaction_hint(transaction))
    found = outside.tables.read(keys.subscription(paid_for.record.subscription)) if paid_for else None
    if found is None or found.record.account != account or found.record.status not in LIVE:
        return ""
    return found.record.owner_kind


def activate_now(outside: Outside, marketplace: str, transaction: str) -> Stored[Subscription] | None:
    """The subscription that the transaction has become, read back once; None while it has not, or if it is not ours.

    For the page that a buyer sees after paying. It grants nothing by itself: what is taken in is what the
    marketplace answers. Raises NotFound, Unavailable.
    """
    seller = outside.sellers.get(marketplace)
    if seller is None:
        raise NotFound
    subscription = seller.subscription_of(transaction)
    return read_back(outside, subscription) if subscription else None
