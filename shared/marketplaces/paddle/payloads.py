"""The few fields that are read of Paddle's events. Everything else, and every unknown value, passes unseen.

https://developer.paddle.com/webhooks/overview; what is personal in a payload is not named here at all.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from shared.domain import instants


def _moment(value: object) -> object:
    return instants.parse(instants.plausible(_text(value)))


def _sortable(value: object) -> object:
    return instants.sortable(instants.plausible(_text(value)))


def _known_order(value: object) -> object:
    """None for a timestamp that is none: an entity that was never changed may say year 1."""
    text = _text(value)
    try:
        instants.plausible(text)
    except ValueError:
        instants.parse(text)
        return None
    return instants.sortable(text)


def _moment_or_none(value: object) -> object:
    try:
        return _moment(value)
    except ValueError:
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]
# What only tells the day of a payment must not lose it.
KnownMoment = Annotated[datetime | None, BeforeValidator(_moment_or_none)]
# The order of events needs every digit that Paddle sends, which a datetime does not keep.
Order = Annotated[str, BeforeValidator(_sortable)]
KnownOrder = Annotated[str | None, BeforeValidator(lambda value: None if value is None else _known_order(value))]
Quantity = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]


class EnvelopeHead(BaseModel):
    """By what it is told whether an event is of a type that is read at all."""

    event_id: str
    event_type: str


class Envelope(EnvelopeHead):
    """What every event has that is read."""

    occurred_at: Order
    data: dict[str, Any]


class Period(BaseModel):
    """A billing period or a trial."""

    starts_at: Moment
    ends_at: Moment


class ScheduledChange(BaseModel):
    """What will happen by itself: cancel, pause or resume."""

    action: str
    effective_at: Moment


class Price(BaseModel):
    """What an item costs; only its id says whether it is ours."""

    id: str


class PaidItem(BaseModel):
    """What a transaction was for."""

    price: Price


class Item(PaidItem):
    """A recurring item. Its own status is no sign of anything: it stays active when the subscription ends."""

    quantity: Quantity
    trial_dates: Period | None = None


class AnyItem(PaidItem):
    """A recurring item of whatever product; only of ours is the rest read."""

    quantity: Any = None
    trial_dates: Any = None


class SubscriptionData(BaseModel):
    """A subscription as `subscription.*` events carry it, whole each time."""

    id: str
    status: str
    created_at: KnownOrder = None
    updated_at: KnownOrder = None
    items: list[AnyItem]
    current_billing_period: Period | None = None
    next_billed_at: Moment | None = None
    scheduled_change: ScheduledChange | None = None
    canceled_at: Moment | None = None
    paused_at: Moment | None = None
    custom_data: Any = None


class TransactionHead(BaseModel):
    """By what it is told whether a transaction matters."""

    origin: str


class TransactionData(BaseModel):
    """A transaction as `transaction.completed` carries it."""

    id: str
    origin: str
    subscription_id: str | None = None
    billing_period: Period | None = None
    billed_at: KnownMoment = None
    items: list[PaidItem] = []
    custom_data: Any = None


class LineItem(BaseModel):
    """What a transaction was for, by the name that adjustments give it."""

    id: str


class LineItems(BaseModel):
    """All that a transaction was for."""

    line_items: list[LineItem] = []


class Adjusted(BaseModel):
    """A transaction as far as an adjustment may cover it."""

    details: LineItems


class AdjustmentItem(BaseModel):
    """What part of a transaction's item is given back: full, partial, tax or proration."""

    type: str | None = None
    item_id: str | None = None


class AdjustmentHead(BaseModel):
    """By what it is told whether an adjustment matters; one that does not may be as broken as it likes."""

    action: str


class AdjustmentData(BaseModel):
    """A refund, credit or dispute."""

    id: str
    action: str
    status: str
    transaction_id: str
    type: str | None = None
    subscription_id: str | None = None
    created_at: KnownOrder = None
    updated_at: KnownOrder = None
    items: list[AdjustmentItem] = []
