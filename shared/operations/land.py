"""A buyer who comes from Microsoft's store: resolve the purchase, then, once they signed in, activate it, once."""

from dataclasses import dataclass

from shared.domain.errors import NotFound, NotYours
from shared.domain.people import Person
from shared.domain.records import OwnerKind, Subscription
from shared.operations.claim_subscription import take_ownership
from shared.operations.read_back import read_back
from shared.ports import LandsBuyers, Outside, Stored

MARKETPLACE = "microsoft"


@dataclass(frozen=True, slots=True)
class Landed:
    """What the buyer is shown before they confirm; nothing of it is stored."""

    subscription: str
    plan: str
    quantity: int
    status: str
    may_activate: bool


def resolve_purchase(outside: Outside, token: str) -> str:
    """The name of the subscription behind a purchase token, which goes no further.

    Raises NotFound for a token that is expired or none, Unavailable.
    """
    return _store(outside).resolve(token)


def see_purchase(outside: Outside, subscription: str, visitor: Person) -> Landed:
    """What was bought, read now. Raises NotFound, Unavailable."""
    seen = _store(outside).see(subscription)
    return Landed(subscription, seen.plan, seen.quantity, seen.status, visitor in seen.parties)


def activate_purchase(
    outside: Outside, subscription: str, account: str, buyer: Person, owner_kind: OwnerKind
) -> Stored[Subscription]:
    """The subscription, owned by the buyer and activated; again is the same as once.

    The owner is stored before billing starts. Raises NotYours for whoever is neither beneficiary nor purchaser and
    where somebody else owns it, NotFound for what is gone, Unavailable: confirm again.
    """
    store = _store(outside)
    seen = store.see(subscription)
    if buyer not in seen.parties:
        raise NotYours
    header = read_back(outside, subscription)
    if header is None or header.record.status == "ended":
        raise NotFound
    owned = take_ownership(outside, header, account, owner_kind, tenant=seen.tenant)
    if owned.record.account != account:
        raise NotYours
    if seen.status == "pending":
        store.activate(subscription)
    return read_back(outside, subscription) or owned


def _store(outside: Outside) -> LandsBuyers:
    store = outside.stores.get(MARKETPLACE)
    if store is None:
        raise NotFound
    return store
