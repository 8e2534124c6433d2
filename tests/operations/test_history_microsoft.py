"""What was done to a purchase at Microsoft is kept by number and day: by the due job, of claimed purchases only."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from dev.entra import Entra
from dev.wire import Clock
from shared.operations.claim_by_proof import Claimant, claim_by_proof
from shared.operations.copy_data import copy_data
from shared.operations.erase_account import erase_account
from shared.operations.erase_subscription import erase_subscription
from shared.operations.reconcile import reconcile
from shared.ports import Proof
from shared.storage import keys
from tests.histories.stored import broken
from tests.microsoft import Store, name, selling
from tests.world import ALICE, NOON, WorldMaker

MADE_UP = "0e000000-0000-4000-8000-00000000000f"


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


def history(store: Store, id_: str) -> dict[str, date | None]:
    found = store.world.tables.find(keys.transactions(name(id_)))
    return {stored.row.key.removeprefix("transaction."): stored.record.billed_on for stored in found}


def an_hour_later(store: Store) -> None:
    store.advance(hours=1, minutes=1)
    store.world.purge()


def changed(store: Store, id_: str, quantity: int) -> str:
    """The number of a change of seats."""
    told: dict[str, Any] = store.market.play.change_quantity(id_, quantity)
    return str(told["operation"])


def test_operations_are_kept_with_their_day_once_the_job_has_asked(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    an_hour_later(store)

    number = changed(store, id_, 5)
    assert store.header(id_).contact_due
    assert history(store, id_) == {}
    an_hour_later(store)

    assert history(store, id_) == {number: NOON.date()}
    assert not store.header(id_).contact_due
    assert broken(store.world) == []


def test_of_several_in_an_hour_none_is_lost(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    numbers = []
    for quantity in (3, 4, 5):
        numbers.append(changed(store, id_, quantity))
        store.advance(seconds=11)

    an_hour_later(store)

    assert history(store, id_).keys() == set(numbers)
    again = changed(store, id_, 6)
    an_hour_later(store)
    assert history(store, id_).keys() == {*numbers, again}


def test_one_that_no_webhook_told_of_is_kept_if_it_is_found_under_way(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    an_hour_later(store)
    store.market.outbox.url = None
    number = changed(store, id_, 5)
    store.bought(id_).quantity = 3
    store.world.clock.advance(days=1)

    reconcile(store.services, lambda _: None)
    assert history(store, id_) == {}
    store.world.clock.advance(hours=1, minutes=1)
    store.world.purge()

    assert history(store, id_).keys() == {number}


def test_one_that_is_done_when_its_webhook_comes_is_kept_too(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    an_hour_later(store)
    store.market.outbox.url = None
    number = changed(store, id_, 5)
    store.advance(seconds=11)

    store.tell(store.token(), {"id": number, "subscriptionId": id_, "action": "ChangeQuantity"})
    assert store.header(id_).pending_operation == ""
    an_hour_later(store)

    assert history(store, id_).keys() == {number}


def test_their_numbers_are_in_the_copy_of_what_is_held(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    number = changed(store, id_, 5)
    an_hour_later(store)

    copied = str(copy_data(store.services, ALICE.person))

    assert f"/{name(id_)}/transaction.{number}" in copied


def test_of_an_unclaimed_purchase_none_are_asked_for_until_it_is_claimed(store: Store) -> None:
    id_ = store.automatic(quantity=2)
    number = changed(store, id_, 5)
    an_hour_later(store)
    assert (history(store, id_), store.header(id_).contact_due) == ({}, False)

    alice = Claimant(store.session(ALICE).account, ALICE.person, is_administrator=True)
    claim_by_proof(store.services, alice, name(id_), Proof(), "organisation")
    assert history(store, id_) == {}
    an_hour_later(store)

    assert history(store, id_).keys() == {number}


@pytest.mark.parametrize("action", ["ChangeQuantity", "ChangePlan", "Reinstate", "Renew", "Suspend", "Made-Up"])
def test_what_only_a_webhook_names_is_not_kept(store: Store, action: str) -> None:
    id_ = store.subscribed()

    told = {"id": MADE_UP, "subscriptionId": id_, "action": action, "timeStamp": "2026-03-02T12:00:00Z"}
    assert store.tell(store.token(), told).status == 200
    an_hour_later(store)

    assert history(store, id_) == {}
    assert not store.header(id_).contact_due


def test_the_operation_of_another_subscription_is_not_kept(store: Store) -> None:
    id_, other = store.subscribed(quantity=2), store.subscribed(quantity=2)
    number = changed(store, other, 5)
    asked = store.market.world.operations[number]

    store.tell(store.token(), {"id": number, "subscriptionId": id_, "action": "ChangeQuantity"})
    an_hour_later(store)

    assert asked.subscription == other
    assert history(store, id_) == {}


def test_once_the_account_is_closed_none_are_kept_any_more(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    changed(store, id_, 5)
    erase_account(store.services, store.header(id_).account)

    an_hour_later(store)

    assert history(store, id_) == {}


def test_they_go_with_the_subscription(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    changed(store, id_, 5)
    an_hour_later(store)
    stored = store.world.tables.read(keys.subscription(name(id_)))
    assert stored is not None

    erase_subscription(store.services, stored)

    assert history(store, id_) == {}
    assert broken(store.world) == []
