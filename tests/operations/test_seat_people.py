"""Seats for a list of people: what will become of each line, and doing it, again and again if need be."""

from dataclasses import replace

import pytest

from shared.domain.errors import ConsentNeeded, NotAnAdministrator, NotFound, SubscriptionEnded, Unavailable
from shared.operations.assign_seat import assign_seat
from shared.operations.seat_people import Row, check_people, seat_people
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.stored import broken
from tests.operations.stories import organisation_with
from tests.operations.visiting import administrator, visitor, with_directory
from tests.paddle import deliver
from tests.world import ALICE, BOB, MALLORY, World, colleague

NOBODY = "nobody@contoso.example"
LIST = [
    BOB.addresses[0],
    BOB.addresses[1],
    " Colleague1@CONTOSO.example ",
    "colleague2@contoso.example",
    MALLORY.addresses[0],
    NOBODY,
    "=cmd()",
    "colleague3@contoso.example",
    ALICE.addresses[0],
]


def results(rows: list[Row]) -> list[str]:
    return [row.result for row in rows]


def test_each_line_is_told_and_then_becomes_true(world: World) -> None:
    directory = with_directory(world, *(colleague(number) for number in (1, 2, 3)), MALLORY)
    homeless = colleague(3).person
    directory.people[homeless] = replace(directory.people[homeless], addresses=())
    bought, [_] = organisation_with(world, 1, quantity=3)
    assign_seat(world.services, bought.partition, colleague(1))
    alice = administrator(world)
    common = ["HAS_SEAT", "NOT_IN_DIRECTORY", "NOT_IN_DIRECTORY", "ADDRESS_INVALID", "NO_ADDRESS"]
    rest = LIST[2:3] + LIST[4:8]

    told = check_people(world.services, alice, bought.partition, LIST)
    assert results(told) == [
        "WILL_BE_GIVEN",
        "DUPLICATE",
        "HAS_SEAT",
        "NO_SEAT_FREE",
        *common[1:],
        "NO_SEAT_FREE",
    ]
    assert results(check_people(world.services, alice, bought.partition, LIST[:1], taken=1)) == ["NO_SEAT_FREE"]
    assert world.code(BOB) == "NO_LICENSE"

    assert results(seat_people(world.services, alice, bought.partition, LIST[:2])) == ["GIVEN", "DUPLICATE"]
    assert results(seat_people(world.services, alice, bought.partition, LIST[:4])) == [
        "HAS_SEAT",
        "DUPLICATE",
        "HAS_SEAT",
        "NO_SEAT_FREE",
    ]
    assert results(seat_people(world.services, alice, bought.partition, rest)) == common
    assert (world.code(BOB), broken(world)) == ("LICENSED", [])


def test_a_list_that_died_anywhere_is_done_by_sending_it_again(memory: World) -> None:
    people = [colleague(number) for number in range(3)]
    with_directory(memory, *people)
    bought, _ = organisation_with(memory, 0, quantity=3)
    alice, addresses = administrator(memory), [person.addresses[0] for person in people]
    for fails_at in range(1, 60, 7):
        faulty = over(
            memory.services, FaultyTables(memory.services.tables, fails_at=fails_at, after=bool(fails_at % 2))
        )
        try:
            seat_people(faulty, alice, bought.partition, addresses)
        except Unavailable:
            continue

    rows = seat_people(memory.services, alice, bought.partition, addresses)

    assert set(results(rows)) <= {"GIVEN", "HAS_SEAT"}
    assert [memory.code(person) for person in people] == ["LICENSED"] * 3
    assert broken(memory) == []


def test_the_directory_is_asked_once_for_a_part_of_the_list(memory: World) -> None:
    directory = with_directory(memory, *(colleague(number) for number in range(100)))
    bought, _ = organisation_with(memory, 0, quantity=100)
    addresses = [f"colleague{number}@contoso.example" for number in range(100)]

    check_people(memory.services, administrator(memory), bought.partition, addresses)
    assert results(seat_people(memory.services, administrator(memory), bought.partition, addresses)) == ["GIVEN"] * 100

    assert directory.asked == ["find", "find"]


def test_a_list_without_any_address_asks_nobody(memory: World) -> None:
    directory = with_directory(memory)
    bought, _ = organisation_with(memory, 0, quantity=1)

    assert results(check_people(memory.services, administrator(memory), bought.partition, ["x", ""])) == [
        "ADDRESS_INVALID",
        "ADDRESS_INVALID",
    ]
    assert directory.asked == []


def test_only_an_administrator_gives_seats_to_a_list(memory: World) -> None:
    with_directory(memory, MALLORY)
    bought, _ = organisation_with(memory, 0, quantity=1)
    for act in (check_people, seat_people):
        with pytest.raises(NotAnAdministrator):
            act(memory.services, visitor(memory), bought.partition, LIST)
        with pytest.raises(NotFound):
            act(memory.services, administrator(memory, MALLORY), bought.partition, LIST)


def test_what_fails_for_every_line_fails_as_a_whole(memory: World) -> None:
    directory = with_directory(memory)
    bought, _ = organisation_with(memory, 0, quantity=1)
    alice = administrator(memory)
    directory.fails_with = ConsentNeeded()
    with pytest.raises(ConsentNeeded):
        seat_people(memory.services, alice, bought.partition, LIST)
    directory.fails_with = None
    deliver(memory, *bought.canceled())
    with pytest.raises(SubscriptionEnded):
        seat_people(memory.services, alice, bought.partition, LIST)
