"""What is read back from Paddle and listed there, through the same eyes as its events."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from shared.domain.errors import EventMalformed, NotFound
from shared.domain.instants import write_instant
from shared.domain.names import subscription_id, vendor_id
from shared.domain.purchases import Event, PaymentsRead, Unread
from shared.marketplaces.paddle.api import PaddleApi, PaddleRefused
from shared.marketplaces.paddle.events import EVENT_TYPES, Catalogue, read_content, read_entity
from shared.ports import Hint

# https://developer.paddle.com/errors/subscriptions
_CANCELED_ALREADY = frozenset({"subscription_update_when_canceled", "subscription_is_canceled_action_invalid"})
_LOCKED = "subscription_locked_pending_changes"

_log = logging.getLogger(__name__)


def read_subscription(api: PaddleApi, catalogue: Catalogue, name: str) -> list[Event]:
    """The subscription, its completed transactions and its adjustments; empty if Paddle has no such subscription."""
    number = vendor_id(name.removeprefix("paddle."))
    try:
        subscription = api.get(f"/subscriptions/{number}")
    except NotFound:
        return []
    told = [read_entity("subscription.updated", subscription, catalogue)]
    query = {"subscription_id": number}
    completed = api.pages("/transactions", {**query, "status": "completed", "order_by": "billed_at[DESC]"})
    transactions = [*_of(number, completed)]
    told += [read_entity("transaction.completed", found, catalogue) for found in transactions]
    sold = {str(found.get("id")): found for found in transactions}
    adjustments = _of(number, api.pages("/adjustments", query))
    told += [read_entity("adjustment.updated", found, catalogue, sold.get) for found in adjustments]
    asked = Event("", subscription_id("paddle", number), "", PaymentsRead(), ours=False)
    return [*(event for event in told if event is not None), asked]


def _of(number: str, listed: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A list that is not narrowed as it was asked to be would have one subscription paid for by another's money."""
    return (found for found in listed if found.get("subscription_id") == number)


def follow(api: PaddleApi, catalogue: Catalogue, hint: Hint) -> list[Event]:
    """The subscription of a refund that only its transaction explains, with the hint's receipt on the first."""
    return [
        replace(event, id=hint.event if number == 0 else "")
        for number, event in enumerate(read_subscription(api, catalogue, hint.subscription))
    ]


def list_subscriptions(api: PaddleApi, catalogue: Catalogue) -> Iterator[Event]:
    """Every subscription that Paddle lists and that concerns us."""
    listed = api.pages("/subscriptions", {})
    yield from _that_make_sense(listed, lambda found: read_entity("subscription.updated", found, catalogue))


def list_events(api: PaddleApi, catalogue: Catalogue, since: datetime) -> Iterator[Event]:
    """What Paddle sent, or tried to send, since a moment."""
    query = {"from": write_instant(since), "event_type": ",".join(sorted(EVENT_TYPES)), "order_by": "id[ASC]"}
    sent = api.pages("/events", query)
    yield from _that_make_sense(sent, lambda found: read_content(found, catalogue, partial(_transaction, api)))


def _transaction(api: PaddleApi, number: str) -> dict[str, Any] | None:
    try:
        return api.get(f"/transactions/{number}")
    except NotFound:
        return None


def _that_make_sense(
    listed: Iterator[dict[str, Any]], read: Callable[[dict[str, Any]], Event | None]
) -> Iterator[Event]:
    """One bad record holds up no other, and is told as far as it can be named."""
    for found in listed:
        try:
            event = read(found)
        except EventMalformed as malformed:
            _log.warning("paddle: a listed record makes no sense: %s", malformed.event)
            event = Event(malformed.event, _about(found), "", Unread(), ours=False)
        if event is not None:
            yield event


def _about(found: Mapping[str, Any]) -> str:
    """The subscription that a listed event, or subscription, is of; empty where it does not say."""
    data = found.get("data", found)
    named = data if isinstance(data, dict) else {}
    is_itself = str(found.get("event_type", "subscription.")).startswith("subscription.")
    try:
        return subscription_id("paddle", str(named.get("id" if is_itself else "subscription_id") or ""))
    except EventMalformed:
        return ""


def cancel(api: PaddleApi, name: str) -> None:
    """End a subscription with the period that is paid for. One that ends already, or is gone, is done."""
    number = vendor_id(name.removeprefix("paddle."))
    try:
        api.post(f"/subscriptions/{number}/cancel", {"effective_from": "next_billing_period"})
    except NotFound:
        return
    except PaddleRefused as refused:
        if refused.code in _CANCELED_ALREADY or (refused.code == _LOCKED and _ends_already(api, number)):
            return
        raise


def _ends_already(api: PaddleApi, number: str) -> bool:
    change = api.get(f"/subscriptions/{number}").get("scheduled_change")
    return isinstance(change, dict) and change.get("action") == "cancel"
