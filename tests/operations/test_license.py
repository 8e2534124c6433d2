"""Whose seats an address leads to."""

from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.release_seat import release_seat
from tests.operations.stories import organisation_with, seat_of, stamped
from tests.paddle import deliver
from tests.world import World, colleague


def test_an_address_of_two_people_is_licensed_by_the_better_seat(world: World) -> None:
    bought, (first,) = organisation_with(world, 1, quantity=2)
    for number in range(5):
        # Which of the two storage answers first is a matter of chance, so it is asked several times.
        second = Assignee(colleague(50 + number).person, "Second", first.addresses)
        assign_seat(world.services, bought.partition, second)
        deliver(world, *bought.resized(1))
        world.purge()
        assert len(stamped(world, bought)) == 1
        assert world.code(first) == "LICENSED"
        release_seat(world.services, bought.partition, seat_of(world, bought, second))
        deliver(world, *bought.resized(2))
        world.purge()
