"""Give a purchase its owner: bind the reference, let the account own it, then the header, then the reference goes."""

from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import Account, OrganisationHint, OwnerKind, Ownership, Reference, Subscription
from shared.operations.persistence import persist
from shared.ports import Change, Conflict, Delete, Insert, Outside, Put, Stored
from shared.storage import keys


def claim_by_reference(outside: Outside, header: Stored[Subscription], reference: str) -> Stored[Subscription]:
    """The header with the owner who began this checkout; unchanged where the reference says nothing about it.

    Every step may have been done by a delivery that died: bound to this subscription already means go on.
    """
    found = persist(lambda: _bind(outside, header.row.partition, reference))
    if found is None:
        return header
    account = persist(lambda: _own(outside, found.record.account, header.row.partition))
    if account is not None:
        kind = _kind(found.record, account)
        _place_organisation_hint(outside, account, kind, header.row.partition)
        header = _take_owner(outside, header, account, kind)
    outside.tables.write(Delete(found))
    return header


def _bind(outside: Outside, subscription: str, reference: str) -> Stored[Reference] | None:
    """The reference, bound to this subscription. It binds to the first that bears it."""
    found = outside.tables.read(keys.reference(reference))
    if found is None or found.record.subscription == subscription:
        return found
    if found.record.subscription:
        return None
    bound = Change(found, found.record.model_copy(update={"subscription": subscription}))
    return outside.tables.write(bound)[0]


def _own(outside: Outside, account: str, subscription: str) -> Stored[Account] | None:
    """The account, owning this subscription; None if it is gone or closed, which the write itself would notice."""
    found = outside.tables.read(keys.account(account))
    if found is None or found.record.closed:
        return None
    owns = Insert(keys.ownership(account, subscription), Ownership(subscription=subscription))
    open_still = Change(found, found.record.model_copy(update={"led_to_something": True}))
    try:
        return outside.tables.write(owns, open_still)[1]
    except Conflict as conflict:
        if conflict.inserted:
            return found
        raise


def _kind(reference: Reference, account: Account | Stored[Account]) -> OwnerKind:
    record = account.record if isinstance(account, Stored) else account
    return "person" if record.tenant == PERSONAL_TENANT else reference.owner_kind


def _place_organisation_hint(outside: Outside, account: Stored[Account], kind: OwnerKind, subscription: str) -> None:
    if kind == "organisation":
        row = keys.organisation_hint(account.record.tenant, subscription)
        outside.tables.write(Put(row, OrganisationHint(subscription=subscription)))


def _take_owner(
    outside: Outside, header: Stored[Subscription], account: Stored[Account], kind: OwnerKind
) -> Stored[Subscription]:
    owner = {
        "account": account.row.partition,
        "owner_kind": kind,
        "tenant": account.record.tenant if kind == "organisation" else "",
        "own_seat_due": kind == "person",
        "contact_due": True,
    }
    now = header

    def attempt() -> Stored[Subscription]:
        nonlocal now
        if now.record.owner_kind:
            return now
        try:
            return outside.tables.write(Change(now, now.record.model_copy(update=owner)))[0]
        except Conflict:
            now = outside.tables.read(header.row) or now
            raise

    return persist(attempt)
