"""Claim a purchase that nobody owns yet, by a buyer who proves that it is theirs: few tries, one uniform refusal."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from shared.domain.errors import ClaimRefused, EventMalformed, NotForSale, NotFound, Unavailable
from shared.domain.instants import day_of
from shared.domain.names import vendor_id
from shared.domain.owners import owner_kind_for, owner_kind_of
from shared.domain.people import Person
from shared.domain.purchases import LIVE
from shared.domain.records import Account, OwnerKind, Subscription
from shared.operations.claim_subscription import take_ownership
from shared.operations.persistence import persist
from shared.operations.read_back import read_back
from shared.ports import Change, Conflict, Marketplace, Outside, Proof, Row, Stored
from shared.storage import keys

# Guessing is an account's own matter: whoever knows a transaction's number must not use up its buyer's tries.
_TRIES_OF_AN_ACCOUNT = 5
# What many accounts can guess together; an invoice's number is not long.
_TRIES_AT_A_PURCHASE = 50

R = TypeVar("R", Account, Subscription)


@dataclass(frozen=True, slots=True)
class Claimant:
    """A signed-in buyer and the account that is to own the purchase."""

    account: str
    person: Person
    is_administrator: bool


def claim_by_transaction(
    outside: Outside, claimant: Claimant, transaction: str, fact: str, owner_kind: OwnerKind
) -> Stored[Subscription]:
    """The same for who knows no subscription's name: the one that the transaction belongs to."""
    try:
        hint = outside.tables.read(keys.transaction_hint(vendor_id(transaction)))
    except EventMalformed:
        raise ClaimRefused from None
    if hint is None:
        raise ClaimRefused
    return claim_by_proof(outside, claimant, hint.record.subscription, Proof(transaction, fact), owner_kind)


def claim_by_proof(
    outside: Outside, claimant: Claimant, subscription: str, proof: Proof, owner_kind: OwnerKind
) -> Stored[Subscription]:
    """The subscription, owned; what is the claimant's already is done. Raises ClaimRefused, Unavailable.

    The refusal is the same whether there is no such purchase, it has an owner, it has ended, the proof is wrong, the
    tries of the day are used up, or it would be for somebody who cannot have it (`shared.domain.owners`).
    """
    header = outside.tables.read(keys.subscription(subscription))
    marketplace = outside.marketplaces.get(subscription.partition(".")[0])
    if header is None or marketplace is None or not _is_claimable(header.record, claimant.account):
        raise ClaimRefused
    if header.record.owner_kind:
        return read_back(outside, subscription) or header
    persist(lambda: _count_try(outside, keys.account(claimant.account), _TRIES_OF_AN_ACCOUNT))
    header = persist(lambda: _count_try(outside, keys.subscription(subscription), _TRIES_AT_A_PURCHASE))
    try:
        claimed = _claim(outside, marketplace, header, claimant, proof, owner_kind)
    except Unavailable:
        # What was not answered was no guess.
        _forget_tries(outside, keys.account(claimant.account), 1)
        _forget_tries(outside, keys.subscription(subscription), 1)
        raise
    _forget_tries(outside, keys.account(claimant.account), _TRIES_OF_AN_ACCOUNT)
    return read_back(outside, subscription) or claimed


def _claim(
    outside: Outside,
    marketplace: Marketplace,
    header: Stored[Subscription],
    claimant: Claimant,
    proof: Proof,
    owner_kind: OwnerKind,
) -> Stored[Subscription]:
    subscription = header.row.partition
    if not marketplace.proves(subscription, proof, claimant.person, is_administrator=claimant.is_administrator):
        raise ClaimRefused
    kind, tenant = _owner(outside, header, claimant, owner_kind)
    claimed = take_ownership(outside, header, claimant.account, kind, tenant)
    if claimed.record.account != claimant.account:
        raise ClaimRefused
    return claimed


def _is_claimable(header: Subscription, account: str) -> bool:
    is_free = not header.owner_kind or header.account == account
    return is_free and not (header.erasing or header.ending) and header.status in LIVE


def _owner(
    outside: Outside, header: Stored[Subscription], claimant: Claimant, wanted: OwnerKind
) -> tuple[OwnerKind, str]:
    """What is to own it, and whom it is for, where its marketplace says so; elsewhere that is the claimant's tenant."""
    store = outside.stores.get(outside.marketplace_of(header.row.partition).name)
    try:
        if store is None:
            return owner_kind_for(header.record.quantity, claimant.person.tenant, wanted), ""
        seen = store.see(header.row.partition)
        return owner_kind_of(header.record.quantity, claimant.person, seen.beneficiary, wanted), seen.tenant
    except (NotForSale, NotFound):
        raise ClaimRefused from None


def _count_try(outside: Outside, row: Row[R], most: int) -> Stored[R]:
    """What the try is of, and by whom; counted before the proof is looked at. Raises ClaimRefused, Conflict."""
    found = outside.tables.read(row)
    if found is None:
        raise ClaimRefused
    today = day_of(outside.clock())
    tries = found.record.claim_tries if found.record.claim_tried_on == today else 0
    if tries >= most:
        raise ClaimRefused
    counted = found.record.model_copy(update={"claim_tries": tries + 1, "claim_tried_on": today})
    return outside.tables.write(Change(found, counted))[0]


def _forget_tries(outside: Outside, row: Row[R], tries: int) -> None:
    """Who claims what is theirs guesses nothing, and may have more to claim."""
    found = outside.tables.read(row)
    if found is not None:
        left = max(found.record.claim_tries - tries, 0)
        with suppress(Conflict):
            outside.tables.write(Change(found, found.record.model_copy(update={"claim_tries": left})))
