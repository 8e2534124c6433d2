"""Give a purchase its owner: bind the reference, let the account own it, then the header, then the reference goes."""

import logging

from shared.domain.errors import BeingErased
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import Account, OrganisationHint, OwnerKind, Ownership, Reference, Subscription
from shared.domain.retention import next_reading
from shared.operations.deletion import delete_if_there, delete_rows
from shared.operations.due import with_look
from shared.operations.persistence import persist
from shared.ports import Change, Conflict, Delete, Insert, Outside, Put, Stored
from shared.storage import keys

_log = logging.getLogger(__name__)


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


def withdraw_claim(outside: Outside, account: str, subscription: str, tenant: str, meant: str = "") -> int:
    """Remove what a claim left behind that did not become the owner; answers how many records went.

    ``tenant`` is the one that has it now, ``meant`` the one that the claim was for, if it came so far. What leads to
    the hint goes after it.
    """
    own = outside.tables.read(keys.ownership(account, subscription))
    gone = _withdraw_hints(outside, subscription, {own.record.tenant if own else "", meant} - {tenant})
    return gone + delete_rows(outside, [own] if own else [])


def _withdraw_hints(outside: Outside, subscription: str, tenants: set[str]) -> int:
    return sum(delete_if_there(outside, keys.organisation_hint(tenant, subscription)) for tenant in tenants - {""})


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
        self.owns: Stored[Ownership] | None = None

    def run(self) -> Stored[Subscription]:
        subscription = self.header.row.partition
        try:
            claimed = persist(self._attempt)
        except BeingErased:
            withdraw_claim(self.outside, self.owner, subscription, "", self._hinted)
            raise
        if claimed.record.account != self.owner:
            withdraw_claim(self.outside, self.owner, subscription, claimed.record.tenant, self._hinted)
        else:
            # An earlier try, which died, was for an organisation.
            _withdraw_hints(self.outside, subscription, {self._hinted} - {claimed.record.tenant})
        return claimed

    @property
    def _hinted(self) -> str:
        """The tenant that this claim or an earlier try of it has led to the subscription."""
        return self.owns.record.tenant if self.owns else ""

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
        if self.header.record.owner_kind or self.header.record.ending:
            return self.header
        if self.header.record.erasing:
            raise BeingErased
        account = self.outside.tables.read(keys.account(self.owner))
        if account is None or account.record.closed:
            return self.header
        kind = "person" if account.record.tenant == PERSONAL_TENANT else self.owner_kind
        if kind != self.owner_kind and self.header.record.quantity > 1:
            # It is paid for, and was not sold so: who may have several seats is decided before a purchase or a claim.
            _log.warning("%s: several seats went to a personal account", self.header.row.partition)
        tenant = (self.tenant or account.record.tenant) if kind == "organisation" else ""
        self.owns = _own(self.outside, account, Ownership(subscription=self.header.row.partition, tenant=tenant))
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


def _own(outside: Outside, account: Stored[Account], owns: Ownership) -> Stored[Ownership]:
    """The account's row about the subscription, which an earlier try may have left. Raises Conflict.

    The row names the tenant before the tenant's hint stands, so that closing the account finds what a crash leaves.
    """
    open_still = Change(account, account.record.model_copy(update={"led_to_something": True}))
    row = keys.ownership(account.row.partition, owns.subscription)
    try:
        return outside.tables.write(Insert(row, owns), open_still)[0]
    except Conflict as conflict:
        earlier = outside.tables.read(row) if conflict.inserted else None
        if earlier is None:
            raise
    if earlier.record.tenant or not owns.tenant:
        return earlier
    return outside.tables.write(Change(earlier, earlier.record.model_copy(update={"tenant": owns.tenant})))[0]
