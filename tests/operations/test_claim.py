"""Whose a purchase is: by the reference that our checkout gave, whatever state that is in by now."""

import pytest

from shared.domain.errors import NotFound, SubscriptionUnclaimed
from shared.domain.people import PERSONAL_TENANT, Person
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.open_account import open_account
from shared.operations.record_event import record_event
from shared.operations.release_seat import release_seat
from shared.operations.take_events import Recorded
from shared.ports import StorageUnavailable
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.stored import Entity, broken, stored
from tests.operations.stories import seat_of
from tests.paddle import Subscription, deliver, receive
from tests.world import ALICE, BOB, World

AT_HOME = Assignee(Person(PERSONAL_TENANT, "a11ce000-0000-4000-8000-00000000000f"), "Alice", ("alice@home.example",))


def header(world: World, bought: Subscription) -> Entity:
    rows = stored(world.rows(), "subscriptions", "subscription")
    return next(row for row in rows if row["PartitionKey"] == bought.partition)


def account_of(world: World, buyer: Assignee) -> str:
    return open_account(world.services, buyer.person, buyer.name, buyer.addresses)


def test_a_purchase_with_an_unknown_reference_is_kept_unclaimed(world: World) -> None:
    bought = Subscription("ref_" + "0" * 32)

    assert deliver(world, *bought.bought()) == [Recorded.STORED] * 3

    row = header(world, bought)
    assert (row["owner_kind"], row["account"], row["tenant"], row["quantity"]) == ("", "", "", 3)
    with pytest.raises(SubscriptionUnclaimed):
        assign_seat(world.services, bought.partition, ALICE)
    assert [row for name in ("accounts", "people", "organisations") for row in world.rows()[name]] == []
    assert broken(world) == []


def test_a_purchase_whose_buyer_has_left_is_kept_unclaimed(world: World) -> None:
    bought = Subscription(world.checkout())
    erase_account(world.services, account_of(world, ALICE))

    assert deliver(world, *bought.bought()) == [Recorded.STORED] * 3

    assert header(world, bought)["owner_kind"] == ""
    assert world.rows()["references"] == []
    assert broken(world) == []


def test_a_reference_belongs_to_the_first_subscription_that_bears_it(world: World) -> None:
    reference = world.checkout()
    first, second = Subscription(reference), Subscription(reference)
    event = receive(world, first.tell("created"))
    assert event is not None
    # The delivery dies once the reference is bound.
    with pytest.raises(StorageUnavailable):
        record_event(over(world.services, FaultyTables(world.services.tables, fails_at=5, after=True)), event)

    deliver(world, second.tell("created"))
    assert record_event(world.services, event) is Recorded.REPEATED

    assert header(world, first)["owner_kind"] == "organisation"
    assert header(world, second)["owner_kind"] == ""
    assert broken(world) == []


def test_an_organisations_purchase_is_known_to_it_and_seats_nobody_by_itself(world: World) -> None:
    bought = Subscription(world.checkout(), quantity=1)
    deliver(world, *bought.bought())

    assert (header(world, bought)["owner_kind"], header(world, bought)["tenant"]) == (
        "organisation",
        ALICE.person.tenant,
    )
    assert [row["PartitionKey"] for row in world.rows()["organisations"]] == [ALICE.person.tenant]
    assert world.code(ALICE) == "NO_LICENSE"


def test_a_purchase_for_oneself_seats_its_buyer(world: World) -> None:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    deliver(world, bought.tell("created"))

    assert world.code(ALICE) == "LICENSED"
    assert header(world, bought)["tenant"] == ""
    assert world.rows()["organisations"] == []


def test_a_personal_account_has_no_organisation_whatever_the_checkout_said(world: World) -> None:
    bought = Subscription(world.checkout(AT_HOME, "organisation"), quantity=1)
    deliver(world, *bought.bought())

    assert (header(world, bought)["owner_kind"], header(world, bought)["tenant"]) == ("person", "")
    assert world.rows()["organisations"] == []
    assert world.code(AT_HOME) == "LICENSED"


def test_several_seats_bought_for_oneself_seat_nobody_by_themselves(world: World) -> None:
    bought = Subscription(world.checkout(kind="person"), quantity=2)
    deliver(world, *bought.bought())
    assert world.code(ALICE) == "NO_LICENSE"


def test_a_released_own_seat_does_not_come_back_with_the_next_event(world: World) -> None:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    deliver(world, *bought.bought())
    assert release_seat(world.services, bought.partition, seat_of(world, bought, ALICE))

    deliver(world, *bought.resized(1))

    assert world.code(ALICE) == "NO_LICENSE"


def test_a_buyer_without_an_address_owns_the_purchase_and_the_webhook_does_not_fail(world: World) -> None:
    nameless = Assignee(BOB.person, BOB.name, ())
    bought = Subscription(world.checkout(nameless, "person"), quantity=1)

    assert deliver(world, *bought.bought()) == [Recorded.STORED] * 3

    assert header(world, bought)["owner_kind"] == "person"
    assert header(world, bought)["seats_used"] == 0


@pytest.mark.parametrize("dies_at", [7, 8])
def test_a_claim_that_died_and_was_never_told_again_is_finished_on_the_references_day(
    world: World, dies_at: int
) -> None:
    bought = Subscription(world.checkout())
    event = receive(world, bought.tell("created"))
    assert event is not None
    with pytest.raises(StorageUnavailable):
        record_event(over(world.services, FaultyTables(world.services.tables, fails_at=dies_at, after=True)), event)
    assert header(world, bought)["owner_kind"] == ""

    world.clock.advance(days=7)
    world.purge()

    assert header(world, bought)["owner_kind"] == "organisation"
    assert broken(world) == []


def test_nobody_can_be_seated_in_what_does_not_exist(world: World) -> None:
    with pytest.raises(NotFound):
        assign_seat(world.services, "paddle.sub_none", ALICE)
    assert not any(world.rows().values())
