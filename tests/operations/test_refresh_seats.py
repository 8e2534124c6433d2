"""Names and addresses of the shown seats follow the directory, each once a day, and a license is never lost by it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from shared.domain.errors import ConsentNeeded, NotAnAdministrator, NotFound, Unavailable
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.refresh_seats import refresh_seats
from shared.operations.release_seat import release_seat
from shared.ports import Stored, Write
from shared.storage import keys
from tests.histories.around import AroundTables, over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.operations.stories import organisation_with, seat_of
from tests.operations.visiting import DirectoryInMemory, administrator, visitor, with_directory
from tests.paddle import Subscription
from tests.world import BOB, MALLORY, World

MARRIED = Assignee(BOB.person, "Bob Married", ("bob@contoso.example", "bob.married@contoso.example"))


def seated(world: World) -> tuple[Subscription, DirectoryInMemory, str]:
    bought, _ = organisation_with(world, 0, quantity=3)
    assign_seat(world.services, bought.partition, BOB)
    return bought, with_directory(world), seat_of(world, bought, BOB)


def codes(world: World, *addresses: str) -> list[str]:
    return [world.license(address)["code"] for address in addresses]


def test_a_new_name_and_new_addresses_are_taken_over_and_old_ones_go(world: World) -> None:
    bought, directory, key = seated(world)
    directory.add(MARRIED)

    done = refresh_seats(world.services, administrator(world), bought.partition, [key])

    assert [(seat.name, seat.addresses) for seat in done.changed] == [(MARRIED.name, MARRIED.addresses)]
    assert codes(world, *MARRIED.addresses, BOB.addresses[1]) == ["LICENSED", "LICENSED", "NO_LICENSE"]
    assert BOB.addresses[1] not in str(world.rows())
    assert broken(world) == []


def test_a_seat_is_asked_about_once_a_day(memory: World) -> None:
    bought, directory, key = seated(memory)
    alice = administrator(memory)
    for _ in range(3):
        refresh_seats(memory.services, alice, bought.partition, [key, key])
    assert directory.asked == ["look up"]

    memory.clock.advance(days=1)
    refresh_seats(memory.services, administrator(memory), bought.partition, [key])

    assert directory.asked == ["look up"] * 2
    stored = memory.services.tables.read(keys.seat(bought.partition, key))
    assert stored is not None
    assert stored.record.refreshed_on == date(2026, 3, 3)


def test_who_is_gone_from_the_directory_is_told_and_keeps_the_seat(memory: World) -> None:
    bought, directory, key = seated(memory)
    del directory.people[BOB.person]
    before = memory.rows()

    for _ in range(2):
        assert refresh_seats(memory.services, administrator(memory), bought.partition, [key]).gone == (key,)

    assert memory.rows()["subscriptions"] == before["subscriptions"]
    assert memory.code(BOB) == "LICENSED"


def test_who_has_no_verified_address_any_more_keeps_the_license(memory: World) -> None:
    bought, directory, key = seated(memory)
    directory.people[BOB.person] = replace(directory.people[BOB.person], name="Robert", addresses=())

    [seat] = refresh_seats(memory.services, administrator(memory), bought.partition, [key]).changed

    assert (seat.name, seat.addresses) == ("Robert", BOB.addresses)
    assert codes(memory, *BOB.addresses) == ["LICENSED", "LICENSED"]


def test_only_those_of_this_subscription_that_are_there_are_asked_about(memory: World) -> None:
    bought, directory, _ = seated(memory)
    other, _ = organisation_with(memory, 1)
    elsewhere = [seat.row.key for seat in memory.services.tables.find(keys.seats(other.partition))]

    done = refresh_seats(
        memory.services, administrator(memory), bought.partition, [*elsewhere, "subscription", "x", ""]
    )

    assert (done.changed, done.gone, directory.asked) == ((), (), [])


def test_only_an_administrator_refreshes(memory: World) -> None:
    bought, directory, key = seated(memory)
    with pytest.raises(NotAnAdministrator):
        refresh_seats(memory.services, visitor(memory), bought.partition, [key])
    with pytest.raises(NotFound):
        refresh_seats(memory.services, administrator(memory, MALLORY), bought.partition, [key])
    directory.fails_with = ConsentNeeded()
    with pytest.raises(ConsentNeeded):
        refresh_seats(memory.services, administrator(memory), bought.partition, [key])


@pytest.mark.parametrize("after", [False, True])
def test_a_refresh_that_died_anywhere_leaves_a_license_and_nothing_else(*, after: bool) -> None:
    for fails_at in range(1, 25):
        world = MemoryWorld()
        bought, directory, key = seated(world)
        directory.add(MARRIED)
        faulty = over(world.services, FaultyTables(world.services.tables, fails_at=fails_at, after=after))
        with suppress(Unavailable):
            refresh_seats(faulty, administrator(world), bought.partition, [key])

        assert codes(world, "bob@contoso.example") == ["LICENSED"], fails_at
        world.clock.advance(days=3)
        world.purge()
        assert broken(world) == [], fails_at


@dataclass
class Interrupted(AroundTables):
    """Somebody else acts when the directory has answered, just before the first thing is written."""

    act: Callable[[], object] | None = None

    def write(self, *writes: Write) -> list[Stored[Any]]:
        act, self.act = self.act, None
        if act:
            act()
        return super().write(*writes)


def test_a_seat_that_is_released_meanwhile_does_not_come_back(memory: World) -> None:
    bought, directory, key = seated(memory)
    directory.add(MARRIED)
    tables = Interrupted(memory.services.tables, lambda: release_seat(memory.services, bought.partition, key))

    done = refresh_seats(over(memory.services, tables), administrator(memory), bought.partition, [key])

    assert done.changed == ()
    assert codes(memory, *MARRIED.addresses) == ["NO_LICENSE"] * 2
    assert broken(memory) == []
