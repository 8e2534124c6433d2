"""The first of the three places: the group of settings, whole or absent, read by the readers that all groups share."""

from pydantic import BaseModel, ConfigDict, Field

from shared.settings.values import Prices, Text, Url


class ToySettings(BaseModel):
    """What the toy marketplace needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    toy_secrets: Text = Field(repr=False)
    toy_api_url: Url
    toy_api_key: Text = Field(repr=False)
    toy_plans: Prices
