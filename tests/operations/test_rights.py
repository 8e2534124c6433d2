"""Rights, one purpose at a time: objecting, restricting, correcting; each use is noted and costs nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.errors import ConsentNeeded, SignedOut
from shared.domain.people import Person
from shared.domain.records import Account, Request, Seat
from shared.operations.answer_license import answer_license
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.correct import correct
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import seats_of
from shared.operations.note_request import requests_of
from shared.operations.object_to import allow_last_use, allow_tokens, object_to_last_use, restrict_tokens
from shared.operations.sign_in_person import finish_sign_in
from shared.operations.use_token import graph_token, keep_tokens
from shared.ports import Outside, Profile, SignedIn, StorageUnavailable, Stored, Write
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.stored import broken, stored
from tests.operations.stories import organisation_with
from tests.operations.visiting import visitor, with_directory
from tests.paddle import Subscription
from tests.world import ALICE, BOB, MALLORY, World, colleague

LONG = "Prof. Dr. Maria Magdalena von und zu Hohenlohe-Waldenburg-Schillingsfürst (Legal Department)"


@pytest.fixture
def bought(memory: World) -> Subscription:
    """Bob has a seat of it and used it today; he has no account."""
    with_directory(memory)
    subscription, _ = organisation_with(memory, 0, quantity=5)
    assign_seat(memory.services, subscription.partition, BOB)
    assert memory.code(BOB) == "LICENSED"
    return subscription


def seat_of(world: World, who: Assignee) -> Seat:
    account = account_of(world.services, who.person)
    [found] = seats_of(world.services, who.person, account.row.partition if account else "")
    return found.seat.record


def account(world: World, person: Person = ALICE.person) -> Account:
    found = account_of(world.services, person)
    assert found is not None
    return found.record


def request(world: World, number: str) -> Request:
    found = world.services.tables.read(keys.request(number))
    assert found is not None
    return found.record


def test_objecting_forgets_the_last_use_and_stops_it_and_the_seat_works_on(memory: World, bought: Subscription) -> None:
    assert bought
    assert seat_of(memory, BOB).last_used is not None

    number = object_to_last_use(memory.services, BOB.person)

    assert request(memory, number).kind == "objection"
    for _ in range(3):
        memory.clock.advance(days=1)
        assert memory.code(BOB) == "LICENSED"
    assert (seat_of(memory, BOB).last_used, seat_of(memory, BOB).objected_to_last_use) == (None, True)
    assert object_to_last_use(memory.services, BOB.person) == ""

    allow_last_use(memory.services, BOB.person)
    assert memory.code(BOB) == "LICENSED"
    assert seat_of(memory, BOB).last_used == memory.clock().date()


def test_a_use_that_is_noted_while_somebody_objects_is_not_kept(memory: World, bought: Subscription) -> None:
    assert bought
    memory.clock.advance(days=1)

    class Objecting(FaultyTables):
        """Bob objects after his seat was read for a license."""

        def write(self, *writes: Write) -> list[Stored[Any]]:
            object_to_last_use(memory.services, BOB.person)
            return super().write(*writes)

    answer_license(over(memory.services, Objecting(memory.services.tables)), BOB.addresses[0])

    assert seat_of(memory, BOB).last_used is None


def test_who_has_no_seat_has_nothing_to_object_to_and_leaves_nothing(memory: World, bought: Subscription) -> None:
    assert bought
    before = memory.rows()

    assert object_to_last_use(memory.services, MALLORY.person) == ""
    assert restrict_tokens(memory.services, MALLORY.person) == ""
    allow_last_use(memory.services, MALLORY.person)
    allow_tokens(memory.services, MALLORY.person)
    assert correct(memory.services, visitor(memory, MALLORY, account=False), "Mallory", MALLORY.addresses).number == ""

    assert memory.rows() == before


def test_restricting_lets_the_tokens_go_and_keeps_no_others(memory: World, bought: Subscription) -> None:
    assert bought
    alice = visitor(memory)
    assert graph_token(memory.services, alice, "self")

    number = restrict_tokens(memory.services, ALICE.person)

    assert request(memory, number).kind == "restriction"
    assert stored(memory.rows(), "accounts", "token") == []
    keep_tokens(memory.services, alice.account, "of the next sign-in")
    assert stored(memory.rows(), "accounts", "token") == []
    with pytest.raises(SignedOut):
        graph_token(memory.services, alice, "self")
    with pytest.raises(ConsentNeeded):
        graph_token(memory.services, alice, "directory")
    assert restrict_tokens(memory.services, ALICE.person) == ""

    allow_tokens(memory.services, ALICE.person)
    keep_tokens(memory.services, alice.account, "of the next sign-in")
    assert graph_token(memory.services, alice, "self")


def test_tokens_are_kept_of_no_account_that_is_gone(memory: World) -> None:
    keep_tokens(memory.services, "f" * 32, "tokens")

    assert memory.rows()["accounts"] == []


def test_names_and_addresses_are_put_right_wherever_they_are(memory: World, bought: Subscription) -> None:
    directory = with_directory(memory)
    assign_seat(memory.services, bought.partition, ALICE)
    new = ("alice.jones@contoso.example", "alice@contoso.example")
    directory.people[ALICE.person] = Profile(ALICE.person, "Alice Jones", new[0], new)

    corrected = correct(memory.services, visitor(memory), "ignored", ())

    assert corrected.source == "microsoft 365"
    assert request(memory, corrected.number).kind == "correction"
    for record in (account(memory), seat_of(memory, ALICE)):
        assert (record.name, record.addresses) == ("Alice Jones", new)
    assert memory.license(new[0])["code"] == "LICENSED"
    memory.clock.advance(days=3)
    memory.purge()
    assert broken(memory) == []


def test_an_assignee_without_an_account_is_put_right_by_their_sign_in_and_a_wrong_address_goes(
    memory: World, bought: Subscription
) -> None:
    assert bought
    bob = visitor(memory, BOB, account=False)

    corrected = correct(memory.services, bob, "Bob B. Bee", ("Bobby@contoso.example", BOB.addresses[1]))

    assert corrected.source == "sign-in"
    seat = seat_of(memory, BOB)
    assert (seat.name, seat.addresses) == ("Bob B. Bee", ("bobby@contoso.example", BOB.addresses[1]))
    assert {memory.license(address)["code"] for address in seat.addresses} == {"LICENSED"}
    assert memory.license(BOB.addresses[0])["code"] == "NO_LICENSE"
    assert memory.rows()["accounts"] == [row for row in memory.rows()["accounts"] if BOB.name not in str(row)]
    memory.clock.advance(days=3)
    memory.purge()
    assert broken(memory) == []


def test_of_a_sign_in_that_holds_not_all_addresses_none_is_taken_away(memory: World, bought: Subscription) -> None:
    assert bought
    bob = visitor(memory, BOB, account=False)

    corrected = correct(memory.services, bob, "Bob B. Bee", ("bobby@contoso.example",), has_all=False)

    assert corrected.source == "part of a sign-in"
    assert seat_of(memory, BOB).addresses == ("bobby@contoso.example", *BOB.addresses)


def test_whom_the_sign_in_tells_no_address_of_keeps_what_is_paid_for(memory: World, bought: Subscription) -> None:
    assert bought

    correct(memory.services, visitor(memory, BOB, account=False), "Bob B. Bee", ())

    assert seat_of(memory, BOB).addresses == BOB.addresses


@pytest.mark.parametrize(
    ("known", "told", "right"),
    [(LONG, LONG[:64], LONG), (LONG, LONG[:33], LONG), (LONG, "Maria", "Maria"), ("Maria", LONG[:64], LONG[:64])],
)
def test_a_name_that_the_session_cut_is_not_written_over_the_whole_of_it(
    memory: World, bought: Subscription, known: str, told: str, right: str
) -> None:
    maria = replace(colleague(7), name=known)
    assign_seat(memory.services, bought.partition, maria)

    correct(memory.services, visitor(memory, maria, account=False), told, maria.addresses)

    assert seat_of(memory, maria).name == right


def test_the_seats_of_who_keeps_no_tokens_are_put_right_by_what_their_sign_in_left_in_the_account(
    memory: World, bought: Subscription
) -> None:
    assign_seat(
        memory.services, bought.partition, replace(ALICE, name="Alice Wrong", addresses=("wrong@contoso.example",))
    )
    restrict_tokens(memory.services, ALICE.person)

    corrected = correct(memory.services, visitor(memory), "cut", ())

    assert corrected.source == "sign-in"
    assert (seat_of(memory, ALICE).name, seat_of(memory, ALICE).addresses) == (ALICE.name, ALICE.addresses)
    assert account(memory).name == ALICE.name


def test_who_must_sign_in_again_for_it_is_told_and_nothing_changes(memory: World, bought: Subscription) -> None:
    assert bought
    alice = visitor(memory)
    token = memory.services.tables.read(keys.token(alice.account))
    assert token is not None
    memory.clock.advance(days=91)
    before = account(memory)

    with pytest.raises(SignedOut):
        correct(memory.services, alice, "Alice Jones", ALICE.addresses)

    assert account(memory) == before


def test_an_account_lists_the_rights_that_were_used_until_a_year_is_over(memory: World, bought: Subscription) -> None:
    assert bought
    alice = visitor(memory)
    first = restrict_tokens(memory.services, ALICE.person)
    memory.clock.advance(days=100)
    second = correct(memory.services, replace(alice), "Alice", ALICE.addresses).number

    noted = requests_of(memory.services, account_of(memory.services, ALICE.person))
    assert [(each.number, each.request.kind, each.request.outcome) for each in noted] == [
        (first, "restriction", "done"),
        (second, "correction", "done"),
    ]

    memory.clock.advance(days=265)
    while memory.purge().looked:
        pass
    assert [row["PartitionKey"] for row in memory.rows()["requests"]] == [second]
    allow_tokens(memory.services, ALICE.person)
    third = restrict_tokens(memory.services, ALICE.person)
    assert account(memory).requests == (second, third)


def test_what_is_noted_of_a_right_names_nobody(memory: World, bought: Subscription) -> None:
    assert bought
    object_to_last_use(memory.services, BOB.person)
    visitor(memory)
    restrict_tokens(memory.services, ALICE.person)

    for row in memory.rows()["requests"]:
        assert row.keys() >= {"kind", "received_on", "answered_on", "outcome"}
        for who in (ALICE, BOB):
            assert not any(text in str(row) for text in (*who.person, who.name, *who.addresses))


def test_tokens_that_nobody_uses_go_after_ninety_days(memory: World, bought: Subscription) -> None:
    assert bought
    visitor(memory)
    for days in (30, 30, 29):
        memory.clock.advance(days=days)
        memory.purge()
        assert stored(memory.rows(), "accounts", "token")

    memory.clock.advance(days=1, hours=1)
    memory.purge()

    assert stored(memory.rows(), "accounts", "token") == []
    assert stored(memory.rows(), "accounts", "account")


USES: list[Callable[[Outside], object]] = [
    lambda services: object_to_last_use(services, ALICE.person),
    lambda services: restrict_tokens(services, ALICE.person),
]


@pytest.mark.parametrize("use", USES)
def test_a_right_whose_use_dies_anywhere_is_used_again_and_holds(
    memory: World, bought: Subscription, use: Callable[[Outside], object]
) -> None:
    assign_seat(memory.services, bought.partition, ALICE)
    assert memory.code(ALICE) == "LICENSED"
    visitor(memory)
    begun = dict(memory.memory.kept)  # type: ignore[attr-defined]
    counting = FaultyTables(memory.services.tables)
    use(over(memory.services, counting))
    expected = (seat_of(memory, ALICE), account(memory).objections)
    for fault in range(2 * counting.calls):
        memory.memory.kept = dict(begun)  # type: ignore[attr-defined]
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        with pytest.raises(StorageUnavailable):
            use(over(memory.services, faulty))
        use(memory.services)
        assert (seat_of(memory, ALICE), account(memory).objections) == expected, fault
        assert (stored(memory.rows(), "accounts", "token") == []) == bool(expected[1])


class SignedInForTheDirectory:
    """Microsoft after Alice allowed the directory to be read."""

    def finish(self, *_: object) -> SignedIn:
        return SignedIn(
            ALICE.person,
            ALICE.name,
            ALICE.addresses[0],
            is_administrator=True,
            permission="directory",
            token="access",
            tokens="new tokens",
            lasting=True,
        )


def test_who_allows_the_directory_lifts_what_kept_tokens_from_being_kept(memory: World, bought: Subscription) -> None:
    assert bought
    visitor(memory)
    restrict_tokens(memory.services, ALICE.person)
    sign_in: Any = SignedInForTheDirectory()

    finish_sign_in(replace(memory.services, sign_in=sign_in), "assign", {}, {})

    assert stored(memory.rows(), "accounts", "token")
    assert account(memory).objections == ()
