"""What a cut will do is told before it does it, and an administrator chooses who keeps their seat."""

from datetime import timedelta

import pytest

from shared.domain.errors import NoSeatFree, NotAnAdministrator
from shared.operations.keep_seat import keep_seat
from shared.operations.show_seats import Tried, all_seats, preview_cut, try_cut
from shared.ports import Change
from shared.storage import keys
from tests.histories.stored import broken
from tests.operations.stories import codes, organisation_with, seat_of, stamped
from tests.operations.visiting import administrator, visitor
from tests.paddle import Subscription, deliver
from tests.world import World


def announce(world: World, bought: Subscription, quantity: int) -> None:
    header = world.services.tables.read(keys.subscription(bought.partition))
    assert header is not None
    announced = header.record.model_copy(update={"pending_quantity": quantity})
    world.services.tables.write(Change(header, announced))


def test_a_cut_that_is_announced_is_told_before_it_happens_and_hits_just_those(memory: World) -> None:
    bought, people = organisation_with(memory, 4)
    memory.code(people[0])
    alice = administrator(memory)
    assert preview_cut(memory.services, alice, bought.partition) is None

    announce(memory, bought, 2)
    told = preview_cut(memory.services, alice, bought.partition)
    deliver(memory, *bought.resized(2))
    unstamped = preview_cut(memory.services, alice, bought.partition)
    memory.purge()

    assert told is not None
    assert told == unstamped == preview_cut(memory.services, alice, bought.partition)
    assert {seat.name for seat in told.losing} == stamped(memory, bought)
    assert {seat.ends_at for seat in told.losing} == {memory.clock() + timedelta(days=14)}
    with pytest.raises(NotAnAdministrator):
        preview_cut(memory.services, visitor(memory), bought.partition)


def test_who_loses_their_seat_is_told_by_name_and_not_in_the_order_of_their_use(memory: World) -> None:
    bought, people = organisation_with(memory, 4)
    for person in reversed(people):
        memory.code(person)
        memory.clock.advance(days=1)
    announce(memory, bought, 1)

    cut = preview_cut(memory.services, administrator(memory), bought.partition)

    assert cut is not None
    assert [seat.name for seat in cut.losing] == ["Colleague 1", "Colleague 2", "Colleague 3"]


def test_a_cut_that_is_only_tried_comes_to_a_number(memory: World) -> None:
    bought, _ = organisation_with(memory, 3)
    alice = administrator(memory)

    tried = [try_cut(memory.services, alice, bought.partition, quantity) for quantity in (0, 2, 3, 9)]

    assert tried == [Tried(0, 3), Tried(2, 1), Tried(3, 0), Tried(9, 0)]
    with pytest.raises(NotAnAdministrator):
        try_cut(memory.services, visitor(memory), bought.partition, 2)


@pytest.mark.parametrize("purged", [False, True])
def test_who_is_kept_stays_and_the_next_loses_their_seat_at_once(world: World, *, purged: bool) -> None:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(2))
    if purged:
        world.purge()
    alice = administrator(world)
    cut = preview_cut(world.services, alice, bought.partition)
    assert cut is not None
    [loser] = cut.losing

    keep_seat(world.services, alice, bought.partition, loser.key, kept=True)

    [other] = stamped(world, bought)
    assert other != loser.name
    keep_seat(world.services, alice, bought.partition, loser.key, kept=True)
    assert stamped(world, bought) == {other}
    world.clock.advance(days=14)
    world.purge()
    left = [person.name for person, code in zip(people, codes(world, people), strict=True) if code == "LICENSED"]
    assert loser.name in left
    assert other not in left
    assert (len(left), broken(world)) == (2, [])


def test_the_mark_can_be_taken_back_and_stays_without_a_cut(memory: World) -> None:
    bought, people = organisation_with(memory, 2)
    alice, key = administrator(memory), seat_of(memory, bought, people[0])

    for kept in (True, False):
        keep_seat(memory.services, alice, bought.partition, key, kept=kept)
        [seat] = [each for each in all_seats(memory.services, alice, bought.partition) if each.key == key]
        assert seat.kept is kept
    with pytest.raises(NotAnAdministrator):
        keep_seat(memory.services, visitor(memory), bought.partition, key, kept=True)


def test_a_seat_whose_end_has_come_cannot_be_kept_at_the_cost_of_another(memory: World) -> None:
    bought, people = organisation_with(memory, 2)
    deliver(memory, *bought.resized(1))
    memory.purge()
    [loser] = [person for person in people if person.name in stamped(memory, bought)]
    memory.clock.advance(days=14)

    with pytest.raises(NoSeatFree):
        keep_seat(memory.services, administrator(memory), bought.partition, seat_of(memory, bought, loser), kept=True)

    assert sorted(codes(memory, people)) == ["LICENSED", "NO_LICENSE"]
