"""Paddle's events in our words. What is not ours, or unknown, is nothing; what lacks its must-haves is malformed."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.domain import instants
from shared.domain.errors import EventMalformed
from shared.domain.names import is_reference, subscription_id, vendor_id
from shared.domain.purchases import Adjustment, Event, Payment, Snapshot
from shared.domain.records import ScheduledAction, Status
from shared.marketplaces.paddle import adjustments
from shared.marketplaces.paddle.payloads import (
    AdjustmentData,
    AdjustmentHead,
    Envelope,
    EnvelopeHead,
    Item,
    Period,
    SubscriptionData,
    TransactionData,
    TransactionHead,
)
from shared.ports import Hint

REFERENCE_MEMBER = "ref"

_SUBSCRIPTION_EVENTS = frozenset(
    f"subscription.{change}"
    for change in (
        "created",
        "updated",
        "activated",
        "trialing",
        "past_due",
        "paused",
        "resumed",
        "canceled",
        "imported",
    )
)
EVENT_TYPES = _SUBSCRIPTION_EVENTS | {"transaction.completed", "adjustment.created", "adjustment.updated"}
_STATUS: Mapping[str, Status] = {
    "trialing": "trialing",
    "active": "active",
    "past_due": "past_due",
    "paused": "paused",
    "canceled": "ended",
}
_SCHEDULED: Mapping[str, ScheduledAction] = {"cancel": "cancel", "pause": "pause"}

# A change of the payment method is a transaction too, and buys no time.
_ORIGINS_THAT_BUY_TIME = frozenset({"web", "api", "subscription_recurring", "subscription_update"})
_LARGEST_QUANTITY = 2**31 - 1

# Sorts after every timestamp.
_READ_BACK = "~"
# Sorts before every timestamp.
_UNDATED = "0"

_log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)
TransactionOf = Callable[[str], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is sold at Paddle: price id to plan, the plans from smallest to largest, and whether money is real."""

    prices: Mapping[str, str]
    plans: tuple[str, ...]
    live: bool


class _OnlyItsTransactionTells(Exception):
    """Whether a refund is of the whole is not in the event."""

    def __init__(self, hint: Hint) -> None:
        super().__init__()
        self.hint = hint


def read_event(body: bytes, catalogue: Catalogue) -> Event | Hint | None:
    """The event in a verified body, or None if there is nothing to store. Raises EventMalformed.

    A hint is a refund of which only its transaction tells whether it is of the whole.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise EventMalformed from None
    try:
        return read_content(content, catalogue, None)
    except _OnlyItsTransactionTells as undecided:
        return undecided.hint


def read_content(content: object, catalogue: Catalogue, transaction_of: TransactionOf | None) -> Event | None:
    """The same for an event that was listed rather than sent. Raises EventMalformed."""
    head = _read(EnvelopeHead, content)
    event = vendor_id(head.event_id)
    if catalogue.live and event.startswith("ntfsim"):
        # The dashboard's simulator signs with the real secret, about things that do not exist.
        return None
    if head.event_type not in EVENT_TYPES:
        return None
    try:
        return _told(_read(Envelope, content), catalogue, transaction_of)
    except EventMalformed:
        raise EventMalformed(event) from None


def read_entity(
    kind: str, data: Mapping[str, Any], catalogue: Catalogue, transaction_of: TransactionOf = lambda _: None
) -> Event | None:
    """What an entity that was read back says, as an event of a kind, without an id. Raises EventMalformed.

    It ranks above every event of the same version of the entity.
    """
    asked = Envelope.model_construct(event_id="", event_type=kind, occurred_at=_READ_BACK, data=dict(data))
    try:
        return _told(asked, catalogue, transaction_of)
    except EventMalformed:
        raise EventMalformed(_named(data)) from None


def _named(data: Mapping[str, Any]) -> str:
    try:
        return vendor_id(str(data.get("id") or ""))
    except EventMalformed:
        return ""


def _told(envelope: Envelope, catalogue: Catalogue, transaction_of: TransactionOf | None) -> Event | None:
    if envelope.event_type in _SUBSCRIPTION_EVENTS:
        return _subscription(envelope, catalogue)
    if envelope.event_type == "transaction.completed":
        return _transaction(envelope, catalogue)
    if envelope.event_type in {"adjustment.created", "adjustment.updated"}:
        return _adjustment(envelope, transaction_of)
    return None


def _read(model: type[M], content: object) -> M:
    try:
        return model.model_validate(content)
    except (ValidationError, OverflowError):
        raise EventMalformed from None


def _subscription(envelope: Envelope, catalogue: Catalogue) -> Event | None:
    data = _read(SubscriptionData, envelope.data)
    status = _STATUS.get(data.status)
    if status is None:
        _log.warning("paddle: a subscription status that is not known changes nothing")
        return None
    ours = [_read(Item, item.model_dump()) for item in data.items if item.price.id in catalogue.prices]
    if len(ours) != len(data.items):
        _log.warning("paddle: %d items without a plan give no seats", len(data.items) - len(ours))
    if sum(item.quantity for item in ours) > _LARGEST_QUANTITY:
        raise EventMalformed
    changed_at = _changed_at(data, envelope)
    if changed_at == _UNDATED:
        raise EventMalformed
    told = _snapshot(data, status, ours, catalogue, instants.parse(changed_at))
    return _event(envelope, data.id, told, changed_at, data.custom_data, ours=bool(ours))


def _changed_at(data: SubscriptionData | AdjustmentData, envelope: Envelope) -> str:
    """When an entity became what is told: of one that was never changed, when it was told or made."""
    if envelope.occurred_at == _READ_BACK:
        return data.updated_at or data.created_at or _UNDATED
    return data.updated_at or envelope.occurred_at


def _plan(items: list[Item], catalogue: Catalogue) -> str:
    """One subscription carries one plan; where it holds prices of several, the smallest."""
    plans = [catalogue.prices[item.price.id] for item in items]
    return min(plans, key=catalogue.plans.index, default="")


def _snapshot(
    data: SubscriptionData, status: Status, ours: list[Item], catalogue: Catalogue, changed_at: datetime
) -> Snapshot:
    period, change = data.current_billing_period, data.scheduled_change
    action = _SCHEDULED.get(change.action, "") if change else ""
    ended_at = {"ended": data.canceled_at or changed_at, "paused": data.paused_at or changed_at}.get(status)
    return Snapshot(
        status=status,
        plan=_plan(ours, catalogue),
        quantity=sum(item.quantity for item in ours),
        period_start=period.starts_at if period else None,
        trial_end=_trial_end(data, ours, period) if status == "trialing" else None,
        scheduled_action=action,
        scheduled_end=change.effective_at if change and action else None,
        ended_at=ended_at,
    )


def _trial_end(data: SubscriptionData, ours: list[Item], period: Period | None) -> datetime | None:
    ends = [item.trial_dates.ends_at for item in ours if item.trial_dates]
    return max(ends, default=None) or data.next_billed_at or (period.ends_at if period else None)


def _transaction(envelope: Envelope, catalogue: Catalogue) -> Event | None:
    """A completed transaction that bought time."""
    if _read(TransactionHead, envelope.data).origin not in _ORIGINS_THAT_BUY_TIME:
        return None
    data = _read(TransactionData, envelope.data)
    if data.subscription_id is None or data.billing_period is None:
        return None
    ours = any(item.price.id in catalogue.prices for item in data.items)
    if data.items and not ours:
        # Another product on the same subscription, or on another one.
        return None
    billed_on = instants.day_of(data.billed_at) if data.billed_at else None
    told = Payment(vendor_id(data.id), data.billing_period.ends_at, billed_on)
    return _event(envelope, data.subscription_id, told, envelope.occurred_at, data.custom_data, ours=ours)


def _adjustment(envelope: Envelope, transaction_of: TransactionOf | None) -> Event | None:
    """A dispute, or a refund of the whole; whatever takes no period back is nothing."""
    if _read(AdjustmentHead, envelope.data).action not in adjustments.TAKE_BACK:
        return None
    data = _read(AdjustmentData, envelope.data)
    full = adjustments.says_whole(data)
    if data.action == "refund" and not full:
        # Without a subscription, nothing leads to the items of its transaction: it counts as partial.
        if data.subscription_id is None or not adjustments.may_be_whole(data):
            return None
        number = vendor_id(data.transaction_id)
        if transaction_of is None:
            raise _OnlyItsTransactionTells(Hint(envelope.event_id, subscription_id("paddle", data.subscription_id)))
        full = adjustments.covers(data, transaction_of(number))
        if not full:
            return None
    status = adjustments.status_of(data)
    told = Adjustment(vendor_id(data.id), vendor_id(data.transaction_id), data.action, status, full)
    return _event(envelope, data.subscription_id, told, _changed_at(data, envelope), None, ours=True)


def _event(
    envelope: Envelope,
    subscription: str | None,
    told: Snapshot | Payment | Adjustment,
    changed_at: str,
    custom_data: object,
    *,
    ours: bool,
) -> Event:
    found = custom_data.get(REFERENCE_MEMBER) if isinstance(custom_data, dict) else None
    return Event(
        id=envelope.event_id,
        subscription="" if subscription is None else subscription_id("paddle", subscription),
        version=f"{changed_at}|{envelope.occurred_at}|{envelope.event_id}",
        told=told,
        reference=str(found) if is_reference(found) else "",
        ours=ours,
    )
