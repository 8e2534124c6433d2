"""Storage fails once, before or after any single call of a journey: repeated or not, nothing is lost or left."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

import pytest

from shared.operations.purge import purge
from shared.ports import StorageUnavailable
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.journeys import (
    FINISHED_BY_THE_PURGE,
    JOURNEYS,
    REPEATED_BY_PADDLE,
    assign,
    first_event_for_oneself,
)
from tests.histories.memory import MemoryWorld
from tests.histories.runs import Act, Run
from tests.histories.stored import broken, normal
from tests.operations.stories import organisation_with
from tests.paddle import Subscription, deliver
from tests.world import BOB, MALLORY, World

# In real storage the twin's runs are too slow to be had each time: there the longest journey meets every fault, the
# others every eleventh, and in the long search all of them.
SAMPLED_IN_REAL_STORAGE = 11


def work_off_what_is_due(world: World) -> None:
    """Eight days later the notes of whoever died have been looked at, and no reference is left."""
    world.clock.now += timedelta(days=8)
    while world.purge().looked:
        pass


def fail_everywhere(world: World, journey: Callable[[Run], Act], *, repeated: bool, every: int = 1) -> None:
    """The journey undisturbed, then with each fault that there is, or every so many of them."""
    undisturbed = Run(world, 0)
    counting = FaultyTables(world.services.tables)
    journey(undisturbed)(over(world.services, counting))
    # An even one fails before its call, an odd one after it.
    faults = range(0, 2 * counting.calls, every)
    for fault in faults:
        run = Run(world, fault + 1)
        act = journey(run)
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        with pytest.raises(StorageUnavailable):
            act(over(world.services, faulty))
        if repeated:
            act(world.services)
    if repeated:
        assert broken(world) == []
    work_off_what_is_due(world)
    assert broken(world) == []
    if repeated or journey in FINISHED_BY_THE_PURGE:
        rows = world.rows()
        expected = normal(rows, undisturbed.name)
        for fault in faults:
            assert normal(rows, Run(world, fault + 1).name) == expected, fault


name_of: Callable[[Callable[[Run], Act]], str] = attrgetter("__name__")


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_a_journey_that_is_repeated_ends_as_if_undisturbed(journey: Callable[[Run], Act]) -> None:
    fail_everywhere(MemoryWorld(), journey, repeated=True)


@pytest.mark.parametrize("journey", [j for j in JOURNEYS if j not in REPEATED_BY_PADDLE], ids=name_of)
def test_a_journey_that_is_never_repeated_leaves_nothing_broken(journey: Callable[[Run], Act]) -> None:
    fail_everywhere(MemoryWorld(), journey, repeated=False)


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_a_journey_in_real_storage_ends_as_if_undisturbed(
    world: World, journey: Callable[[Run], Act], *, is_long: bool
) -> None:
    every = 1 if is_long or journey is first_event_for_oneself else SAMPLED_IN_REAL_STORAGE
    fail_everywhere(world, journey, repeated=True, every=every)


def much_that_is_due(world: World) -> None:
    cut, _ = organisation_with(world, 3)
    deliver(world, *cut.resized(1))
    ended = Subscription(world.checkout(BOB, "person"), quantity=1)
    deliver(world, *ended.bought(), *ended.canceled())
    unclaimed = Subscription()
    deliver(world, *unclaimed.bought(), *unclaimed.canceled())
    world.checkout(MALLORY)
    world.purge()
    world.clock.advance(days=91)


def purge_to_the_end(world: World) -> list[str]:
    while world.purge().looked:
        pass
    assert broken(world) == []
    return normal(world.rows())


def test_a_purge_that_fails_anywhere_ends_the_same_when_run_again() -> None:
    world = MemoryWorld()
    much_that_is_due(world)
    begun = dict(world.memory.kept)
    counting = FaultyTables(world.services.tables)
    errors: list[BaseException] = []
    purge(over(world.services, counting), errors.append)
    assert errors == []
    expected = purge_to_the_end(world)

    for fault in range(2 * counting.calls):
        world.memory.kept = dict(begun)
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        errors = []
        try:
            purge(over(world.services, faulty), errors.append)
        except StorageUnavailable as unavailable:
            errors.append(unavailable)
        assert [type(error) for error in errors] == [StorageUnavailable], fault
        assert purge_to_the_end(world) == expected, fault


def test_whoever_is_assigned_again_after_a_fault_is_licensed_at_once() -> None:
    world = MemoryWorld()
    counting = FaultyTables(world.services.tables)
    assign(Run(world, 0))(over(world.services, counting))
    for fault in range(2 * counting.calls):
        run = Run(world, fault + 1)
        act = assign(run)
        with pytest.raises(StorageUnavailable):
            act(over(world.services, replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)))
        act(world.services)
        assert world.code(run.person(1)) == "LICENSED", fault
