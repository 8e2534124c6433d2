"""A buyer who comes from Microsoft's store: resolve the purchase, then, once they signed in, activate it, once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shared.domain.errors import ClaimRefused, NotForSale, NotFound, NotYours, Unavailable
from shared.domain.owners import owner_kind_of
from shared.domain.people import PERSONAL_TENANT
from shared.domain.purchases import LIVE
from shared.domain.records import OwnerKind, Receipt, Status, Subscription
from shared.domain.retention import RECEIPT_KEPT
from shared.domain.rights import Visitor
from shared.operations.claim_by_proof import Claimant, claim_by_proof
from shared.operations.claim_subscription import take_ownership
from shared.operations.due import note_due
from shared.operations.read_back import read_back
from shared.ports import Change, Conflict, Delete, Insert, LandsBuyers, Outside, Proof, Seen, Stored
from shared.storage import keys

MARKETPLACE = "microsoft"

# An activation is received at once and done within minutes; until then the purchase looks as if it were not activated.
_ACTIVATION_TAKES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Landed:
    """What the visitor is shown; nothing of it is stored. ``plan`` is empty for one that is not sold.

    ``is_party``: it is theirs, or they may make it so; ``is_for_visitor``: and may have it for themselves.
    """

    plan: str
    quantity: int
    status: Status
    is_trial: bool
    is_party: bool
    is_colleague: bool
    is_for_visitor: bool
    owner: Literal["nobody", "visitor", "somebody"]


def resolve_purchase(outside: Outside, token: str) -> str:
    """The name of the subscription behind a purchase token, which goes no further.

    Raises NotFound for a token that is expired or none, Unavailable.
    """
    return _store(outside).resolve(token)


def see_purchase(outside: Outside, subscription: str, visitor: Visitor) -> Landed:
    """What was bought, read now, so that what is pending settles too. Raises NotFound, Unavailable."""
    seen = _store(outside).see(subscription)
    header = outside.tables.read(keys.subscription(subscription))
    may_act = visitor.person in seen.parties or _may_claim(seen, visitor)
    if header is not None and may_act:
        header = read_back(outside, subscription)
    is_owned = header is not None and bool(header.record.owner_kind or header.record.ending)
    is_theirs = header is not None and bool(visitor.account) and header.record.account == visitor.account
    return Landed(
        plan=seen.plan,
        quantity=seen.quantity,
        status=seen.status,
        is_trial=seen.is_trial,
        is_party=may_act or is_theirs,
        is_colleague=visitor.person.tenant == seen.tenant != PERSONAL_TENANT,
        is_for_visitor=visitor.person == seen.beneficiary,
        owner="visitor" if is_theirs else "somebody" if is_owned else "nobody",
    )


def activate_purchase(
    outside: Outside, subscription: str, account: str, buyer: Visitor, owner_kind: OwnerKind
) -> Stored[Subscription]:
    """The subscription, owned by the buyer and activated; again is the same as once.

    The owner is stored before billing starts. What is active and nobody's can also be an administrator's of the tenant
    it is for. Raises NotYours for everybody else but beneficiary and purchaser, where somebody else owns it, and where
    it would be for somebody who cannot have it (`shared.domain.owners`); NotFound for what is gone or not sold,
    Unavailable: look again later.
    """
    store = _store(outside)
    seen = store.see(subscription)
    if not (buyer.person in seen.parties or _may_claim(seen, buyer)):
        raise NotYours
    header = read_back(outside, subscription)
    if header is None or header.record.status == "ended":
        raise NotFound
    if buyer.person not in seen.parties:
        return _claim(outside, subscription, Claimant(account, buyer.person, is_administrator=True))
    try:
        kind = owner_kind_of(seen.quantity, buyer.person, seen.beneficiary, owner_kind)
    except NotForSale:
        raise NotYours from None
    owned = take_ownership(outside, header, account, kind, tenant=seen.tenant)
    if owned.record.account != account:
        raise NotYours
    if seen.status == "pending":
        _activate_once(outside, store, subscription)
    return read_back(outside, subscription) or owned


def _may_claim(seen: Seen, visitor: Visitor) -> bool:
    """Whether it would be theirs without being bought by them or for them: billing does not start with such a claim."""
    return seen.status in LIVE and seen.is_claimable_by(visitor.person, is_administrator=visitor.is_administrator)


def _claim(outside: Outside, subscription: str, claimant: Claimant) -> Stored[Subscription]:
    try:
        return claim_by_proof(outside, claimant, subscription, Proof(), "organisation")
    except ClaimRefused:
        raise NotYours from None


def _activate_once(outside: Outside, store: LandsBuyers, subscription: str) -> None:
    """Activate, unless that was asked for moments ago: what a second activation would do is not documented."""
    now, row = outside.clock(), keys.receipt(subscription, "activation")
    note_due(outside, "subscription", subscription, now + RECEIPT_KEPT)
    known, mine = outside.tables.read(row), Receipt(received_at=now)
    if known and known.record.received_at and now < known.record.received_at + _ACTIVATION_TAKES:
        return
    try:
        noted = outside.tables.write(Change(known, mine) if known else Insert(row, mine))[0]
    except Conflict:
        return
    try:
        store.activate(subscription)
    except Unavailable:
        # Whether it was received is not known.
        raise
    except Exception:
        outside.tables.write(Delete(noted))
        raise


def _store(outside: Outside) -> LandsBuyers:
    store = outside.stores.get(MARKETPLACE)
    if store is None:
        raise NotFound
    return store
