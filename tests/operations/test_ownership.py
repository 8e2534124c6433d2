"""A claim that lost, or died, leaves nothing behind, whomever it was for."""

import itertools
from collections.abc import Iterator

import pytest

from shared.domain.errors import BeingErased
from shared.domain.records import Subscription as Header
from shared.operations.assign_seat import Assignee
from shared.operations.claim_subscription import take_ownership
from shared.operations.erase_account import erase_account
from shared.operations.erase_subscription import erase_subscription
from shared.operations.open_account import open_account
from shared.ports import Change, StorageUnavailable, Stored
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.paddle import Subscription, deliver
from tests.world import ALICE, MALLORY, TENANT, World

CUSTOMER = "55555555-5555-4555-8555-555555555555"


@pytest.fixture
def unclaimed(world: World) -> Stored[Header]:
    return bought_by_nobody(world)


def bought_by_nobody(world: World) -> Stored[Header]:
    sold = Subscription()
    deliver(world, *sold.bought())
    return again(world, sold.partition)


def again(world: World, subscription: str) -> Stored[Header]:
    stored = world.services.tables.read(keys.subscription(subscription))
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


def claims_that_died() -> Iterator[tuple[World, str]]:
    """A reseller's claim that died before or after each of its calls, each in a world of its own."""
    for fault in itertools.count():
        world = MemoryWorld()
        header, owner = bought_by_nobody(world), account(world)
        faulty = FaultyTables(world.services.tables, fails_at=1 + fault // 2, after=fault % 2 == 1)
        try:
            take_ownership(over(world.services, faulty), header, owner, "organisation", tenant=CUSTOMER)
        except StorageUnavailable:
            yield world, header.row.partition
        else:
            return


def test_a_claim_that_died_is_finished_by_its_repetition() -> None:
    died = 0
    for world, subscription in claims_that_died():
        take_ownership(world.services, again(world, subscription), account(world), "organisation", tenant=CUSTOMER)
        died += 1

        assert again(world, subscription).record.tenant == CUSTOMER
        assert hinted(world) == {CUSTOMER}
        assert broken(world) == []
    assert died == 8


def test_a_claim_that_died_leaves_nothing_once_its_account_is_closed() -> None:
    for world, subscription in claims_that_died():
        erase_account(world.services, account(world))

        is_theirs = again(world, subscription).record.tenant == CUSTOMER
        assert hinted(world) == ({CUSTOMER} if is_theirs else set())
        assert world.rows()["accounts"] == []
        assert broken(world) == []


def test_a_claim_that_died_leaves_nothing_once_it_is_repeated_for_oneself() -> None:
    for world, subscription in claims_that_died():
        take_ownership(world.services, again(world, subscription), account(world), "person", tenant=CUSTOMER)

        assert hinted(world) == {again(world, subscription).record.tenant} - {""}
        assert broken(world) == []


def test_a_claim_that_died_leaves_nothing_once_somebody_elses_went_through() -> None:
    for world, subscription in claims_that_died():
        take_ownership(world.services, again(world, subscription), account(world, MALLORY), "organisation")
        erase_account(world.services, account(world))

        assert hinted(world) == {again(world, subscription).record.tenant}
        assert broken(world) == []


def test_a_claim_that_died_leaves_nothing_once_purchase_and_account_are_gone() -> None:
    for world, subscription in claims_that_died():
        erase_subscription(world.services, again(world, subscription))
        erase_account(world.services, account(world))

        assert hinted(world) == set()
        assert broken(world) == []
