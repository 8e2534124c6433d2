"""A claim that lost leaves nothing behind, whomever it was for."""

import pytest

from shared.domain.errors import BeingErased
from shared.domain.records import Subscription as Header
from shared.operations.assign_seat import Assignee
from shared.operations.claim_subscription import take_ownership
from shared.operations.open_account import open_account
from shared.ports import Change, Stored
from shared.storage import keys
from tests.histories.stored import broken
from tests.paddle import Subscription, deliver
from tests.world import ALICE, MALLORY, TENANT, World

CUSTOMER = "55555555-5555-4555-8555-555555555555"


@pytest.fixture
def unclaimed(world: World) -> Stored[Header]:
    sold = Subscription()
    deliver(world, *sold.bought())
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    return stored


def account(world: World, who: Assignee = ALICE) -> str:
    return open_account(world.services, who.person, who.name, who.addresses)


def hinted(world: World) -> set[str]:
    return {row["PartitionKey"] for row in world.rows()["organisations"]}


def test_what_a_reseller_bought_is_its_customers(world: World, unclaimed: Stored[Header]) -> None:
    claimed = take_ownership(world.services, unclaimed, account(world), "organisation", tenant=CUSTOMER)

    assert claimed.record.tenant == CUSTOMER
    assert hinted(world) == {CUSTOMER}
    assert broken(world) == []


def test_a_resellers_claim_that_came_second_leaves_nothing(world: World, unclaimed: Stored[Header]) -> None:
    take_ownership(world.services, unclaimed, account(world), "organisation")

    late = take_ownership(world.services, unclaimed, account(world, MALLORY), "organisation", tenant=CUSTOMER)

    assert late.record.account == account(world)
    assert hinted(world) == {TENANT}
    assert broken(world) == []


def test_a_resellers_claim_of_what_is_being_erased_leaves_nothing(world: World, unclaimed: Stored[Header]) -> None:
    going = unclaimed.record.model_copy(update={"erasing": True})
    world.tables.write(Change(unclaimed, going))

    with pytest.raises(BeingErased):
        take_ownership(world.services, unclaimed, account(world), "organisation", tenant=CUSTOMER)

    assert hinted(world) == set()
    assert world.rows()["accounts"][0]["RowKey"] == "account"
