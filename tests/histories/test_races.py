"""Many threads at once, in real storage: counts stay right, and each race has the winners that it may have."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from shared.domain.errors import NoSeatFree, Refusal
from shared.operations.assign_seat import assign_seat
from shared.operations.list_seats import list_seats
from shared.operations.open_account import open_account
from shared.operations.purge import purge
from shared.operations.release_seat import release_seat
from shared.operations.take_events import Recorded
from tests.histories.stored import broken
from tests.operations.stories import codes, has_seat, organisation_with, seat_of
from tests.paddle import Payload, Subscription, deliver
from tests.world import ALICE, BOB, World, colleague

THREADS = 16


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """What each answered, or the refusal that it met."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(timeout=30)
        try:
            return act()
        except Refusal as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def kinds(answers: Sequence[object]) -> Counter[str]:
    return Counter(answer.__name__ if isinstance(answer, type) else type(answer).__name__ for answer in answers)


def test_sixteen_who_race_for_the_last_seat_get_one(world: World) -> None:
    bought, _ = organisation_with(world, 1, quantity=2)
    rivals = [colleague(100 + number) for number in range(THREADS)]

    answers = at_once([partial(assign_seat, world.services, bought.partition, who) for who in rivals])

    assert kinds(answers) == {"Stored": 1, NoSeatFree.__name__: THREADS - 1}
    assert Counter(codes(world, rivals)) == {"LICENSED": 1, "NO_LICENSE": THREADS - 1}
    assert broken(world) == []


def test_sixteen_who_seat_the_same_person_give_one_seat(world: World) -> None:
    bought, _ = organisation_with(world, 1, quantity=5)

    answers = at_once([lambda: assign_seat(world.services, bought.partition, BOB)] * THREADS)

    assert kinds(answers) == {"Stored": THREADS}
    header, seats = list_seats(world.services, bought.partition)
    assert (header.seats_used, len(seats)) == (2, 2)
    assert len([row for row in world.rows()["people"] if row["RowKey"].startswith("seat.")]) == 3
    assert world.code(BOB) == "LICENSED"
    assert broken(world) == []


def test_a_storm_of_assigning_and_releasing_keeps_the_count(world: World) -> None:
    bought, people = organisation_with(world, 4)

    def come_and_go(number: int) -> object:
        person = people[number % len(people)]
        if number % 3:
            return release_seat(world.services, bought.partition, seat_of(world, bought, person))
        return assign_seat(world.services, bought.partition, colleague(200 + number))

    at_once([partial(come_and_go, number) for number in range(THREADS)])

    everyone = [*people, *(colleague(200 + number) for number in range(THREADS))]
    assert broken(world) == []
    for person in everyone:
        assert (world.code(person) == "LICENSED") == has_seat(world, bought, person)
    world.clock.advance(days=3)
    world.purge()
    assert broken(world) == []


def test_webhooks_of_one_subscription_at_once_are_each_stored_once(world: World) -> None:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    events = [*bought.bought(), *bought.renewed()]

    def one(event: Payload) -> Recorded:
        return deliver(world, event)[0]

    answers = at_once([partial(one, event) for event in [*events, *events, *events]])

    assert Counter(answers) == {Recorded.STORED: 5, Recorded.REPEATED: 10}
    assert world.code(ALICE) == "LICENSED"
    assert len([row for row in world.rows()["subscriptions"] if row["RowKey"].startswith("receipt.")]) == 5
    assert broken(world) == []


def test_a_cut_while_seats_are_given_is_noted_or_refuses_them(world: World) -> None:
    bought, _ = organisation_with(world, 2, quantity=6)
    rivals = [colleague(300 + number) for number in range(8)]
    (cut,) = bought.resized(4)

    at_once(
        [
            *(partial(assign_seat, world.services, bought.partition, who) for who in rivals),
            lambda: deliver(world, cut),
        ]
    )

    header, seats = list_seats(world.services, bought.partition)
    assert header.quantity == 4
    assert len(seats) == header.seats_used >= 4
    assert (header.cut_at is not None) == (header.seats_used > 4)
    assert broken(world) == []


def test_purges_at_once_delete_what_one_would(world: World) -> None:
    bought, people = organisation_with(world, 6)
    deliver(world, *bought.resized(2))
    world.purge()
    world.clock.advance(days=14)
    errors: list[BaseException] = []

    at_once([lambda: purge(world.services, errors.append)] * 4)
    world.purge()

    assert errors == []
    assert Counter(codes(world, people)) == {"LICENSED": 2, "NO_LICENSE": 4}
    assert broken(world) == []


def test_two_checkouts_of_one_subscription_give_it_one_owner(world: World) -> None:
    bought = Subscription(world.checkout(ALICE))
    first = bought.tell("created")
    bought.reference = world.checkout(BOB)
    second = bought.tell()

    at_once([lambda: deliver(world, first), lambda: deliver(world, second)] * 4)

    assert len([row for row in world.rows()["accounts"] if row["RowKey"].startswith("owns.")]) == 1
    assert broken(world) == []


def test_a_buyer_who_signs_in_everywhere_has_one_account(world: World) -> None:
    found = at_once([lambda: open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)] * THREADS)

    assert len(set(found)) == 1
    assert len(world.rows()["accounts"]) == 1
    assert broken(world) == []
