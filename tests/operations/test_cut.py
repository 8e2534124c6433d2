"""Fewer seats are paid for than are in use: who works until when, in real storage."""

from contextlib import suppress
from datetime import timedelta

import pytest

from shared.domain.errors import NoSeatFree
from shared.operations.assign_seat import assign_seat
from shared.operations.list_seats import list_seats
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.release_seat import release_seat
from shared.ports import StorageUnavailable
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.operations.stories import codes, organisation_with, seat_of, stamped
from tests.paddle import deliver
from tests.world import World, colleague

GRACE = timedelta(days=14)


def test_everyone_works_until_the_end_and_only_those_who_lose_a_seat_are_told(world: World) -> None:
    bought, people = organisation_with(world, 3)
    world.clock.advance(days=1)
    assert codes(world, people[:1]) == ["LICENSED"]
    bought.later(days=1)
    deliver(world, *bought.resized(2))
    assert codes(world, people) == ["LICENSED"] * 3

    world.purge()

    assert sorted(codes(world, people)) == ["GRACE", "LICENSED", "LICENSED"]
    assert broken(world) == []


def test_a_seat_that_ends_is_deleted_on_its_moment_and_not_a_second_before(world: World) -> None:
    bought, people = organisation_with(world, 2)
    deliver(world, *bought.resized(1))
    world.purge()
    (loser,) = stamped(world, bought)
    losing = next(person for person in people if person.name == loser)

    world.clock.advance(days=14, seconds=-1)
    world.purge()
    assert world.code(losing) == "GRACE"
    world.clock.advance(seconds=1)
    assert world.code(losing) == "NO_LICENSE"
    world.purge()

    assert sorted(codes(world, people)) == ["LICENSED", "NO_LICENSE"]
    assert len(world.rows()["people"]) == 2  # one seat's address, and Alice's account
    assert broken(world) == []


def test_never_used_seats_go_first_then_the_longest_unused_then_the_newest(world: World) -> None:
    bought, people = organisation_with(world, 3, quantity=5)
    world.code(people[0])
    world.clock.advance(days=1)
    world.code(people[1])
    assign_seat(world.services, bought.partition, colleague(7))
    world.clock.advance(days=1)
    assign_seat(world.services, bought.partition, colleague(8))

    order: list[str] = []
    for quantity in (4, 3, 2, 1):
        bought.later(minutes=1)
        deliver(world, *bought.resized(quantity))
        world.purge()
        order.append(next(iter(stamped(world, bought) - set(order))))

    assert order == ["Colleague 8", "Colleague 7", "Colleague 2", "Colleague 0"]


def test_a_raise_takes_the_stamps_back(world: World) -> None:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(1))
    world.purge()
    assert len(stamped(world, bought)) == 2
    world.clock.advance(days=2)
    bought.now = world.clock()

    deliver(world, *bought.resized(3))
    world.purge()

    assert stamped(world, bought) == set()
    world.clock.advance(days=20)
    world.purge()
    assert codes(world, people) == ["LICENSED"] * 3
    assert broken(world) == []


def test_a_raise_before_the_end_saves_seats_though_the_purge_comes_after_it(world: World) -> None:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(1))
    world.purge()
    world.clock.advance(days=13)
    bought.now = world.clock()
    deliver(world, *bought.resized(2))
    world.clock.advance(days=2)

    world.purge()

    assert stamped(world, bought) == set()
    assert sorted(codes(world, people)) == ["LICENSED", "LICENSED", "NO_LICENSE"]
    assert broken(world) == []


def test_a_release_of_somebody_elses_seat_rescues_one(world: World) -> None:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(2))
    world.purge()
    world.clock.advance(days=1)
    other = next(person for person in people if person.name not in stamped(world, bought))

    release_seat(world.services, bought.partition, seat_of(world, bought, other))
    world.purge()

    assert stamped(world, bought) == set()
    world.clock.advance(days=20)
    world.purge()
    assert sorted(codes(world, people)) == ["LICENSED", "LICENSED", "NO_LICENSE"]
    assert broken(world) == []


def test_a_cut_subscription_gives_no_seat_until_there_is_room(world: World) -> None:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(2))
    with pytest.raises(NoSeatFree):
        assign_seat(world.services, bought.partition, colleague(9))
    for person in people[:2]:
        release_seat(world.services, bought.partition, seat_of(world, bought, person))
    assign_seat(world.services, bought.partition, colleague(9))
    with pytest.raises(NoSeatFree):
        assign_seat(world.services, bought.partition, people[0])


def test_a_deeper_cut_gives_those_it_takes_their_own_full_grace(world: World) -> None:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(2))
    world.purge()
    world.clock.advance(days=10)
    bought.now = world.clock()
    deliver(world, *bought.resized(1))
    world.purge()
    assert sorted(codes(world, people)) == ["GRACE", "GRACE", "LICENSED"]

    world.clock.advance(days=4)
    world.purge()
    assert sorted(codes(world, people)) == ["GRACE", "LICENSED", "NO_LICENSE"]
    world.clock.advance(days=10)
    world.purge()
    assert sorted(codes(world, people)) == ["LICENSED", "NO_LICENSE", "NO_LICENSE"]
    assert broken(world) == []


def test_nothing_of_a_cut_is_left_once_it_is_over(world: World) -> None:
    bought, _ = organisation_with(world, 2)
    deliver(world, *bought.resized(1))
    world.purge()
    world.clock.advance(days=14)
    world.purge()
    world.purge()
    (header,) = [row for row in world.rows()["subscriptions"] if row["RowKey"] == "subscription"]
    assert (header["cut_at"], header["cut_to"]) == ("", 0)


def test_a_seat_that_a_cut_had_ended_is_kept_by_assigning_it_again_once_it_is_paid_for(world: World) -> None:
    bought, [alice, bob] = organisation_with(world, 2)
    deliver(world, *bought.resized(1))
    world.purge()
    [loser] = [person for person in (alice, bob) if person.name in stamped(world, bought)]
    world.clock.advance(days=16)
    assert world.code(loser) == "NO_LICENSE"

    with pytest.raises(NoSeatFree):
        assign_seat(world.services, bought.partition, loser)
    deliver(world, *bought.resized(2))
    assign_seat(world.services, bought.partition, loser)

    assert codes(world, [alice, bob]) == ["LICENSED", "LICENSED"]
    world.purge()
    assert codes(world, [alice, bob]) == ["LICENSED", "LICENSED"]


def test_a_seat_that_is_saved_after_its_deletion_began_is_found_again() -> None:
    for fails_at in range(1, 20):
        world = MemoryWorld()
        bought, people = organisation_with(world, 2)
        deliver(world, *bought.resized(1))
        world.purge()
        # What was noted of the hints when the seats were given has been worked off before the end comes.
        world.clock.advance(days=3)
        world.purge()
        world.clock.advance(days=11)
        with suppress(StorageUnavailable):
            look_at_subscription(
                over(world.services, FaultyTables(world.services.tables, fails_at=fails_at)), bought.partition
            )
        if len(list_seats(world.services, bought.partition)[1]) == 1:
            continue
        bought.now = world.clock()
        deliver(world, *bought.resized(2))
        world.purge()
        assert codes(world, people) == ["LICENSED"] * 2, fails_at
        assert broken(world) == []
