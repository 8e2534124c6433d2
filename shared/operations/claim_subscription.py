"""Give a purchase its owner: bind the reference, let the account own it, then the header, then the reference goes."""

from shared.domain.errors import BeingErased
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import Account, OrganisationHint, OwnerKind, Ownership, Reference, Subscription
from shared.domain.retention import next_reading
from shared.operations.deletion import delete_if_there
from shared.operations.due import with_look
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
    claimed = take_ownership(outside, header, found.record.account, found.record.owner_kind)
    outside.tables.write(Delete(found))
    return claimed


def take_ownership(
    outside: Outside, header: Stored[Subscription], account: str, owner_kind: OwnerKind, tenant: str = ""
) -> Stored[Subscription]:
    """The header with its owner: this account, unless it is closed or somebody else was first. Raises BeingErased.

    ``tenant`` is whom an organisation's purchase is for, where that is not the tenant of who buys (a reseller).
    """
    return _Claim(outside, header, account, owner_kind, tenant).run()


def withdraw_claim(outside: Outside, account: Stored[Account], subscription: str, tenant: str, meant: str = "") -> None:
    """Remove what a claim left behind that did not become the owner.

    ``tenant`` is the one that has it now, ``meant`` the one that the claim was for, if not the account's own.
    """
    delete_if_there(outside, keys.ownership(account.row.partition, subscription))
    for hinted in {account.record.tenant, meant} - {tenant, ""}:
        delete_if_there(outside, keys.organisation_hint(hinted, subscription))


def _bind(outside: Outside, subscription: str, reference: str) -> Stored[Reference] | None:
    """The reference, bound to this subscription. It binds to the first that bears it."""
    found = outside.tables.read(keys.reference(reference))
    if found is None or found.record.subscription == subscription:
        return found
    if found.record.subscription:
        return None
    bound = Change(found, found.record.model_copy(update={"subscription": subscription}))
    return outside.tables.write(bound)[0]


class _Claim:
    """One try to give a subscription to an account.

    The account is asked after the header was read, each time anew: closing an account writes to each header that a
    claim of it may be about to change, so that such a claim comes back here and finds the account closed.
    """

    def __init__(
        self, outside: Outside, header: Stored[Subscription], owner: str, owner_kind: OwnerKind, tenant: str
    ) -> None:
        self.outside = outside
        self.header = header
        self.owner = owner
        self.owner_kind = owner_kind
        self.tenant = tenant
        self.account: Stored[Account] | None = None

    def run(self) -> Stored[Subscription]:
        try:
            claimed = persist(self._attempt)
        except BeingErased:
            if self.account is not None:
                withdraw_claim(self.outside, self.account, self.header.row.partition, "", self.tenant)
            raise
        if claimed.record.account != self.owner:
            account = self.account or self.outside.tables.read(keys.account(self.owner))
            if account is not None:
                withdraw_claim(self.outside, account, claimed.row.partition, claimed.record.tenant, self.tenant)
        return claimed

    def _attempt(self) -> Stored[Subscription]:
        try:
            return self._take()
        except Conflict:
            fresh = self.outside.tables.read(self.header.row)
            if fresh is None:
                raise BeingErased from None
            self.header = fresh
            raise

    def _take(self) -> Stored[Subscription]:
        """The header with its owner, whoever that is. Raises BeingErased."""
        if self.header.record.owner_kind:
            return self.header
        if self.header.record.erasing:
            raise BeingErased
        account = _own(self.outside, self.owner, self.header.row.partition)
        if account is None:
            return self.header
        self.account = account
        kind = "person" if account.record.tenant == PERSONAL_TENANT else self.owner_kind
        tenant = (self.tenant or account.record.tenant) if kind == "organisation" else ""
        if tenant:
            hint = OrganisationHint(subscription=self.header.row.partition)
            self.outside.tables.write(Put(keys.organisation_hint(tenant, self.header.row.partition), hint))
        owner = {
            "account": account.row.partition,
            "owner_kind": kind,
            "tenant": tenant,
            "own_seat_due": kind == "person",
            "contact_due": True,
        }
        owned = self.header.record.model_copy(update=owner)
        # The contact is fetched when somebody looks.
        look = next_reading(owned, self.outside.clock())
        noted = with_look(self.outside, self.header.row.partition, owned, look)
        return self.outside.tables.write(Change(self.header, noted))[0]


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
