"""The few fields that are read of the marketplace's answers and messages; no address, name or puid is among them.

https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api.
Microsoft's public emulator spells and nests some of them otherwise; both are read.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from shared.domain import instants


def _moment(value: object) -> object:
    # Dates come with and without a time; what is no date at all is none.
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        return instants.parse(text if "T" in text else f"{text}T00:00:00Z")
    except ValueError:
        return None


def _text(value: object) -> object:
    # The documents' own samples carry stray spaces.
    return value.strip() if isinstance(value, str) else value


def _quantity(value: object) -> object:
    # Flat-rate plans have none; some answers carry it as text, or empty.
    if value in (None, ""):
        return None
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]
Quantity = Annotated[Annotated[int, Field(strict=True, ge=0, le=100_000_000)] | None, BeforeValidator(_quantity)]


class Party(BaseModel):
    """Who bought, or for whom: tenant and object id, held only while a landing or a claim is decided."""

    model_config = ConfigDict(frozen=True)

    tenant: Text = Field("", validation_alias=AliasChoices("tenantId", "tenant"))
    object_id: Text = Field("", validation_alias=AliasChoices("objectId", "oid"))


class Term(BaseModel):
    """The paid term; its end is no end of the subscription."""

    start: Moment = Field(None, validation_alias="startDate")
    end: Moment = Field(None, validation_alias="endDate")


class SubscriptionData(BaseModel):
    """A subscription as the marketplace answers for it."""

    id: Text
    offer: Text = Field("", validation_alias="offerId")
    plan: Text = Field("", validation_alias="planId")
    quantity: Quantity = None
    status: Text = Field(validation_alias=AliasChoices("saasSubscriptionStatus", "status"))
    is_free_trial: bool = Field(default=False, validation_alias="isFreeTrial")
    term: Term = Term()
    beneficiary: Party = Party()
    purchaser: Party = Party()
    allowed: list[Text] = Field(default=[], validation_alias="allowedCustomerOperations")


class ResolvedData(BaseModel):
    """What a purchase token stands for."""

    id: Text
    subscription: SubscriptionData


class OperationData(BaseModel):
    """A change under way."""

    id: Text
    subscription: Text = Field("", validation_alias="subscriptionId")
    action: Text = ""
    status: Text = ""
    plan: Text = Field("", validation_alias="planId")
    quantity: Quantity = None
    offer: Text = Field("", validation_alias="offerId")


class MessageData(BaseModel):
    """A webhook: an id, whom it concerns, and what kind it is. Nothing else of it is believed."""

    id: Text = ""
    subscription: Text = Field("", validation_alias=AliasChoices("subscriptionId", "SubscriptionId"))
    action: Text = ""


class Page(BaseModel):
    """A page of a list."""

    items: list[dict[str, Any]] = Field(default=[], validation_alias=AliasChoices("subscriptions", "operations"))
    next: str = Field("", validation_alias=AliasChoices("@nextLink", "nextLink"))
