"""Every marketplace in turn."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from dev.entra import Entra
from dev.marketplace import Marketplace
from tests.marketplaces.suite.microsoft import CLIENT, VENDOR_TENANT, Following, MicrosoftVendor
from tests.marketplaces.suite.paddle import PaddleVendor
from tests.marketplaces.suite.toy import ToyVendor
from tests.marketplaces.suite.vendors import Vendor
from tests.marketplaces.toy.stand_in import ToyMarket
from tests.world import StandingClock


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Following()) as entra:
        yield entra


@pytest.fixture(params=["paddle", "microsoft", "toy"])
def vendor(request: pytest.FixtureRequest, entra: Entra) -> Iterator[Vendor]:
    with ExitStack() as open_:
        clock = Following()
        match request.param:
            case "paddle":
                yield PaddleVendor()
            case "microsoft":
                # Entra outlives a test; its clock is the test's.
                assert isinstance(entra.clock, Following)
                entra.clock.leader = clock.leader = StandingClock()
                market = open_.enter_context(Marketplace(entra, VENDOR_TENANT, CLIENT, clock=clock))
                yield MicrosoftVendor(entra, market, clock.leader)
            case _:
                yield ToyVendor(open_.enter_context(ToyMarket(clock)), clock.leader)
