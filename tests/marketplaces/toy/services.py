"""The third of the three places: its name and the line that chooses it, beside those of `shared/services.py`."""

from collections.abc import Mapping
from dataclasses import replace

from shared import services
from shared.ports import Clock
from shared.web import Web, host_of
from tests.marketplaces.toy.adapter import NAME, Toy
from tests.marketplaces.toy.settings import ToySettings

MARKETPLACES = (*services.MARKETPLACES, NAME)


def connect_with_toy(env: Mapping[str, str], clock: Clock) -> services.Services:
    """The real services, and one marketplace more."""
    group = ToySettings.model_validate({name.lower(): value for name, value in env.items()})
    web = Web(frozenset({host_of(group.toy_api_url)}))
    toy = Toy(tuple(group.toy_secrets.split(",")), group.toy_plans, web, group.toy_api_url, group.toy_api_key)
    connected = services.connect(env, clock)
    return replace(connected, marketplaces={**connected.marketplaces, NAME: toy})
