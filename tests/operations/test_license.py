"""Whose seats an address leads to."""

from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.release_seat import release_seat
from tests.operations.stories import organisation_with, seat_of, stamped
from tests.paddle import deliver
from tests.world import World, colleague


def test_an_address_of_two_people_is_licensed_by_the_better_seat(world: World) -> None:
    bought, _ = organisation_with(world, 0, quantity=2)
    three = [
        Assignee(colleague(number).person, f"Colleague {number}", ("same@contoso.example",)) for number in range(3)
    ]
    before, first, after = sorted(three, key=lambda person: seat_of(world, bought, person))
    assign_seat(world.services, bought.partition, first)
    assert world.code(first) == "LICENSED"
    # The other seat was never used, so that a cut tells it of its end; it may be read before the first, or after it.
    for other in (before, after):
        assign_seat(world.services, bought.partition, other)
        deliver(world, *bought.resized(1))
        world.purge()
        assert stamped(world, bought) == {other.name}
        assert world.code(first) == "LICENSED"
        release_seat(world.services, bought.partition, seat_of(world, bought, other))
        deliver(world, *bought.resized(2))
        world.purge()
