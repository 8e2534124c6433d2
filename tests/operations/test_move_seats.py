"""All seats of one subscription move to another, in parts, and nobody is without a license meanwhile."""

from contextlib import suppress
from datetime import date

import pytest

from shared.domain.errors import NotAnAdministrator, NotFound, SubscriptionEnded
from shared.operations.assign_seat import assign_seat
from shared.operations.move_seats import Moved, move_seats, preview_move
from shared.ports import Change, StorageUnavailable
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.operations.stories import codes, has_seat, organisation_with, seat_of
from tests.operations.visiting import administrator, visitor
from tests.paddle import Subscription, deliver
from tests.world import MALLORY, World, colleague


def change_seat(world: World, bought: Subscription, number: int, **fields: object) -> None:
    row = keys.seat(bought.partition, seat_of(world, bought, colleague(number)))
    stored = world.services.tables.read(row)
    assert stored is not None
    changed = stored.record.model_copy(update=fields)
    world.services.tables.write(Change(stored, changed))


def target_for(world: World, quantity: int) -> Subscription:
    target = Subscription(world.checkout(), quantity=quantity, now=world.clock())
    deliver(world, *target.bought())
    return target


def test_all_seats_move_in_parts_and_nobody_is_without_a_license(world: World) -> None:
    bought, people = organisation_with(world, 5)
    target = target_for(world, 6)
    alice = administrator(world)
    assert preview_move(world.services, alice, bought.partition, target.partition) == Moved(0, 5, 5)

    moved = []
    for _ in range(3):
        moved.append(move_seats(world.services, alice, bought.partition, target.partition, most=2))
        assert codes(world, people) == ["LICENSED"] * 5

    assert moved == [Moved(2, 3, 3), Moved(2, 1, 1), Moved(1, 0, 0)]
    assert all(has_seat(world, target, person) and not has_seat(world, bought, person) for person in people)
    assert broken(world) == []


def test_no_more_seats_move_than_fit_and_they_are_those_that_a_cut_would_take_last(memory: World) -> None:
    bought, people = organisation_with(memory, 4)
    target = target_for(memory, 2)
    memory.code(people[2])
    change_seat(memory, bought, 3, kept=True)
    assign_seat(memory.services, target.partition, people[0])
    alice = administrator(memory)

    assert preview_move(memory.services, alice, bought.partition, target.partition) == Moved(0, 4, 2)
    assert move_seats(memory.services, alice, bought.partition, target.partition) == Moved(2, 2, 0)
    assert move_seats(memory.services, alice, bought.partition, target.partition) == Moved(0, 2, 0)

    assert [person.name for person in people if has_seat(memory, target, person)] == ["Colleague 0", "Colleague 3"]
    assert codes(memory, people) == ["LICENSED"] * 4
    assert broken(memory) == []


def test_in_which_order_seats_move_tells_nothing_of_their_use(memory: World) -> None:
    bought, people = organisation_with(memory, 4)
    target = target_for(memory, 3)
    for person in (people[2], people[3], people[0]):
        memory.clock.advance(days=1)
        memory.code(person)
    alice = administrator(memory)

    moved = []
    for _ in range(3):
        move_seats(memory.services, alice, bought.partition, target.partition, most=1)
        moved += [person.name for person in people if has_seat(memory, target, person) and person.name not in moved]

    assert moved == ["Colleague 0", "Colleague 2", "Colleague 3"]


def test_what_was_chosen_for_a_seat_and_an_objection_move_with_it(memory: World) -> None:
    bought, people = organisation_with(memory, 2)
    target = target_for(memory, 3)
    memory.code(people[0])
    change_seat(memory, bought, 0, kept=True)
    change_seat(memory, bought, 1, objected_to_last_use=True)
    memory.clock.advance(days=1)
    assign_seat(memory.services, target.partition, people[1])
    memory.code(people[1])

    move_seats(memory.services, administrator(memory), bought.partition, target.partition)

    stored = {seat.record.name: seat.record for seat in memory.services.tables.find(keys.seats(target.partition))}
    first, second = stored["Colleague 0"], stored["Colleague 1"]
    assert (first.kept, first.last_used, first.assigned_on) == (True, date(2026, 3, 2), date(2026, 3, 2))
    assert (second.objected_to_last_use, second.last_used) == (True, None)


def test_seats_of_what_has_ended_can_be_moved_but_none_into_it(memory: World) -> None:
    bought, people = organisation_with(memory, 1)
    deliver(memory, *bought.canceled())
    target = target_for(memory, 1)
    alice = administrator(memory)

    assert move_seats(memory.services, alice, bought.partition, target.partition) == Moved(1, 0, 0)
    assert codes(memory, people) == ["LICENSED"]
    with pytest.raises(SubscriptionEnded):
        move_seats(memory.services, alice, target.partition, bought.partition)


def test_seats_do_not_move_to_another_tenant_nor_to_where_they_are(memory: World) -> None:
    bought, people = organisation_with(memory, 1)
    theirs = Subscription(memory.checkout(MALLORY))
    deliver(memory, *theirs.bought())
    alice = administrator(memory)

    for target in (theirs.partition, bought.partition, "paddle.sub_none"):
        with pytest.raises(NotFound):
            move_seats(memory.services, alice, bought.partition, target)
    with pytest.raises(NotFound):
        move_seats(memory.services, administrator(memory, MALLORY), bought.partition, theirs.partition)
    with pytest.raises(NotAnAdministrator):
        move_seats(memory.services, visitor(memory), bought.partition, theirs.partition)
    assert has_seat(memory, bought, people[0])


@pytest.mark.parametrize("after", [False, True])
def test_a_move_that_died_anywhere_goes_on_and_nobody_is_without_a_license(*, after: bool) -> None:
    for fails_at in range(1, 40):
        world = MemoryWorld()
        bought, people = organisation_with(world, 2)
        target, alice = target_for(world, 2), administrator(world)
        faulty = over(world.services, FaultyTables(world.services.tables, fails_at=fails_at, after=after))
        with suppress(StorageUnavailable):
            move_seats(faulty, alice, bought.partition, target.partition)
        assert codes(world, people) == ["LICENSED"] * 2, fails_at

        move_seats(world.services, alice, bought.partition, target.partition)

        assert [has_seat(world, bought, person) for person in people] == [False, False]
        assert codes(world, people) == ["LICENSED"] * 2, fails_at
        assert broken(world) == [], fails_at
