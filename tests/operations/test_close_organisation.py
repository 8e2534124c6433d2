"""A whole organisation by its administrator: everything of it ends, and what somebody bought for themself stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import NotAnAdministrator, SignInTooOld
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.rights import Visitor
from shared.operations.assign_seat import assign_seat
from shared.operations.close_organisation import close_organisation
from shared.operations.find_subscriptions import subscriptions_of
from shared.operations.open_account import open_account
from shared.operations.preview_closing import preview_organisation
from shared.ports import StorageUnavailable
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.stored import broken, stored
from tests.operations.stories import organisation_with
from tests.operations.visiting import administrator, visitor
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, OTHER_TENANT, TENANT, World, colleague


@pytest.fixture
def bought(memory: World) -> list[Subscription]:
    """Two subscriptions of Alice's organisation with four seats, one of Mallory's, and one that Bob bought himself."""
    first, _ = organisation_with(memory, 3)
    second = Subscription(memory.checkout(BOB), quantity=2)
    theirs = Subscription(memory.checkout(MALLORY), quantity=2)
    own = Subscription(memory.checkout(BOB, "person"), quantity=1)
    for subscription in (second, theirs, own):
        deliver(memory, *subscription.bought())
    assign_seat(memory.services, second.partition, ALICE)
    assign_seat(memory.services, theirs.partition, MALLORY)
    return [first, second, theirs, own]


def alice(world: World) -> Visitor:
    return visitor(world, administers=True)


def test_everything_of_the_organisation_ends_and_is_cancelled(memory: World, bought: list[Subscription]) -> None:
    receipt = close_organisation(memory.services, alice(memory))

    assert receipt is not None
    assert receipt.seats == 4
    assert {(ended.subscription, ended.ending) for ended in receipt.ended} == {
        (bought[0].partition, "asked"),
        (bought[1].partition, "asked"),
    }
    rows = memory.rows()
    for subscription in bought[:2]:
        left = [row for row in rows["subscriptions"] if row["PartitionKey"] == subscription.partition]
        assert {row["RowKey"].partition(".")[0] for row in left} == {"subscription", "receipt"}
        assert not any(text in str(left) for text in (TENANT, "colleague", ALICE.name))
    assert [row for row in rows["organisations"] if row["PartitionKey"] == TENANT] == []
    assert {memory.code(colleague(number)) for number in range(3)} == {memory.code(ALICE)} == {"NO_LICENSE"}
    assert subscriptions_of(memory.services, alice(memory)) == []
    memory.purge()
    assert broken(memory) == []


def test_it_reaches_neither_another_organisation_nor_what_somebody_bought_for_themself(
    memory: World, bought: list[Subscription]
) -> None:
    accounts = stored(memory.rows(), "accounts", "account")

    close_organisation(memory.services, alice(memory))

    assert [memory.code(who) for who in (BOB, MALLORY)] == ["LICENSED", "LICENSED"]
    headers = {row["PartitionKey"]: row for row in stored(memory.rows(), "subscriptions", "subscription")}
    assert [headers[each.partition]["ending"] for each in bought] == ["asked", "asked", "", ""]
    left = stored(memory.rows(), "accounts", "account")
    assert {row["PartitionKey"] for row in left} >= {row["PartitionKey"] for row in accounts}
    owned = {row["subscription"] for row in stored(memory.rows(), "accounts", "owns.")}
    assert owned == {bought[2].partition, bought[3].partition}


def test_a_preview_tells_it_before_and_changes_nothing(memory: World, bought: list[Subscription]) -> None:
    who, before = alice(memory), memory.rows()

    preview = preview_organisation(memory.services, who)

    assert {header.row.partition for header in preview.ends} == {bought[0].partition, bought[1].partition}
    assert memory.rows() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"is_administrator": False},
        {"person": Person(PERSONAL_TENANT, ALICE.person.object_id)},
    ],
)
def test_only_an_administrator_of_the_organisation_may(
    memory: World, bought: list[Subscription], changed: dict[str, object]
) -> None:
    who, before = replace(alice(memory), **changed), memory.rows()  # type: ignore[arg-type]

    for ask in (preview_organisation, close_organisation):
        with pytest.raises(NotAnAdministrator):
            ask(memory.services, who)

    assert bought
    assert memory.rows() == before


def test_of_another_organisation_an_administrator_closes_nothing(memory: World, bought: list[Subscription]) -> None:
    stranger = Visitor(Person("33333333-3333-4333-8333-333333333333", "x"), memory.clock(), "", is_administrator=True)
    before = memory.rows()

    assert close_organisation(memory.services, stranger) is None

    assert bought
    assert memory.rows() == before
    assert OTHER_TENANT in str(before)


def test_a_sign_in_of_more_than_an_hour_ago_is_too_old(memory: World, bought: list[Subscription]) -> None:
    who = alice(memory)
    memory.clock.advance(hours=1, seconds=1)
    before = memory.rows()

    with pytest.raises(SignInTooOld):
        close_organisation(memory.services, who)

    assert bought
    assert memory.rows() == before


def test_nobody_is_seated_again_and_nobody_claims_what_ended(memory: World, bought: list[Subscription]) -> None:
    close_organisation(memory.services, alice(memory))
    deliver(memory, *bought[0].renewed())
    memory.clock.now = bought[0].now
    memory.purge()

    header = memory.services.tables.read(keys.subscription(bought[0].partition))
    assert header is not None
    assert (header.record.owner_kind, header.record.tenant, header.record.account) == ("", "", "")
    assert broken(memory) == []


def test_what_was_bought_anew_is_not_touched_by_the_purge(memory: World, bought: list[Subscription]) -> None:
    assert bought
    close_organisation(memory.services, alice(memory))
    anew, _ = organisation_with(memory, 1)
    memory.clock.advance(days=8)

    memory.purge()

    assert memory.code(colleague(0)) == "LICENSED"
    assert anew.partition in {each.name for each in subscriptions_of(memory.services, administrator(memory))}


def test_the_request_is_listed_by_the_administrators_account(memory: World, bought: list[Subscription]) -> None:
    who = alice(memory)
    receipt = close_organisation(memory.services, who)

    account = memory.services.tables.read(keys.account(who.account))
    assert bought
    assert account is not None
    assert receipt is not None
    assert account.record.requests == (receipt.number,)
    assert open_account(memory.services, ALICE.person, ALICE.name, ALICE.addresses) == who.account


def test_a_closing_that_dies_anywhere_ends_the_same_when_asked_again(memory: World, bought: list[Subscription]) -> None:
    who = alice(memory)
    begun, moment = dict(memory.memory.kept), memory.clock.now  # type: ignore[attr-defined]
    counting = FaultyTables(memory.services.tables)
    close_organisation(over(memory.services, counting), who)
    for fault in range(0, 2 * counting.calls, 5):
        memory.memory.kept, memory.clock.now = dict(begun), moment  # type: ignore[attr-defined]
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        try:
            close_organisation(over(memory.services, faulty), who)
        except StorageUnavailable:
            close_organisation(memory.services, who)
        memory.clock.now += timedelta(days=3)
        while memory.purge().looked:
            pass
        rows = memory.rows()
        assert stored(rows, "organisations", bought[0].partition) == [], fault
        assert not any(
            seat["tenant"] == TENANT for seat in stored(rows, "subscriptions", "seat.") if seat["name"] != BOB.name
        )
        assert [memory.code(person) for person in (ALICE, BOB, colleague(0))] == [
            "NO_LICENSE",
            "LICENSED",
            "NO_LICENSE",
        ]
        assert broken(memory) == [], fault
