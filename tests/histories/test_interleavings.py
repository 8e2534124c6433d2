"""Two operations at once, storage call by storage call: whatever the order, nothing is left broken.

Release and assign run in every order that there is. The other pairs run in every order in which a running operation is
interrupted so often at most: twice, the longest pairs once; in the long search once more,
and release and re-seat in all 4,088 orders. That is in the twin; the first pair also runs in real storage, sampled.
"""

from collections.abc import Callable, Sequence

import pytest

from shared.operations.assign_seat import assign_seat
from shared.operations.release_seat import release_seat
from tests.histories.memory import MemoryWorld
from tests.histories.pairs import PAIRS, Operation, Pair, acts, release_and_assign, release_and_reseat
from tests.histories.stored import broken
from tests.histories.turns import Step, all_orders, run_in_turns
from tests.operations.stories import has_seat, organisation_with, seat_of
from tests.world import World

MOST_INTERRUPTIONS = 2
OF_THE_LONGEST = 1
LONGEST = {
    "two purges",
    "an account that closes during a purge",
    "an account that is closed twice at once",
    "a seat given while its person closes",
    "two events of one purchase",
}
OF_A_RESEAT = 2


def check_all_orders(begin: Callable[[World], Pair], most_switches: int | None) -> int:
    """Every order in a world of its own; answers how many there were."""
    world = MemoryWorld()

    def run(choices: Sequence[int]) -> list[Step]:
        world.forget()
        pair = begin(world)
        steps = run_in_turns(world.services.tables, acts(world, pair.operations), choices)
        order = "".join(str(step.chosen) for step in steps)
        assert broken(world) == [], order
        pair.afterwards()
        world.purge()
        assert broken(world) == [], f"{order}, then a purge"
        assert pair.expected(), order
        # Whoever died has been dead for two days, and no reference is left.
        world.clock.advance(days=8)
        world.purge()
        assert broken(world) == [], f"{order}, then a purge, and one after eight days"
        return steps

    return len([*all_orders(run, most_switches)])


@pytest.mark.usefixtures("no_pauses")
def test_release_and_assign_agree_in_every_order() -> None:
    assert check_all_orders(release_and_assign, None) == 37


@pytest.mark.usefixtures("no_pauses")
def test_release_and_reseat_agree(*, is_long: bool) -> None:
    assert check_all_orders(release_and_reseat, None if is_long else OF_A_RESEAT) > OF_A_RESEAT


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("pair", PAIRS)
def test_nothing_is_broken_by_two_at_once(pair: str, *, is_long: bool) -> None:
    most = OF_THE_LONGEST if pair in LONGEST else MOST_INTERRUPTIONS
    assert check_all_orders(PAIRS[pair], most + is_long) > most


@pytest.mark.usefixtures("no_pauses")
def test_release_and_assign_agree_in_real_storage(world: World) -> None:
    bought, people = organisation_with(world, 12)
    for number, person in enumerate(people):
        # Orders that differ in when, and for how long, the release is interrupted.
        choices = [0] * (1 + number % 6) + [1] * (1 + number // 4)
        key = seat_of(world, bought, person)
        operations: list[Operation] = [
            lambda services, key=key: release_seat(services, bought.partition, key),  # type: ignore[misc]
            lambda services, person=person: assign_seat(services, bought.partition, person),  # type: ignore[misc]
        ]
        run_in_turns(world.services.tables, acts(world, operations), choices)
        assert (world.code(person) == "LICENSED") == has_seat(world, bought, person), choices
    assert broken(world) == []
    world.clock.advance(days=3)
    world.purge()
    assert broken(world) == []
