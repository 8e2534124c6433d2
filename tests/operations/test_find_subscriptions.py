"""What somebody sees of subscriptions: what they administer or bought, and the seats they have, nothing of others."""

from dataclasses import replace

import pytest

from shared.domain.errors import NotFound
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.rights import Visitor
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.find_subscriptions import find_subscription, seats_of, subscriptions_of
from shared.operations.open_account import open_account
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, World


def visitor(world: World, who: Assignee, *, administers: bool = False, account: bool = True) -> Visitor:
    number = open_account(world.services, who.person, who.name, who.addresses) if account else ""
    return Visitor(who.person, world.clock(), number, administers)


def bought(world: World, who: Assignee, kind: str = "organisation") -> str:
    subscription = Subscription(world.checkout(who, kind), quantity=1 if kind == "person" else 3, now=world.clock())
    deliver(world, *subscription.bought())
    return subscription.partition


def seen(world: World, who: Visitor) -> list[tuple[str, str]]:
    return [(theirs.name, theirs.role) for theirs in subscriptions_of(world.services, who)]


def test_an_administrator_sees_what_the_organisation_bought_whoever_bought_it(world: World) -> None:
    first = bought(world, BOB)
    world.clock.advance(minutes=1)
    second = bought(world, ALICE)

    alice = visitor(world, ALICE, administers=True, account=False)

    assert seen(world, alice) == [(first, "administrator"), (second, "administrator")]


def test_a_buyer_without_the_right_sees_what_they_bought_and_no_more(world: World) -> None:
    bought(world, ALICE)
    own = bought(world, BOB)

    assert seen(world, visitor(world, BOB)) == [(own, "buyer")]


def test_what_somebody_bought_for_themself_is_theirs_alone(world: World) -> None:
    own = bought(world, BOB, "person")

    assert seen(world, visitor(world, BOB)) == [(own, "owner")]
    assert seen(world, visitor(world, ALICE, administers=True)) == []
    with pytest.raises(NotFound):
        find_subscription(world.services, visitor(world, ALICE, administers=True), own)


def test_other_tenants_and_strangers_see_nothing(world: World) -> None:
    team = bought(world, ALICE)

    for administers in (True, False):
        mallory = visitor(world, MALLORY, administers=administers, account=False)
        assert seen(world, mallory) == []
        for asked in (team, "paddle.sub_none", "none"):
            with pytest.raises(NotFound):
                find_subscription(world.services, mallory, asked)


def test_nobody_administers_the_tenant_of_personal_accounts(world: World) -> None:
    someone = replace(ALICE, person=Person(PERSONAL_TENANT, ALICE.person.object_id))
    own = bought(world, someone)
    stranger = replace(MALLORY, person=Person(PERSONAL_TENANT, MALLORY.person.object_id))

    assert seen(world, visitor(world, someone, administers=True)) == [(own, "owner")]
    assert seen(world, visitor(world, stranger, administers=True)) == []


def test_what_has_ended_comes_last(world: World) -> None:
    ending = Subscription(world.checkout(), now=world.clock())
    deliver(world, *ending.bought(), *ending.canceled())
    world.clock.advance(minutes=1)
    living = bought(world, ALICE)

    alice = visitor(world, ALICE, administers=True)

    assert [name for name, _ in seen(world, alice)] == [living, ending.partition]


def test_an_assignee_who_never_bought_anything_finds_their_seats(world: World) -> None:
    team, other = bought(world, ALICE), bought(world, ALICE)
    assign_seat(world.services, team, BOB)

    [found] = seats_of(world.services, BOB.person, "")

    assert (found.header.row.partition, found.seat.record.name) == (team, BOB.name)
    assert seats_of(world.services, MALLORY.person, "") == []
    assert other != team


def test_a_seat_of_ones_own_purchase_is_found_by_the_account(world: World) -> None:
    own = bought(world, BOB, "person")
    account = visitor(world, BOB).account

    assert [seat.header.row.partition for seat in seats_of(world.services, BOB.person, account)] == [own]
