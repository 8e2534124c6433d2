"""A purchase for oneself that grew beyond one seat becomes the organisation's, if its owner says so."""

from shared.domain.errors import NotFound
from shared.domain.names import is_subscription
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import OrganisationHint, Subscription
from shared.domain.rights import Visitor
from shared.operations.deletion import delete_if_there
from shared.operations.find_subscriptions import Theirs, find_subscription, subscriptions_of
from shared.operations.persistence import persist
from shared.ports import Change, Outside, Put, Stored
from shared.storage import keys


def convertible(outside: Outside, visitor: Visitor) -> list[Theirs]:
    """What the visitor bought for themself and may give to their organisation."""
    return [theirs for theirs in subscriptions_of(outside, visitor) if _may_convert(theirs, visitor)]


def convert_purchase(outside: Outside, visitor: Visitor, subscription: str) -> Stored[Subscription]:
    """The subscription, the organisation's from now on; again is the same as once.

    The buyer keeps their seat. Raises NotFound for all that the visitor may not convert, Unavailable.
    """
    if not is_subscription(subscription):
        raise NotFound
    try:
        return persist(lambda: _convert(outside, visitor, subscription))
    except NotFound:
        _withdraw_hint(outside, visitor.person.tenant, subscription)
        raise


def _may_convert(theirs: Theirs, visitor: Visitor) -> bool:
    header = theirs.header.record
    has_organisation = visitor.person.tenant != PERSONAL_TENANT
    return has_organisation and theirs.role == "owner" and header.quantity > 1 and header.status != "ended"


def _convert(outside: Outside, visitor: Visitor, subscription: str) -> Stored[Subscription]:
    """What leads to the purchase comes before it, so that whoever erases it finds that. Raises Conflict, NotFound."""
    theirs, tenant = find_subscription(outside, visitor, subscription), visitor.person.tenant
    header = theirs.header
    if header.record.account == visitor.account and header.record.tenant == tenant:
        return header
    owns = outside.tables.read(keys.ownership(visitor.account, subscription))
    if owns is None or not _may_convert(theirs, visitor):
        raise NotFound
    if owns.record.tenant != tenant:
        outside.tables.write(Change(owns, owns.record.model_copy(update={"tenant": tenant})))
    hint = OrganisationHint(subscription=subscription)
    outside.tables.write(Put(keys.organisation_hint(tenant, subscription), hint))
    theirs_now = {"owner_kind": "organisation", "tenant": tenant, "own_seat_due": False}
    return outside.tables.write(Change(header, header.record.model_copy(update=theirs_now)))[0]


def _withdraw_hint(outside: Outside, tenant: str, subscription: str) -> None:
    """What an earlier try left, where the purchase ended or was erased meanwhile."""
    header = outside.tables.read(keys.subscription(subscription))
    if header is None or header.record.tenant != tenant:
        delete_if_there(outside, keys.organisation_hint(tenant, subscription))
