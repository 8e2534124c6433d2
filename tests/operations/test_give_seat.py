"""Giving seats: whose right it is, and that name and addresses come from the directory and from nowhere else."""

from dataclasses import replace

import pytest

from shared.domain.errors import (
    BeingErased,
    ConsentNeeded,
    NoAddress,
    NoSeatFree,
    NotAnAdministrator,
    NotFound,
    NotInDirectory,
    OtherTenant,
    SearchTooShort,
    SignInTooOld,
    Unavailable,
)
from shared.domain.rights import NO_TOKENS, Visitor
from shared.operations.find_account import account_of
from shared.operations.find_colleagues import find_colleagues
from shared.operations.give_seat import give_seat, person_with
from shared.operations.object_to import restrict_tokens
from shared.operations.take_back_seat import take_back_seat
from shared.storage import keys
from tests.histories.stored import broken
from tests.operations.stories import has_seat, organisation_with, seat_of
from tests.operations.visiting import administrator, visitor, with_directory
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, OTHER_TENANT, World, colleague


def purchase(world: World, quantity: int = 3) -> Subscription:
    return organisation_with(world, 0, quantity=quantity)[0]


def test_an_administrator_gives_a_seat_as_the_directory_has_the_person(world: World) -> None:
    with_directory(world)
    bought = purchase(world)

    given = give_seat(world.services, administrator(world), bought.partition, BOB.person)

    assert (given.is_new, given.seat.record.name, given.seat.record.addresses) == (True, BOB.name, BOB.addresses)
    assert (world.code(BOB), broken(world)) == ("LICENSED", [])


def test_giving_again_asks_nobody_and_changes_nothing(memory: World) -> None:
    directory = with_directory(memory)
    bought, alice = purchase(memory), administrator(memory)
    first = give_seat(memory.services, alice, bought.partition, BOB.person)
    directory.asked.clear()

    again = give_seat(memory.services, alice, bought.partition, BOB.person)

    assert (again.is_new, again.seat.record, directory.asked) == (False, first.seat.record, [])


def test_taking_back_is_undone_by_giving_again_and_giving_by_taking_back(memory: World) -> None:
    with_directory(memory)
    bought, alice = purchase(memory, 1), administrator(memory)
    give_seat(memory.services, alice, bought.partition, BOB.person)
    for _ in range(2):
        released = take_back_seat(memory.services, alice, bought.partition, seat_of(memory, bought, BOB))
        assert released is not None
        assert memory.code(BOB) == "NO_LICENSE"
        give_seat(memory.services, alice, bought.partition, BOB.person)
        assert memory.code(BOB) == "LICENSED"
    assert broken(memory) == []


def test_a_buyer_without_the_right_uses_a_seat_and_gives_none(memory: World) -> None:
    directory = with_directory(memory)
    bought, alice = purchase(memory), visitor(memory)

    with pytest.raises(NotAnAdministrator):
        give_seat(memory.services, alice, bought.partition, BOB.person)
    with pytest.raises(NotAnAdministrator):
        person_with(memory.services, alice, bought.partition, BOB.addresses[0])
    with pytest.raises(NotAnAdministrator):
        find_colleagues(memory.services, alice, bought.partition, "bob")
    assert directory.asked == []
    give_seat(memory.services, alice, bought.partition, ALICE.person)
    assert (directory.asked, memory.code(ALICE)) == ([], "LICENSED")


@pytest.mark.parametrize("administers", [False, True])
def test_who_lets_us_keep_no_tokens_uses_a_seat_as_their_sign_in_found_them(
    memory: World, *, administers: bool
) -> None:
    with_directory(memory)
    bought, alice = purchase(memory), visitor(memory, administers=administers)
    restrict_tokens(memory.services, ALICE.person)

    given = give_seat(memory.services, alice, bought.partition, ALICE.person)

    assert (given.seat.record.name, given.seat.record.addresses) == (ALICE.name, ALICE.addresses)
    account = account_of(memory.services, ALICE.person)
    assert account is not None
    assert (memory.code(ALICE), account.record.objections) == ("LICENSED", (NO_TOKENS,))


def test_an_administrator_without_an_account_uses_a_seat_and_still_has_none(memory: World) -> None:
    directory = with_directory(memory)
    bought, carol = purchase(memory), colleague(1)

    give_seat(memory.services, visitor(memory, carol, administers=True, account=False), bought.partition, carol.person)

    assert (directory.asked, memory.code(carol), account_of(memory.services, carol.person)) == ([], "LICENSED", None)


def test_a_seat_of_ones_own_has_every_address_though_the_session_lacks_some(memory: World) -> None:
    with_directory(memory)
    own = Subscription(memory.checkout(BOB, "person"), quantity=1)
    deliver(memory, *own.bought())
    bob = visitor(memory, BOB)
    take_back_seat(memory.services, bob, own.partition, seat_of(memory, own, BOB))

    give_seat(memory.services, replace(bob, addresses=()), own.partition, BOB.person)

    assert [memory.license(address)["code"] for address in BOB.addresses] == ["LICENSED"] * len(BOB.addresses)


def test_who_signed_in_without_an_address_is_told_why(memory: World) -> None:
    with_directory(memory)
    bought, carol = purchase(memory), replace(colleague(1), addresses=())

    with pytest.raises(NoAddress):
        give_seat(
            memory.services, visitor(memory, carol, administers=True, account=False), bought.partition, carol.person
        )


def test_who_bought_for_themself_needs_no_right_and_seats_nobody_else(memory: World) -> None:
    with_directory(memory)
    own = Subscription(memory.checkout(BOB, "person"), quantity=1)
    deliver(memory, *own.bought())
    bob = visitor(memory, BOB, administers=True)
    take_back_seat(memory.services, bob, own.partition, seat_of(memory, own, BOB))

    with pytest.raises(NotAnAdministrator):
        give_seat(memory.services, bob, own.partition, ALICE.person)
    give_seat(memory.services, bob, own.partition, BOB.person)

    assert memory.code(BOB) == "LICENSED"


def test_strangers_learn_nothing_and_the_directory_is_not_asked(memory: World) -> None:
    directory = with_directory(memory, MALLORY)
    bought = purchase(memory)
    strangers: list[Visitor] = [administrator(memory, MALLORY), visitor(memory, BOB)]

    for stranger in strangers:
        for name in (bought.partition, "paddle.sub_none"):
            with pytest.raises(NotFound):
                give_seat(memory.services, stranger, name, stranger.person)
            with pytest.raises(NotFound):
                find_colleagues(memory.services, stranger, name, "bob")
            with pytest.raises(NotFound):
                person_with(memory.services, stranger, name, BOB.addresses[0])
    assert directory.asked == []


def test_people_of_other_tenants_and_unknown_ones_get_no_seat(memory: World) -> None:
    directory = with_directory(memory)
    bought, alice = purchase(memory), administrator(memory)

    with pytest.raises(NotInDirectory):
        give_seat(memory.services, alice, bought.partition, colleague(1).person)
    with pytest.raises(NotInDirectory):
        person_with(memory.services, alice, bought.partition, MALLORY.addresses[0])
    directory.add(replace(MALLORY, person=MALLORY.person))
    with pytest.raises(OtherTenant):
        give_seat(memory.services, alice, bought.partition, MALLORY.person)
    assert MALLORY.person.tenant == OTHER_TENANT


def test_who_has_no_address_of_the_tenant_is_told_why(memory: World) -> None:
    directory = with_directory(memory)
    directory.people[BOB.person] = replace(directory.people[BOB.person], addresses=())
    bought = purchase(memory)

    with pytest.raises(NoAddress):
        give_seat(memory.services, administrator(memory), bought.partition, BOB.person)
    assert not has_seat(memory, bought, BOB)


def test_the_last_seat_is_given_once(memory: World) -> None:
    with_directory(memory, colleague(1))
    bought, alice = purchase(memory, 1), administrator(memory)
    give_seat(memory.services, alice, bought.partition, BOB.person)

    with pytest.raises(NoSeatFree):
        give_seat(memory.services, alice, bought.partition, colleague(1).person)


def test_a_sign_in_of_more_than_an_hour_ago_gives_and_finds_nobody(memory: World) -> None:
    with_directory(memory)
    bought, alice = purchase(memory), administrator(memory)
    memory.clock.advance(hours=1, seconds=1)

    with pytest.raises(SignInTooOld):
        give_seat(memory.services, alice, bought.partition, BOB.person)
    with pytest.raises(SignInTooOld):
        find_colleagues(memory.services, alice, bought.partition, "bob")


@pytest.mark.parametrize("failure", [Unavailable, ConsentNeeded])
def test_a_directory_that_fails_leaves_nothing_behind(memory: World, failure: type[Exception]) -> None:
    directory = with_directory(memory)
    bought, alice = purchase(memory), administrator(memory)
    before = memory.rows()
    directory.fails_with = failure()

    for act in (
        lambda: give_seat(memory.services, alice, bought.partition, BOB.person),
        lambda: find_colleagues(memory.services, alice, bought.partition, "bob"),
        lambda: person_with(memory.services, alice, bought.partition, BOB.addresses[0]),
    ):
        with pytest.raises(failure):
            act()
    assert memory.rows()["subscriptions"] == before["subscriptions"]
    assert memory.rows()["people"] == before["people"]


def test_nothing_is_given_of_what_is_being_erased(memory: World) -> None:
    with_directory(memory)
    bought, alice = purchase(memory), administrator(memory)
    header = memory.services.tables.read(keys.subscription(bought.partition))
    assert header is not None
    memory.memory.kept[("subscriptions", bought.partition, "subscription")].entity["erasing"] = True  # type: ignore[attr-defined]

    with pytest.raises((NotFound, BeingErased)):
        give_seat(memory.services, alice, bought.partition, BOB.person)


def test_a_search_finds_at_most_ten_and_says_who_has_a_seat_and_keeps_nothing(memory: World) -> None:
    with_directory(memory, *(colleague(number) for number in range(12)))
    bought, alice = purchase(memory), administrator(memory)
    give_seat(memory.services, alice, bought.partition, colleague(1).person)
    before = memory.rows()

    found = find_colleagues(memory.services, alice, bought.partition, " Coll ")

    assert [each.profile.name for each in found if each.has_seat] == ["Colleague 1"]
    assert len(found) == 10
    assert memory.rows()["subscriptions"] == before["subscriptions"]
    for short in ("", "b", " b "):
        with pytest.raises(SearchTooShort):
            find_colleagues(memory.services, alice, bought.partition, short)


def test_the_account_of_who_assigns_stays_beyond_its_first_week(memory: World) -> None:
    with_directory(memory)
    bought = purchase(memory)
    bob = administrator(memory, BOB)

    give_seat(memory.services, bob, bought.partition, ALICE.person)
    memory.clock.advance(days=10)
    memory.purge()

    assert memory.services.tables.read(keys.account(bob.account)) is not None
