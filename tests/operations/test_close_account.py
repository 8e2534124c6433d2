"""Closing by the person: what is shown before, what goes, what stays, and a receipt; with an account and without."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import CancelElsewhere
from shared.domain.records import RECORDS, held_fields
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.close_account import close_account
from shared.operations.erase_account import look_at_account
from shared.operations.held_about import held_about
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.object_to import object_to_last_use
from shared.operations.open_account import open_account
from shared.operations.preview_closing import preview_closing
from shared.operations.record_event import record_event
from shared.ports import StorageUnavailable
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.stored import Dump, broken, stored
from tests.operations.stories import organisation_with
from tests.operations.visiting import visitor
from tests.paddle import Subscription, deliver, receive
from tests.paddle_api import PADDLE
from tests.world import ALICE, BOB, MALLORY, World

BILLING = "billing.sentinel@contoso.example"


@pytest.fixture
def organisation(memory: World) -> Subscription:
    """What Alice bought for her organisation; Bob has a seat of it."""
    bought, _ = organisation_with(memory, 0, quantity=5)
    assign_seat(memory.services, bought.partition, BOB)
    return bought


@pytest.fixture
def own(memory: World, organisation: Subscription) -> Subscription:
    """What Bob bought for himself, too; he has an account with tokens, contacts, payments and requests."""
    bought = Subscription(memory.checkout(BOB, "person"), quantity=1)
    _, _, paid = bought.bought()
    PADDLE.contacts[paid["data"]["id"]] = {"customer": {"name": BOB.name, "email": BILLING}, "business": None}
    deliver(memory, bought.tell("created"), paid)
    visitor(memory, BOB)
    look_at_subscription(memory.services, bought.partition)
    assert memory.code(BOB) == "LICENSED"
    object_to_last_use(memory.services, BOB.person)
    assert organisation.partition != bought.partition
    return bought


def places(rows: Dump) -> set[tuple[str, str, str]]:
    return {(table, row["PartitionKey"], row["RowKey"]) for table, found in rows.items() for row in found}


def spellings(world: World, who: Assignee, account: str) -> Iterator[str]:
    """Whatever leads to somebody: in the clear, hashed plainly, and hashed under our keys."""
    yield from (who.name, who.person.object_id, account, *who.addresses, BILLING)
    yield from (hashlib.sha256(address.encode()).hexdigest() for address in who.addresses)
    for address in who.addresses:
        yield from world.services.identities.of_address(address)
    yield from world.services.identities.of_person(who.person)
    for header in stored(world.rows(), "subscriptions", "subscription"):
        yield keys.seat_key(header["salt"], who.person)


def test_what_a_copy_shows_is_what_closing_takes_away(memory: World, own: Subscription) -> None:
    shown = {
        (kept.stored.row.table, kept.stored.row.partition, kept.stored.row.key)
        for kept in held_about(memory.services, BOB.person)
    }
    before = places(memory.rows())

    assert close_account(memory.services, BOB.person)

    gone = before - places(memory.rows())
    staying = {("subscriptions", own.partition, "subscription")}
    requests = {place for place in shown if place[0] == "requests"}
    assert shown - staying - requests == gone
    assert {kind.__name__ for kind in RECORDS if any(h.is_about_a_person for h in held_fields(kind).values())} == {
        *(kept.kind for kept in held_about(memory.services, BOB.person)),
        *("Account", "AccountHint", "BillingContact", "Ownership", "Request", "Seat", "SeatHint", "Subscription"),
        *("Token", "Transaction", "TransactionHint"),
        # An organisation's, and what nothing leads to from a person; the copy says so.
        *("OrganisationHint", "Due", "Reference"),
    }


def test_after_closing_nothing_leads_to_the_person_any_more(memory: World, own: Subscription) -> None:
    account = visitor(memory, BOB).account
    traces = {*spellings(memory, BOB, account)}
    assert sum(trace in str(memory.rows()) for trace in traces) > 6

    receipt = close_account(memory.services, BOB.person)
    memory.clock.advance(days=8)
    while memory.purge().looked:
        pass

    left = json.dumps(memory.rows(), default=str)
    assert [trace for trace in traces if trace in left] == []
    assert held_about(memory.services, BOB.person) == []
    assert receipt is not None
    assert not any(trace in repr(receipt) for trace in traces)
    assert memory.code(BOB) == "NO_LICENSE"
    assert broken(memory) == []
    assert own.partition in left


def test_what_still_says_something_is_due_goes_within_a_week(memory: World, own: Subscription) -> None:
    account = visitor(memory, BOB).account
    traces = {*spellings(memory, BOB, account)}
    close_account(memory.services, BOB.person)

    assert own
    tables = {name for name, rows in memory.rows().items() if any(trace in str(rows) for trace in traces)}
    assert tables <= {"due", "references"}


def test_no_note_of_an_account_that_was_kept_outlives_its_closing_by_more_than_a_week(
    memory: World, organisation: Subscription
) -> None:
    assert organisation
    account = visitor(memory).account
    for _ in range(12):
        memory.clock.advance(days=1)
        memory.purge()
    close_account(memory.services, ALICE.person)
    memory.clock.advance(days=7)

    memory.purge()

    assert account not in str(memory.rows())


def test_a_preview_tells_what_goes_and_what_stays_and_changes_nothing(memory: World, own: Subscription) -> None:
    before = memory.rows()

    bob, alice = preview_closing(memory.services, BOB.person), preview_closing(memory.services, ALICE.person)

    assert [header.row.partition for header in bob.ends] == [own.partition]
    assert (len(bob.seats), bob.stays, bob.goes) == (1, (), ())
    assert (alice.ends, alice.seats, len(alice.stays)) == ((), (), 1)
    assert preview_closing(memory.services, MALLORY.person).is_empty
    assert memory.rows() == before


def test_the_receipt_says_what_is_cancelled_where_and_under_which_number(memory: World, own: Subscription) -> None:
    receipt = close_account(memory.services, BOB.person)

    assert receipt is not None
    [ended] = receipt.ended
    assert (ended.subscription, ended.plan, ended.ending) == (own.partition, "team", "asked")
    assert ended.portal_url == "https://customer-portal.paddle.com"
    assert (receipt.stayed, receipt.seats) == (0, 1)
    [request] = [row for row in memory.rows()["requests"] if row["PartitionKey"] == receipt.number]
    assert (request["kind"], request["outcome"], request["answered_on"]) == ("erasure", "done", "2026-03-02")


def test_the_receipt_says_so_where_it_could_not_be_cancelled_yet(memory: World, own: Subscription) -> None:
    PADDLE.fail("/subscriptions", times=100, status=503, body=b"{}")

    receipt = close_account(memory.services, BOB.person)

    assert receipt is not None
    assert [ended.ending for ended in receipt.ended] == ["cancel"]
    assert own
    PADDLE.faults.clear()
    memory.purge()
    [header] = [row for row in memory.rows()["subscriptions"] if row.get("ending")]
    assert header["ending"] == "asked"


def test_an_error_of_a_marketplace_takes_nothing_from_the_receipt(memory: World, own: Subscription) -> None:
    PADDLE.fail("/subscriptions", times=1, status=400, body=b'{"error": {"code": "entity_archived"}}')

    receipt = close_account(memory.services, BOB.person)

    assert receipt is not None
    assert [ended.ending for ended in receipt.ended] == ["cancel"]
    assert own


def test_where_only_the_buyer_can_cancel_the_receipt_says_where(memory: World, own: Subscription) -> None:
    class Reseller:
        portal_url = "https://admin.microsoft.com"

        def cancel(self, _: str) -> None:
            raise CancelElsewhere

    memory.services = replace(memory.services, marketplaces={"paddle": Reseller()})  # type: ignore[dict-item]

    receipt = close_account(memory.services, BOB.person)

    assert receipt is not None
    [ended] = receipt.ended
    assert (ended.subscription, ended.ending, ended.portal_url) == (own.partition, "elsewhere", Reseller.portal_url)


def test_an_assignee_who_never_bought_anything_is_forgotten_and_the_seat_is_free(
    memory: World, organisation: Subscription
) -> None:
    receipt = close_account(memory.services, BOB.person)

    assert receipt is not None
    assert (receipt.ended, receipt.seats) == ((), 1)
    assert [row["PartitionKey"] for row in memory.rows()["requests"]] == [receipt.number]
    assert held_about(memory.services, BOB.person) == []
    header = memory.services.tables.read(keys.subscription(organisation.partition))
    assert header is not None
    assert header.record.seats_used == 0
    assert assign_seat(memory.services, organisation.partition, BOB)


def test_of_whom_nothing_is_held_nothing_is_stored(memory: World, organisation: Subscription) -> None:
    assert organisation
    before = memory.rows()

    assert close_account(memory.services, MALLORY.person) is None

    assert memory.rows() == before


def test_a_buyer_who_leaves_takes_nothing_from_the_organisation(memory: World, organisation: Subscription) -> None:
    receipt = close_account(memory.services, ALICE.person)

    assert receipt is not None
    assert (receipt.ended, receipt.stayed) == ((), 1)
    assert memory.code(BOB) == "LICENSED"
    header = memory.services.tables.read(keys.subscription(organisation.partition))
    assert header is not None
    assert (header.record.account, header.record.owner_kind, header.record.ending) == ("", "organisation", "")


def test_an_account_that_ends_by_itself_costs_nobody_their_seat(memory: World, organisation: Subscription) -> None:
    account = open_account(memory.services, BOB.person, BOB.name, BOB.addresses)
    memory.clock.advance(days=8)

    look_at_account(memory.services, account)

    assert memory.services.tables.read(keys.account(account)) is None
    assert memory.code(BOB) == "LICENSED"
    assert organisation


def test_a_payment_that_comes_late_brings_nobody_back(memory: World, own: Subscription) -> None:
    close_account(memory.services, BOB.person)
    for payload in own.renewed():
        event = receive(memory, payload)
        assert event is not None
        record_event(memory.services, event)

    rows = memory.rows()
    assert own.partition not in {row["subscription"] for row in rows["transactions"]}
    assert stored(rows, "subscriptions", "contact") == []
    assert held_about(memory.services, BOB.person) == []


def test_closing_twice_gives_the_second_nothing(memory: World, own: Subscription) -> None:
    assert own
    assert close_account(memory.services, BOB.person)
    before = memory.rows()

    assert close_account(memory.services, BOB.person) is None

    assert memory.rows() == before


@pytest.mark.parametrize("has_account", [True, False])
def test_a_closing_that_dies_anywhere_ends_the_same_when_asked_again(
    memory: World, organisation: Subscription, *, has_account: bool
) -> None:
    if has_account:
        deliver(memory, *Subscription(memory.checkout(BOB, "person"), quantity=1).bought())
        visitor(memory, BOB)
    begun, moment = dict(memory.memory.kept), memory.clock.now  # type: ignore[attr-defined]
    counting = FaultyTables(memory.services.tables)
    close_account(over(memory.services, counting), BOB.person)
    assert organisation
    for fault in range(0, 2 * counting.calls, 3):
        memory.memory.kept, memory.clock.now = dict(begun), moment  # type: ignore[attr-defined]
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        try:
            close_account(over(memory.services, faulty), BOB.person)
        except StorageUnavailable:
            close_account(memory.services, BOB.person)
        assert held_about(memory.services, BOB.person) == [], fault
        assert memory.code(BOB) == "NO_LICENSE", fault
        assert broken(memory) == [], fault
        memory.clock.now += timedelta(days=8)
        while memory.purge().looked:
            pass
        assert BOB.name not in str(memory.rows()), fault
        assert not any(hashed in str(memory.rows()) for hashed in memory.services.identities.of_person(BOB.person))
        assert broken(memory) == [], fault


def test_a_closing_that_dies_and_is_never_asked_again_is_finished_by_the_purge(
    memory: World, own: Subscription
) -> None:
    begun, moment = dict(memory.memory.kept), memory.clock.now  # type: ignore[attr-defined]
    counting = FaultyTables(memory.services.tables)
    close_account(over(memory.services, counting), BOB.person)
    for fault in range(0, 2 * counting.calls, 3):
        memory.memory.kept, memory.clock.now = dict(begun), moment  # type: ignore[attr-defined]
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        with suppress(StorageUnavailable):
            close_account(over(memory.services, faulty), BOB.person)
        account = [row for row in memory.rows()["accounts"] if row.get("name") == BOB.name]
        was_begun = not account or account[0]["closed"]
        memory.clock.now += timedelta(days=8)
        while memory.purge().looked:
            pass
        assert (held_about(memory.services, BOB.person) == []) == was_begun, fault
        answered = [row["outcome"] for row in memory.rows()["requests"] if row["kind"] == "erasure"]
        assert ("done" in answered) == was_begun, fault
    assert own
