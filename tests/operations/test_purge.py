"""What the purge deletes, when, at what cost, and what it leaves alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.domain.records import Due
from shared.operations.assign_seat import assign_seat
from shared.operations.open_account import open_account
from shared.operations.purge import Purged, purge
from shared.operations.take_events import Recorded
from shared.ports import Put, StorageUnavailable
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken, stored
from tests.operations.stories import organisation_with
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, NOON, World

# What happened, and the moment from which on time counts.
Story = Callable[[World], datetime]


def raise_it(error: BaseException) -> None:
    raise error


def keys_in(world: World, table: str) -> list[str]:
    return sorted(row["RowKey"].partition(".")[0] for row in world.rows()[table])


def an_event(world: World) -> datetime:
    deliver(world, Subscription().tell("created"))
    return NOON


def a_checkout(world: World) -> datetime:
    world.checkout()
    return NOON


def an_end_with_seats(world: World) -> datetime:
    bought, _ = organisation_with(world, 2)
    ended_at = bought.now
    deliver(world, *bought.canceled())
    return ended_at


def an_unclaimed_end(world: World) -> datetime:
    bought = Subscription()
    deliver(world, *bought.bought())
    ended_at = bought.now
    deliver(world, *bought.canceled())
    return ended_at


def only_a_payment(world: World) -> datetime:
    deliver(world, Subscription().paid())
    return NOON


def a_planned_end(world: World) -> datetime:
    """Paddle never says that it came; the seat is given after it is known."""
    bought = Subscription(world.checkout(), quantity=1)
    deliver(world, *bought.bought(), *bought.cancel_scheduled())
    world.clock.advance(days=31)
    deliver(world, *bought.cancel_scheduled())
    world.purge()
    assign_seat(world.services, bought.partition, BOB)
    return bought.period_end


@pytest.mark.parametrize(
    ("story", "table", "key", "kept"),
    [
        (an_event, "subscriptions", "receipt", timedelta(days=30)),
        (a_checkout, "references", "reference", timedelta(days=7)),
        (an_end_with_seats, "subscriptions", "seat", timedelta(days=30)),
        (an_end_with_seats, "people", "seat", timedelta(days=30)),
        (an_end_with_seats, "subscriptions", "subscription", timedelta(days=365)),
        (an_end_with_seats, "organisations", "paddle", timedelta(days=365)),
        (an_unclaimed_end, "subscriptions", "subscription", timedelta(days=90)),
        (an_unclaimed_end, "transactions", "subscription", timedelta(days=90)),
        (only_a_payment, "subscriptions", "transaction", timedelta(days=30)),
        (a_planned_end, "subscriptions", "seat", timedelta(days=30)),
    ],
)
def test_each_goes_at_its_moment_and_not_a_second_before(
    world: World, story: Story, table: str, key: str, kept: timedelta
) -> None:
    moment = story(world) + kept
    world.purge()

    world.clock.now = moment - timedelta(seconds=1)
    world.purge()
    assert key in keys_in(world, table)
    world.clock.now = moment
    world.purge()
    assert key not in keys_in(world, table)
    assert broken(world) == []


@pytest.mark.parametrize(("led_to_something", "days"), [(False, 7), (True, 365)])
def test_an_account_goes_on_its_day_and_not_the_day_before(world: World, *, led_to_something: bool, days: int) -> None:
    account = open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)
    if led_to_something:
        found = world.services.tables.read(keys.account(account))
        assert found is not None
        world.services.tables.write(Put(found.row, found.record.model_copy(update={"led_to_something": True})))
    # A last sign-in is known by its day only.
    midnight = NOON.replace(hour=0) + timedelta(days=days)
    for moment in (*(NOON + timedelta(days=30 * number) for number in range(13)), midnight - timedelta(seconds=1)):
        if moment < midnight:
            world.clock.now = moment
            world.purge()
            assert keys_in(world, "accounts") == ["account"]

    world.clock.now = midnight
    world.purge()
    assert (keys_in(world, "accounts"), keys_in(world, "people")) == ([], [])


def test_nothing_is_done_when_nothing_is_due(world: World) -> None:
    organisation_with(world, 2)
    counting = FaultyTables(world.services.tables)

    assert purge(over(world.services, counting), raise_it) == Purged()

    # What is due by now, and what the ledger may forget.
    assert counting.calls == 2


def test_its_cost_does_not_grow_with_what_is_stored() -> None:
    calls = []
    for stored_besides in (0, 40):
        world = MemoryWorld()
        bought, _ = organisation_with(world, 1)
        deliver(world, *bought.canceled())
        world.clock.advance(days=20)
        for _ in range(stored_besides):
            later = Subscription(now=world.clock())
            deliver(world, *later.bought())
        # A new purchase is looked at once, an hour later, whether its payment came.
        world.clock.advance(hours=2)
        world.purge()
        world.clock.advance(days=12)
        counting = FaultyTables(world.services.tables)
        assert purge(over(world.services, counting), raise_it).looked > 0
        calls.append(counting.calls)
    assert calls[0] == calls[1]


def test_a_run_is_bounded_and_the_next_goes_on() -> None:
    world = MemoryWorld()
    for number in range(1100):
        name = f"account.{number}"
        world.services.tables.write(Put(keys.due(NOON, name), Due(kind="account", at=NOON, target=str(number))))

    assert (world.purge().looked, world.purge().looked, world.purge().looked) == (1000, 100, 0)


def test_one_bad_record_is_reported_and_holds_up_no_other(world: World) -> None:
    bad, good = Subscription(), Subscription()
    deliver(world, *bad.bought(), *bad.canceled(), *good.bought(), *good.canceled())
    client = world.tables._clients["subscriptions"]  # noqa: SLF001 - only a newer version writes what we cannot read
    entity = {"PartitionKey": bad.partition, "RowKey": "subscription"}
    client.update_entity({**entity, "status": "sleeping"})
    world.clock.advance(days=91)
    errors: list[BaseException] = []

    done = purge(world.services, errors.append)

    assert (done.failed, len(errors)) == (1, 1)
    assert {row["PartitionKey"] for row in world.rows()["subscriptions"]} == {bad.partition}
    assert purge(world.services, errors.append).failed == 1
    client.update_entity({**entity, "status": "ended"})
    world.purge()
    assert world.rows()["subscriptions"] == []


def test_a_look_that_comes_too_early_deletes_nothing_and_another_follows(world: World) -> None:
    bought, _ = organisation_with(world, 1)
    deliver(world, *bought.canceled())
    early = Due(kind="subscription", at=NOON, target=bought.partition)
    world.services.tables.write(Put(keys.due(NOON, "subscription.early"), early))
    before = {table: keys_in(world, table) for table in ("subscriptions", "people", "accounts")}

    assert world.purge().looked == 1

    assert {table: keys_in(world, table) for table in before} == before
    assert broken(world) == []
    world.clock.advance(days=31)
    world.purge()
    assert "seat" not in keys_in(world, "subscriptions")


def test_hints_of_a_seat_that_never_came_go_after_two_days_and_not_before(world: World) -> None:
    bought, _ = organisation_with(world, 1, quantity=2)
    # The header, the note, both of Bob's hints, then the seat: that call never happens.
    faulty = FaultyTables(world.services.tables, fails_at=6)
    with pytest.raises(StorageUnavailable):
        assign_seat(over(world.services, faulty), bought.partition, BOB)
    assert len(stored(world.rows(), "people", "seat.")) == 3

    world.clock.advance(days=2, seconds=-1)
    world.purge()
    assert len(stored(world.rows(), "people", "seat.")) == 3
    assert world.code(BOB) == "NO_LICENSE"
    world.clock.advance(seconds=1)
    world.purge()
    assert len(stored(world.rows(), "people", "seat.")) == 1


def test_listed_hints_that_are_missing_come_back(world: World) -> None:
    _, (person,) = organisation_with(world, 1)
    (hint,) = stored(world.rows(), "people", "seat.")
    world.tables._clients["people"].delete_entity(hint["PartitionKey"], hint["RowKey"])  # noqa: SLF001 - nobody else would
    assert world.code(person) == "NO_LICENSE"

    world.clock.advance(days=2)
    world.purge()

    assert world.code(person) == "LICENSED"
    assert broken(world) == []


def test_a_live_unclaimed_purchase_stays(world: World) -> None:
    bought = Subscription()
    deliver(world, *bought.bought())
    for _ in range(13):
        world.clock.advance(days=31)
        world.purge()
    assert keys_in(world, "subscriptions") == ["subscription", "transaction"]


def test_what_ended_long_ago_is_not_stored_at_all(world: World) -> None:
    bought = Subscription(now=NOON - timedelta(days=91))
    bought.later(days=1)
    events = bought.canceled()
    world.clock.advance(minutes=1)
    assert deliver(world, *events) == [Recorded.NOTHING_TO_STORE] * 2
    assert not any(world.rows().values())


def test_an_account_notices_that_an_end_came_earlier_than_planned(world: World) -> None:
    bought = Subscription(world.checkout(), period=timedelta(days=365))
    deliver(world, *bought.bought(), *bought.cancel_scheduled())
    world.clock.advance(days=7)
    world.purge()
    bought.now = world.clock()
    deliver(world, *bought.canceled())

    # A year after the end that was, and long before a year after the end that was planned.
    for _ in range(13):
        world.clock.advance(days=31)
        world.purge()

    assert world.rows()["accounts"] == []
