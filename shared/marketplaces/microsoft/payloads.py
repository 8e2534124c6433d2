"""The few fields that are read of the marketplace's answers and messages; no address, name or puid is among them.

https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api.
Microsoft's public emulator spells and nests some of them otherwise; both are read.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.domain import instants


def _moment(value: object) -> object:
    # Dates come with and without a time; what is no date at all is none.
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        return instants.parse(instants.plausible(text if "T" in text else f"{text}T00:00:00Z"))
    except ValueError:
        return None


def _text(value: object) -> object:
    # The documents' own samples carry stray spaces, and null stands for what is not there.
    return value.strip() if isinstance(value, str) else _or("")(value)


def _or(absent: object) -> Callable[[object], object]:
    return lambda value: absent if value is None else value


def _quantity(value: object) -> object:
    # Flat-rate plans have none; some answers carry it as text, or empty.
    if value in (None, ""):
        return None
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]
# Guids are written in either case; here they name rows.
Id = Annotated[Text, StringConstraints(to_lower=True)]
Quantity = Annotated[Annotated[int, Field(strict=True, ge=0, le=100_000_000)] | None, BeforeValidator(_quantity)]


class Party(BaseModel):
    """Who bought, or for whom: tenant and object id, held only while a landing or a claim is decided."""

    model_config = ConfigDict(frozen=True)

    tenant: Id = Field("", validation_alias="tenantId")
    object_id: Id = Field("", validation_alias="objectId")


class Term(BaseModel):
    """The paid term; its end is no end of the subscription, and so is not read."""

    start: Moment = Field(None, validation_alias="startDate")


class SubscriptionData(BaseModel):
    """A subscription as the marketplace answers for it."""

    id: Id
    offer: Text = Field("", validation_alias="offerId")
    plan: Text = Field("", validation_alias="planId")
    quantity: Quantity = None
    status: Text = Field(validation_alias=AliasChoices("saasSubscriptionStatus", "status"))
    is_free_trial: Annotated[bool, BeforeValidator(_or(absent=False))] = Field(
        default=False, validation_alias="isFreeTrial"
    )
    term: Annotated[Term, BeforeValidator(_or({}))] = Term()
    beneficiary: Annotated[Party, BeforeValidator(_or({}))] = Party()
    purchaser: Annotated[Party, BeforeValidator(_or({}))] = Party()
    allowed: Annotated[list[Text], BeforeValidator(_or([]))] = Field(
        default=[], validation_alias="allowedCustomerOperations"
    )


class ResolvedData(BaseModel):
    """Which subscription a purchase token stands for; what it is, is read apart."""

    id: Id


class OperationData(BaseModel):
    """A change under way."""

    id: Text
    subscription: Id = Field("", validation_alias="subscriptionId")
    action: Text = ""
    status: Text = ""
    plan: Text = Field("", validation_alias="planId")
    quantity: Quantity = None
    at: Moment = Field(None, validation_alias="timeStamp")


class MessageData(BaseModel):
    """A webhook: an id, whom it concerns, and what kind it is. Nothing else of it is believed."""

    id: Text = ""
    subscription: Id = Field(
        "", validation_alias=AliasChoices("subscriptionId", "SubscriptionId", AliasPath("subscription", "id"))
    )
    action: Text = ""


class Page(BaseModel):
    """A page of a list; what its items are is found out one by one."""

    items: Annotated[list[Any], BeforeValidator(_or([]))] = Field(
        default=[], validation_alias=AliasChoices("subscriptions", "operations")
    )
    next: Text = Field("", validation_alias=AliasChoices("@nextLink", "nextLink"))
