"""What every marketplace must do alike, whatever its protocol: the toy, which is in no product, included."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.domain.errors import EventMalformed, NotFound, SignatureInvalid, Unavailable
from shared.domain.people import Person
from shared.domain.purchases import Event, PaymentsRead, Snapshot
from shared.domain.records import Subscription
from shared.operations.read_back import read_back
from shared.operations.receive_message import receive_message
from shared.operations.reconcile import reconcile
from shared.ports import Contact, Hint, Marketplace, Proof
from shared.storage import keys
from tests.functions.serving import assert_problem, serving
from tests.histories.memory import MemoryTables
from tests.marketplaces.suite.vendors import Message, Vendor, market_of
from tests.marketplaces.toy.services import MARKETPLACES
from tests.runtime.asking import ask
from tests.world import MALLORY

SECOND = timedelta(seconds=1)


def deliver(vendor: Vendor, message: Message) -> None:
    receive_message(vendor.services, vendor.name, message.headers, message.body)


def known(vendor: Vendor, subscription: str) -> Subscription | None:
    found = vendor.services.tables.read(keys.subscription(subscription))
    return found.record if found else None


def seats(vendor: Vendor, subscription: str) -> int:
    found = known(vendor, subscription)
    assert found is not None
    return found.quantity


def rows(vendor: Vendor) -> dict[Any, Any]:
    """What is stored, less what counts attempts."""
    assert isinstance(vendor.services.tables, MemoryTables)
    return {place: kept.entity for place, kept in vendor.services.tables.kept.items()}


def told(vendor: Vendor, subscription: str) -> Snapshot:
    """What the marketplace says of it when asked."""
    [snapshot] = [event.told for event in market_of(vendor).read_back(subscription) if isinstance(event.told, Snapshot)]
    return snapshot


def test_a_message_is_taken_and_its_purchase_is_unclaimed(vendor: Vendor) -> None:
    bought = vendor.buy(3)

    deliver(vendor, vendor.message(bought))

    header = known(vendor, bought)
    assert header is not None
    assert (header.plan, header.quantity, header.account, header.owner_kind) == ("team", 3, "", "")
    assert header.status in {"active", "subscribed"}


def test_a_message_has_a_route_of_the_marketplaces_name(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    message = vendor.message(bought)
    (forged, *_) = vendor.forged(bought).values()

    with serving(lambda: vendor.services, MARKETPLACES) as base:
        path = f"/api/webhooks/{vendor.name}"
        refused, taken = [ask(base, "POST", path, [*sent.headers.items()], sent.body) for sent in (forged, message)]

    assert_problem(refused, 401, "SIGNATURE_INVALID")
    assert (taken.status, taken.body) == (200, b"")
    assert seats(vendor, bought) == 3


def test_a_message_says_what_it_says_or_where_to_look(vendor: Vendor) -> None:
    bought, market = vendor.buy(3), market_of(vendor)
    message = vendor.message(bought)

    received = market.receive(message.headers, message.body, vendor.clock.now)

    assert isinstance(received, Event | Hint)
    assert received.subscription == bought
    if isinstance(received, Hint):
        events = market.follow(received)
        assert events[0].id == received.event
        assert {event.subscription for event in events} == {bought}
    else:
        assert received.id


def test_what_is_forged_is_refused_and_leaves_nothing(vendor: Vendor) -> None:
    bought = vendor.buy(3)

    for name, message in vendor.forged(bought).items():
        with pytest.raises(SignatureInvalid):
            deliver(vendor, message)
        assert rows(vendor) == {}, name


def test_a_signature_is_good_about_its_time_and_stale_after_it(vendor: Vendor) -> None:
    bought, now = vendor.buy(3), vendor.clock.now

    for moment in (now - vendor.late - SECOND, now + vendor.early + SECOND):
        with pytest.raises(SignatureInvalid):
            deliver(vendor, vendor.message(bought, at=moment))
        assert known(vendor, bought) is None
    for moment in (now - vendor.late, now + vendor.early):
        deliver(vendor, vendor.message(bought, at=moment))
    assert seats(vendor, bought) == 3


def test_what_is_replayed_changes_nothing(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    first = vendor.message(bought)
    deliver(vendor, first)
    vendor.resize(bought, 5)
    deliver(vendor, vendor.message(bought))
    before = known(vendor, bought)

    deliver(vendor, first)

    after = known(vendor, bought)
    assert before is not None
    assert after is not None
    # A marketplace without an order is asked again, and its answer is counted.
    assert after.model_copy(update={"version": before.version, "operation": before.operation}) == before
    assert after.quantity == 5


def test_the_same_message_twice_leaves_one_receipt(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    message = vendor.message(bought)

    deliver(vendor, message)
    deliver(vendor, message)

    assert len([key for _, _, key in rows(vendor) if key.startswith("receipt.")]) == 1


def test_an_unknown_kind_is_no_error_and_changes_nothing_else(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    deliver(vendor, vendor.message(bought))
    before = known(vendor, bought)

    deliver(vendor, vendor.message(bought, kind="teleported"))

    after = known(vendor, bought)
    assert before is not None
    assert after is not None
    assert (after.status, after.plan, after.quantity) == (before.status, before.plan, before.quantity)


def test_while_a_credential_is_rotated_the_former_is_good_too(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    former = vendor.message(bought)
    vendor.rotate()
    vendor.resize(bought, 4)

    deliver(vendor, vendor.message(bought))
    deliver(vendor, former)

    assert seats(vendor, bought) == 4


def test_a_credential_that_was_retired_is_good_no_more(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    former = vendor.message(bought)
    deliver(vendor, former)
    vendor.rotate()
    vendor.retire()

    deliver(vendor, vendor.message(bought))

    with pytest.raises(SignatureInvalid):
        deliver(vendor, former)


@pytest.mark.parametrize("body", [b"", b"?", b"[]", b"null", b'"text"', b"[" * 100_000, b"\xff", b"{}"])
def test_a_signed_body_that_is_no_message_is_refused_or_nothing(vendor: Vendor, body: bytes) -> None:
    message = vendor.sign(body)

    try:
        received = market_of(vendor).receive(message.headers, message.body, vendor.clock.now)
    except EventMalformed:
        return
    # Microsoft adds members and leaves others out; a message about no subscription leads nowhere.
    assert received is None


def test_it_ends_when_the_marketplace_says_so(vendor: Vendor) -> None:
    bought = vendor.buy(3)
    deliver(vendor, vendor.message(bought))
    vendor.end(bought)

    deliver(vendor, vendor.message(bought))

    header = known(vendor, bought)
    assert header is not None
    assert header.status == "ended"


def test_reading_back_tells_what_is_and_of_nothing_nothing(vendor: Vendor) -> None:
    bought, market = vendor.buy(3), market_of(vendor)
    vendor.resize(bought, 7)

    events = market.read_back(bought)

    assert told(vendor, bought).quantity == 7
    assert {event.subscription for event in events} == {bought}
    # What was asked for leaves no receipt.
    assert {event.id for event in events} == {""}
    assert [
        event for event in market.read_back(f"{vendor.name}.none") if not isinstance(event.told, PaymentsRead)
    ] == []


def test_an_answer_that_was_read_back_is_taken_in(vendor: Vendor) -> None:
    bought = vendor.buy(3)

    read_back(vendor.services, bought)
    vendor.resize(bought, 2)
    read_back(vendor.services, bought)

    assert seats(vendor, bought) == 2


def test_every_subscription_is_listed_once_without_a_receipt(vendor: Vendor) -> None:
    bought = [vendor.buy(number) for number in (1, 2, 3)]

    listed = market_of(vendor).subscriptions()

    assert isinstance(listed, Iterator)
    found = [*listed]
    assert sorted(event.subscription for event in found) == sorted(bought)
    assert {event.id for event in found} == {""}
    assert sorted(event.told.quantity for event in found if isinstance(event.told, Snapshot)) == [1, 2, 3]


def test_what_was_sent_is_listed_from_a_moment_on_or_not_at_all(vendor: Vendor) -> None:
    vendor.buy(3)

    assert {event.id for event in market_of(vendor).events_since(vendor.clock.now + timedelta(days=1))} == set()
    assert isinstance(market_of(vendor).events_since(vendor.clock.now - timedelta(days=1)), Iterator)


def test_what_no_message_told_of_is_found_by_reconciliation(vendor: Vendor) -> None:
    bought, other = vendor.buy(3), vendor.buy(1)
    deliver(vendor, vendor.message(bought))
    vendor.resize(bought, 9)
    errors: list[BaseException] = []

    reconcile(vendor.services, errors.append)

    assert errors == []
    assert (seats(vendor, bought), seats(vendor, other)) == (9, 1)


def test_a_cancellation_is_asked_for_once_however_often(vendor: Vendor) -> None:
    bought, market = vendor.buy(3), market_of(vendor)

    market.cancel(bought)
    vendor.settle()
    market.cancel(bought)

    after = told(vendor, bought)
    assert after.status == "ended" or after.scheduled_action == "cancel"
    market.cancel(f"{vendor.name}.none")


def test_a_contact_is_told_when_asked_for_and_of_nothing_is_none(vendor: Vendor) -> None:
    bought, market = vendor.buy(3), market_of(vendor)
    transaction = vendor.bill(bought, "Contoso GmbH", "billing@contoso.example")

    contact = market.contact(bought, transaction)

    assert isinstance(contact, Contact)
    assert contact.email == "billing@contoso.example"
    assert contact.name in {"Contoso GmbH", ""}
    assert market.contact(f"{vendor.name}.none", "") is None


def test_a_purchase_is_proved_by_its_buyer_and_by_nobody_else(vendor: Vendor) -> None:
    bought, other, market = vendor.buy(3), vendor.buy(3), market_of(vendor)
    proof, buyer = vendor.proof(bought)
    wrong = Proof(proof.transaction, f"{proof.fact}?")

    assert market.proves(bought, proof, buyer, is_administrator=False)
    assert not market.proves(bought, wrong, MALLORY.person, is_administrator=True)
    assert not market.proves(f"{vendor.name}.none", proof, buyer, is_administrator=True)
    assert vendor.name == "microsoft" or not market.proves(other, proof, buyer, is_administrator=False)


@pytest.mark.parametrize("person", [MALLORY.person, Person("", "")], ids=["Mallory", "nobody"])
def test_who_knows_nothing_proves_nothing(vendor: Vendor, person: Person) -> None:
    bought = vendor.buy(3)

    assert not market_of(vendor).proves(bought, Proof(), person, is_administrator=True)


def test_a_marketplace_that_makes_no_sense_is_asked_again_later(vendor: Vendor) -> None:
    bought, market = vendor.buy(3), market_of(vendor)
    vendor.fall_silent()

    with pytest.raises(Unavailable):
        market.read_back(bought)
    with pytest.raises(Unavailable):
        [*market.subscriptions()]
    assert rows(vendor) == {}


def test_its_messages_are_answered_before_it_gives_up(vendor: Vendor) -> None:
    assert 0 < market_of(vendor).answered_within < vendor.patience


def test_its_links_are_https_and_its_name_is_its_own(vendor: Vendor) -> None:
    market: Marketplace = market_of(vendor)

    for link in (market.portal_url, market.privacy_policy_url):
        assert urlsplit(link).scheme == "https"
        assert urlsplit(link).hostname
    assert market.name == vendor.name
    assert vendor.services.marketplace_of(f"{vendor.name}.anything") is market
    with pytest.raises(NotFound):
        vendor.services.marketplace_of(f"{vendor.name}x.anything")
