"""A purchase for oneself that grew: whose it becomes, who may say so, and what is left if that fails halfway."""

import pytest

from shared.domain.errors import NotFound
from shared.domain.records import OrganisationHint
from shared.operations.convert_purchase import convert_purchase, convertible
from shared.operations.erase_subscription import erase_subscription
from shared.ports import Change, Put
from shared.storage import keys
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.operations.visiting import administrator, visitor
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, World


@pytest.fixture
def world() -> World:
    return MemoryWorld()


@pytest.fixture
def grown(world: World) -> Subscription:
    """What Bob bought for himself; it has three seats by now."""
    bought = Subscription(world.checkout(BOB, "person"), quantity=1)
    deliver(world, *bought.bought())
    bought.later(days=1)
    world.clock.advance(days=1)
    deliver(world, *bought.resized(3))
    return bought


def test_who_bought_it_gives_it_to_their_organisation_and_keeps_their_seat(world: World, grown: Subscription) -> None:
    bob = visitor(world, BOB)
    assert [theirs.name for theirs in convertible(world.services, bob)] == [grown.partition]

    for _ in range(2):
        converted = convert_purchase(world.services, bob, grown.partition)
        assert (converted.record.owner_kind, converted.record.tenant) == ("organisation", BOB.person.tenant)

    assert convertible(world.services, bob) == []
    assert world.code(BOB) == "LICENSED"
    assert broken(world) == []


@pytest.mark.parametrize("who", [ALICE, MALLORY])
def test_nobody_else_converts_it_or_learns_of_it(world: World, grown: Subscription, who: object) -> None:
    stranger = administrator(world, ALICE) if who is ALICE else visitor(world, MALLORY)
    before = world.rows()

    with pytest.raises(NotFound):
        convert_purchase(world.services, stranger, grown.partition)

    assert convertible(world.services, stranger) == []
    assert world.rows() == before


@pytest.mark.parametrize("name", ["", "../x", "paddle.sub_none"])
def test_what_is_none_is_not_converted(world: World, name: str) -> None:
    with pytest.raises(NotFound):
        convert_purchase(world.services, visitor(world, BOB), name)


def test_one_seat_stays_ones_own(world: World) -> None:
    bought = Subscription(world.checkout(BOB, "person"), quantity=1)
    deliver(world, *bought.bought())

    with pytest.raises(NotFound):
        convert_purchase(world.services, visitor(world, BOB), bought.partition)


def test_what_a_crash_leaves_halfway_goes_with_the_purchase(world: World, grown: Subscription) -> None:
    bob, tenant = visitor(world, BOB), BOB.person.tenant
    owns = world.services.tables.read(keys.ownership(bob.account, grown.partition))
    header = world.services.tables.read(keys.subscription(grown.partition))
    assert owns
    assert header
    world.services.tables.write(Change(owns, owns.record.model_copy(update={"tenant": tenant})))
    hint = OrganisationHint(subscription=grown.partition)
    world.services.tables.write(Put(keys.organisation_hint(tenant, grown.partition), hint))

    erase_subscription(world.services, header)

    assert world.rows()["organisations"] == []
