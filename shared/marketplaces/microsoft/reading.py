"""What Microsoft's marketplace says, in our words. It has no order of events: only what is read back counts."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.domain.errors import ChangeRefused, EventMalformed, NotFound
from shared.domain.names import subscription_id, vendor_id
from shared.domain.purchases import Event, Snapshot
from shared.domain.records import Status
from shared.marketplaces.microsoft.api import FulfillmentApi, read
from shared.marketplaces.microsoft.payloads import OperationData, SubscriptionData
from shared.ports import Hint
from shared.web import Unreachable

_STATUS: Mapping[str, Status] = {
    "NotStarted": "pending",
    "PendingFulfillmentStart": "pending",
    "Subscribed": "subscribed",
    "Suspended": "suspended",
    "Unsubscribed": "ended",
}
# Only these have an operation to ask for, and of these only the first two change anything.
_CHANGES = frozenset({"ChangePlan", "ChangeQuantity"})
_UNDER_WAY = frozenset({"InProgress", "NotStarted"})

# A flat-rate plan has no quantity; it is for one.
_FLAT_RATE_SEATS = 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offers:
    """What is sold there: offer and its plan to our plan."""

    plans: Mapping[tuple[str, str], str]

    def plan(self, offer: str, plan: str) -> str:
        """Our plan; empty for what is not sold."""
        return self.plans.get((offer, plan), "")


def read_subscription(api: FulfillmentApi, offers: Offers, name: str) -> list[Event]:
    """The subscription as it is now; empty if the marketplace has none of that name, or none of our offers'."""
    number = vendor_id(name.removeprefix("microsoft."))
    try:
        found = api.subscription(number)
    except NotFound:
        return []
    changes = [change for change in api.operations(number) if _is_pending(change, number)]
    event = _event("", found, offers, changes[0] if changes else None)
    return [event] if event is not None else []


def follow(api: FulfillmentApi, offers: Offers, hint: Hint) -> list[Event]:
    """What a webhook leads to: the subscription, and a change that is under way as pending.

    Raises ChangeRefused for a change to a plan that is not sold, NotFound never: what is not there is nothing.
    """
    number = vendor_id(hint.subscription.removeprefix("microsoft."))
    try:
        change = api.operation(number, hint.operation) if hint.operation else None
    except NotFound:
        change = None
    try:
        found = api.subscription(number)
    except NotFound:
        return []
    if change is not None and not _is_pending(change, number):
        change = None
    if change is not None and change.action == "ChangePlan" and not offers.plan(found.offer, change.plan):
        raise ChangeRefused
    event = _event(hint.event, found, offers, change)
    return [event] if event is not None else []


def _is_pending(change: OperationData, number: str) -> bool:
    """Whether it is a change of this subscription that is asked for and not done yet."""
    return change.subscription in {"", number} and change.action in _CHANGES and change.status in _UNDER_WAY


def list_subscriptions(api: FulfillmentApi, offers: Offers) -> Iterator[Event]:
    """Every subscription of our offers. One that makes no sense is left out."""
    for item in api.subscriptions():
        try:
            event = _event("", read(SubscriptionData, item), offers, None)
        except (Unreachable, EventMalformed):
            _log.warning("microsoft: a listed record that makes no sense was passed over")
            continue
        if event is not None:
            yield event


def snapshot(found: SubscriptionData, offers: Offers, change: OperationData | None) -> Snapshot | None:
    """The subscription in our words, with a change that is under way; None for a status that is not known."""
    status = _STATUS.get(found.status)
    if status is None:
        _log.warning("microsoft: a subscription status that is not known changes nothing")
        return None
    plan = offers.plan(found.offer, found.plan)
    quantity = _FLAT_RATE_SEATS if found.quantity is None else found.quantity
    return Snapshot(
        status=status,
        plan=plan,
        quantity=quantity if plan else 0,
        period_start=found.term.start,
        pending_plan=offers.plan(found.offer, change.plan) if change else "",
        pending_quantity=(change.quantity or 0) if change else 0,
        pending_operation=vendor_id(change.id) if change else "",
    )


def _event(receipt: str, found: SubscriptionData, offers: Offers, change: OperationData | None) -> Event | None:
    told = snapshot(found, offers, change)
    if told is None:
        return None
    if not told.plan:
        _log.warning("microsoft: a plan that is not sold gives no seats")
    return Event(receipt, subscription_id("microsoft", found.id), "", told, ours=bool(told.plan))
