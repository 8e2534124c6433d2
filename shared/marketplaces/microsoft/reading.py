"""What Microsoft's marketplace says, in our words. It has no order of events: only what is read back counts."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from shared.domain.errors import ChangeRefused, EventMalformed, NotFound
from shared.domain.instants import day_of
from shared.domain.names import subscription_id, vendor_id
from shared.domain.purchases import Event, PaymentsRead, Snapshot, Unread
from shared.domain.records import Status
from shared.marketplaces.microsoft.api import FulfillmentApi, Unreadable, read
from shared.marketplaces.microsoft.payloads import OperationData, ResolvedData, SubscriptionData
from shared.ports import Hint
from shared.web import Unreachable

_STATUS: Mapping[str, Status] = {
    "NotStarted": "pending",
    "PendingFulfillmentStart": "pending",
    "Subscribed": "subscribed",
    "Suspended": "suspended",
    "Unsubscribed": "ended",
}
# These are told of before they are done, and nothing tells that they are.
_CHANGES = frozenset({"ChangePlan", "ChangeQuantity", "Reinstate"})
_UNDER_WAY = frozenset({"InProgress", "NotStarted"})

# A flat-rate plan has no quantity; it is for one.
_FLAT_RATE_SEATS = 1

_OPERATION = re.compile(r"[A-Za-z0-9:,_-]{1,128}", re.ASCII)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offers:
    """What is sold there: offer and its plan to our plan."""

    plans: Mapping[tuple[str, str], str]

    def plan(self, offer: str, plan: str) -> str:
        """Our plan; empty for what is not sold."""
        return self.plans.get((offer, plan), "")

    def sells(self, offer: str) -> bool:
        """Whether an offer of the publisher is one of ours."""
        return any(offer == sold for sold, _ in self.plans)


def read_subscription(api: FulfillmentApi, offers: Offers, name: str) -> list[Event]:
    """The subscription as it is now, or that it is not there; empty for a status that is not known.

    Raises EventMalformed where it cannot be read.
    """
    try:
        return follow(api, offers, Hint("", name))
    except Unreadable:
        raise EventMalformed(number_of(name)) from None


def follow(api: FulfillmentApi, offers: Offers, hint: Hint) -> list[Event]:
    """What a webhook leads to: the subscription, and a change that is under way as pending.

    Raises ChangeRefused for a change of an offer of ours to a plan that is not sold, NotFound never. What cannot
    be read is Unavailable: a 4xx would refuse the change.
    """
    number = number_of(hint.subscription)
    announced = _operation(api, number, hint.operation)
    try:
        found = api.subscription(number)
    except NotFound:
        return [Event("", hint.subscription, "", PaymentsRead(is_there=False), ours=False)]
    if (
        announced is not None
        and offers.sells(found.offer)
        and _is_for_another_plan(announced, found)
        and not offers.plan(found.offer, announced.plan)
    ):
        raise ChangeRefused
    # One event may come while another change is under way, and must not forget it.
    change = announced or next((listed for listed in api.operations(number) if _is_pending(listed, number)), None)
    event = _event(hint, found, offers, change)
    return [event] if event is not None else []


def is_operation(text: str) -> bool:
    """Whether it could be an operation's id: a guid as documented, `org:guid,guid` as was seen once."""
    return _OPERATION.fullmatch(text) is not None


def number_of(subscription: str) -> str:
    """The marketplace's own id in a subscription's name. Raises EventMalformed."""
    return vendor_id(subscription.removeprefix("microsoft."))


def _operation(api: FulfillmentApi, number: str, operation: str) -> OperationData | None:
    """The change that a webhook announced, if it is true and still under way."""
    try:
        change = api.operation(number, operation) if operation else None
    except NotFound:
        return None
    return change if change is not None and _is_pending(change, number) else None


def operations(api: FulfillmentApi, number: str, named: Iterable[str]) -> dict[str, date | None]:
    """Those of this subscription that there are, and the day of each."""
    found: dict[str, date | None] = {}
    for operation in named:
        with suppress(NotFound):
            told = api.operation(number, operation)
            if told.subscription in {"", number}:
                found[operation] = day_of(told.at) if told.at else None
    return found


def _is_pending(change: OperationData, number: str) -> bool:
    """Whether it is a change of this subscription that is asked for and not done yet."""
    return change.subscription in {"", number} and change.action in _CHANGES and change.status in _UNDER_WAY


def _is_for_another_plan(change: OperationData, found: SubscriptionData) -> bool:
    # What is taken back announces the plan that it is anyway.
    return change.action == "ChangePlan" and change.plan not in {"", found.plan}


def list_subscriptions(api: FulfillmentApi, offers: Offers) -> Iterator[Event]:
    """Every subscription of our offers. One bad record holds up no other, and is told as far as it can be named."""
    for item in api.subscriptions():
        try:
            found = read(SubscriptionData, item)
            event = _event(Hint("", subscription_id("microsoft", found.id)), found, offers, None)
        except (Unreachable, EventMalformed):
            event = _unread(item)
            _log.warning("microsoft: a listed record makes no sense: %s", event.id)
        if event is not None:
            yield event


def _unread(item: object) -> Event:
    try:
        name = subscription_id("microsoft", read(ResolvedData, item).id)
    except (Unreachable, EventMalformed):
        return Event("", "", "", Unread(), ours=False)
    return Event(number_of(name), name, "", Unread(), ours=False)


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
        # What is stored of an id is one that could be an id; that a change is pending is true all the same.
        pending_operation=(change.id if is_operation(change.id) else "unnamed") if change else "",
    )


def _event(hint: Hint, found: SubscriptionData, offers: Offers, change: OperationData | None) -> Event | None:
    told = snapshot(found, offers, change)
    if told is None:
        return None
    if not told.plan:
        _log.warning("microsoft: a plan that is not sold gives no seats")
    return Event(hint.event, hint.subscription, "", told, ours=bool(told.plan))
