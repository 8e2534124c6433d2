"""Buying at a marketplace whose checkout we open: price, seats and reference are fixed by the server."""

from shared.domain.errors import NotForSale, NotFound
from shared.domain.owners import owner_kind_for
from shared.domain.records import OwnerKind
from shared.operations.open_checkout import open_checkout
from shared.operations.read_back import read_back
from shared.ports import Checkout, Outside
from shared.storage import keys

_MOST_SEATS = 10_000


def start_purchase(
    outside: Outside, account: str, marketplace: str, plan: str, seats: int, owner_kind: OwnerKind
) -> Checkout:
    """A checkout for the buyer's browser. More than one seat is for an organisation.

    Raises NotForSale for what is not sold there, NotFound where the marketplace or account is not there, Unavailable.
    """
    seller = outside.sellers.get(marketplace)
    buyer = outside.tables.read(keys.account(account))
    if seller is None or buyer is None or buyer.record.closed:
        raise NotFound
    if not 1 <= seats <= _MOST_SEATS or outside.terms.plan(plan) is None:
        raise NotForSale
    if owner_kind_for(seats, buyer.record.tenant, owner_kind) != owner_kind:
        raise NotForSale
    reference = open_checkout(outside, account, owner_kind)
    return seller.sell(plan, seats, reference)


def activate_now(outside: Outside, marketplace: str, transaction: str) -> bool:
    """Whether the transaction has become a subscription that is ours; then it is read back once.

    For the page that a buyer sees after paying. It grants nothing by itself: what is taken in is what the
    marketplace answers. Raises NotFound, Unavailable.
    """
    seller = outside.sellers.get(marketplace)
    if seller is None:
        raise NotFound
    subscription = seller.subscription_of(transaction)
    return bool(subscription) and read_back(outside, subscription) is not None
