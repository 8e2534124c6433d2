"""What an administrator sees of seats that are given, and how they take them back."""

import pytest

from shared.domain.errors import NotAnAdministrator, NotFound, SignInTooOld
from shared.domain.rights import Visitor
from shared.domain.seat_list import Wanted
from shared.operations.assign_seat import assign_seat
from shared.operations.keep_seat import keep_seat
from shared.operations.move_seats import move_seats
from shared.operations.show_seats import all_seats, own_seat, show_seats
from shared.operations.take_back_seat import take_back_seat
from shared.storage import keys
from tests.histories.stored import broken
from tests.operations.stories import has_seat, organisation_with, seat_of
from tests.operations.visiting import administrator, visitor
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, World


def strangers(world: World) -> list[Visitor]:
    """Whom an organisation's subscription is no business of."""
    return [
        visitor(world, MALLORY, account=False),
        visitor(world, MALLORY, administers=True),
        visitor(world, BOB, account=False),
    ]


def test_only_an_administrator_sees_the_list_and_strangers_see_nothing(memory: World) -> None:
    bought, _ = organisation_with(memory, 3)
    page = show_seats(memory.services, administrator(memory, BOB), bought.partition, Wanted())
    assert [seat.name for seat in page.seats] == ["Colleague 0", "Colleague 1", "Colleague 2"]

    for stranger in strangers(memory):
        for name in (bought.partition, "paddle.sub_none", "", "../x", "paddle.a'b"):
            with pytest.raises(NotFound):
                show_seats(memory.services, stranger, name, Wanted())
    with pytest.raises(NotAnAdministrator):
        show_seats(memory.services, visitor(memory), bought.partition, Wanted())
    with pytest.raises(NotAnAdministrator):
        all_seats(memory.services, visitor(memory), bought.partition)


def test_an_administrator_takes_a_seat_back_and_again_is_fine(world: World) -> None:
    bought, [who, *_] = organisation_with(world, 2)
    alice, key = administrator(world), seat_of(world, bought, who)

    released = take_back_seat(world.services, alice, bought.partition, key)

    assert released is not None
    assert released.seat.record.name == who.name
    assert take_back_seat(world.services, alice, bought.partition, key) is None
    assert (world.code(who), broken(world)) == ("NO_LICENSE", [])


def test_a_buyer_without_the_right_takes_back_their_own_seat_alone(memory: World) -> None:
    bought, [who] = organisation_with(memory, 1, quantity=3)
    assign_seat(memory.services, bought.partition, ALICE)
    alice = visitor(memory)

    with pytest.raises(NotAnAdministrator):
        take_back_seat(memory.services, alice, bought.partition, seat_of(memory, bought, who))
    assert take_back_seat(memory.services, alice, bought.partition, seat_of(memory, bought, ALICE))
    assert has_seat(memory, bought, who)


def test_strangers_and_keys_that_are_none_find_nothing(memory: World) -> None:
    bought, [who] = organisation_with(memory, 1)
    for stranger in strangers(memory):
        with pytest.raises(NotFound):
            take_back_seat(memory.services, stranger, bought.partition, seat_of(memory, bought, who))
    for key in ("subscription", "seat.", "seat.x", "transaction.1", "", "seat." + "A" * 64):
        with pytest.raises(NotFound):
            take_back_seat(memory.services, administrator(memory), bought.partition, key)
        with pytest.raises(NotFound):
            keep_seat(memory.services, administrator(memory), bought.partition, key, kept=True)
    assert has_seat(memory, bought, who)


def test_a_right_that_was_lost_is_believed_for_an_hour_and_no_longer(memory: World) -> None:
    bought, [first, second] = organisation_with(memory, 2)
    other = Subscription(memory.checkout())
    deliver(memory, *other.bought())
    alice = administrator(memory)
    memory.clock.advance(hours=1)
    assert take_back_seat(memory.services, alice, bought.partition, seat_of(memory, bought, first))
    memory.clock.advance(seconds=1)
    key = seat_of(memory, bought, second)

    with pytest.raises(SignInTooOld):
        take_back_seat(memory.services, alice, bought.partition, key)
    with pytest.raises(SignInTooOld):
        keep_seat(memory.services, alice, bought.partition, key, kept=True)
    with pytest.raises(SignInTooOld):
        move_seats(memory.services, alice, bought.partition, other.partition)
    assert show_seats(memory.services, alice, bought.partition, Wanted()).found == 1


def test_ones_own_seat_is_found(memory: World) -> None:
    bought, _ = organisation_with(memory, 1, quantity=2)
    header = memory.services.tables.read(keys.subscription(bought.partition))
    assert header is not None
    assert own_seat(memory.services, visitor(memory), header) is None
    assign_seat(memory.services, bought.partition, ALICE)
    assert own_seat(memory.services, visitor(memory), header) is not None
