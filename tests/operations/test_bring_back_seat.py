"""A seat that was taken back comes back whole, wherever a run of it dies."""

from contextlib import suppress

import pytest

from shared.domain.errors import NoSeatFree
from shared.operations.bring_back_seat import bring_back_seat
from shared.operations.seating import Was
from shared.operations.take_back_seat import take_back_seat
from shared.ports import StorageUnavailable
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.operations.stories import codes, organisation_with, seat_of
from tests.operations.visiting import administrator
from tests.paddle import deliver
from tests.world import World


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("quantity", [1, 2])
def test_an_undo_that_died_anywhere_goes_on(quantity: int, *, after: bool) -> None:
    for fails_at in range(1, 20):
        world = MemoryWorld()
        bought, people = organisation_with(world, 2)
        deliver(world, *bought.resized(quantity))
        alice = administrator(world)
        released = take_back_seat(world.services, alice, bought.partition, seat_of(world, bought, people[0]))
        assert released is not None
        undo = released.seat.record, Was(released.header.seats_used, released.header.cut_at)
        faulty = over(world.services, FaultyTables(world.services.tables, fails_at=fails_at, after=after))

        with suppress(StorageUnavailable):
            bring_back_seat(faulty, alice, bought.partition, *undo)
        bring_back_seat(world.services, alice, bought.partition, *undo)

        world.purge()
        assert sorted(codes(world, people)) == (["GRACE", "LICENSED"] if quantity == 1 else ["LICENSED"] * 2), fails_at
        assert broken(world) == [], fails_at


def test_several_undone_in_a_cut_come_to_no_more_than_there_were(memory: World) -> None:
    bought, people = organisation_with(memory, 3)
    deliver(memory, *bought.resized(1))
    alice = administrator(memory)
    undos = []
    for person in people[:2]:
        released = take_back_seat(memory.services, alice, bought.partition, seat_of(memory, bought, person))
        assert released is not None
        undos.append((released.seat.record, Was(released.header.seats_used, released.header.cut_at)))

    bring_back_seat(memory.services, alice, bought.partition, *undos[0])
    with pytest.raises(NoSeatFree):
        bring_back_seat(memory.services, alice, bought.partition, *undos[1])

    assert broken(memory) == []
