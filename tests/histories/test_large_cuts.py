"""A cut that takes more seats than one batch holds, whatever fails on the way."""

import secrets
from dataclasses import replace

import pytest

from shared.domain.records import Seat
from shared.operations.assign_seat import Assignee
from shared.operations.hints import place_hints
from shared.operations.list_seats import list_seats
from shared.operations.look_at_subscription import look_at_subscription
from shared.ports import Change, Insert, StorageUnavailable
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken, normal
from tests.operations.stories import organisation_with, seat_of, stamped
from tests.paddle import Subscription, deliver
from tests.world import World, colleague


def surplus_of(world: World, seated: int, paid_for: int) -> Subscription:
    """More seats in use than are paid for, written by the batch: assigning each would take most of the test's time."""
    bought, (first,) = organisation_with(world, 1, quantity=seated)
    given = world.services.tables.read(keys.seat(bought.partition, seat_of(world, bought, first)))
    assert given is not None
    people = [colleague(number) for number in range(1, seated)]
    for some in (people[start : start + 90] for start in range(0, len(people), 90)):
        header = world.services.tables.read(keys.subscription(bought.partition))
        assert header is not None
        used = header.record.model_copy(update={"seats_used": header.record.seats_used + len(some)})
        seats = [seat_for(person, given.record) for person in some]
        rows = [keys.seat(bought.partition, keys.seat_key(header.record.salt, person.person)) for person in some]
        for row, seat in zip(rows, seats, strict=True):
            place_hints(world.services, bought.partition, row.key, seat)
        inserts = [Insert(row, seat) for row, seat in zip(rows, seats, strict=True)]
        world.services.tables.write(Change(header, used), *inserts)
    deliver(world, *bought.resized(paid_for))
    return bought


def seat_for(person: Assignee, like: Seat) -> Seat:
    own = {"object_id": person.person.object_id, "name": person.name, "addresses": person.addresses}
    return like.model_copy(update={**own, "hints": (secrets.token_hex(16),)})


def some_of(calls: int) -> list[int]:
    """The first and last calls, and between them, where hints go one after the other, every 61st."""
    return sorted({*range(1, min(calls, 12) + 1), *range(12, calls, 61), *range(max(calls - 3, 1), calls + 1)})


@pytest.mark.parametrize("days", [0, 14], ids=["told", "deleted"])
def test_a_cut_of_hundreds_of_seats_goes_on_after_a_fault_at_any_call(days: int) -> None:
    world = MemoryWorld()
    bought = surplus_of(world, 250, 50)
    if days:
        look_at_subscription(world.services, bought.partition)
        world.clock.advance(days=days)
    begun = dict(world.memory.kept)
    counting = FaultyTables(world.services.tables)
    look_at_subscription(over(world.services, counting), bought.partition)
    expected = normal(world.rows())

    for fault in some_of(counting.calls):
        for after in (False, True):
            world.memory.kept = dict(begun)
            with pytest.raises(StorageUnavailable):
                look_at_subscription(
                    over(world.services, replace(counting, calls=0, fails_at=fault, after=after)), bought.partition
                )
            look_at_subscription(world.services, bought.partition)
            assert normal(world.rows()) == expected, fault
    assert broken(world) == []


def test_more_seats_than_a_batch_holds_are_told_and_deleted_in_real_storage(world: World) -> None:
    bought = surplus_of(world, 110, 8)
    world.purge()
    assert len(stamped(world, bought)) == 102
    world.clock.advance(days=14)
    world.purge()
    header, seats = list_seats(world.services, bought.partition)
    assert (header.seats_used, len(seats)) == (8, 8)
    assert broken(world) == []
