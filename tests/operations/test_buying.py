"""Buying at Paddle: what is bought is fixed by the server, and nothing is granted but by what Paddle answers."""

from typing import Any

import pytest

from shared.domain.errors import NotForSale, NotFound
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.records import OwnerKind
from shared.operations.buy import activate_now, start_purchase
from shared.operations.open_account import open_account
from shared.ports import Change
from shared.storage import keys
from tests.paddle import Subscription
from tests.world import ALICE, LARGE_PRICE, PRICE, World


@pytest.fixture
def account(world: World) -> str:
    return open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)


def paid_for(world: World, reference: str, transaction: str, quantity: int) -> Subscription:
    """What Paddle makes of a checkout once it is paid."""
    sold = Subscription(reference, quantity=quantity)
    sold.bought()
    world.paddle.entities["transactions"][transaction].update(subscription_id=sold.id)
    return sold


def header(world: World, sold: Subscription) -> Any:  # noqa: ANN401 - a header, or None
    stored = world.tables.read(keys.subscription(sold.partition))
    return stored.record if stored else None


@pytest.mark.parametrize(
    ("plan", "price", "seats", "kind"),
    [("team", PRICE, 1, "person"), ("team", PRICE, 1, "organisation"), ("business", LARGE_PRICE, 9, "organisation")],
)
def test_price_seats_and_reference_are_the_servers(
    world: World, account: str, plan: str, price: str, seats: int, kind: OwnerKind
) -> None:
    checkout = start_purchase(world.services, account, "paddle", plan, seats, kind)

    [call] = world.paddle.asked(method="POST")
    assert call.body == {
        "items": [{"price_id": price, "quantity": seats}],
        "custom_data": {"ref": checkout.reference},
    }
    stored = world.tables.read(keys.reference(checkout.reference))
    assert stored is not None
    assert (stored.record.account, stored.record.owner_kind, stored.record.subscription) == (account, kind, "")


@pytest.mark.parametrize(
    ("plan", "seats", "kind"),
    [
        ("team", 2, "person"),
        ("team", 0, "organisation"),
        ("team", -1, "organisation"),
        ("team", 10_001, "organisation"),
        ("gold", 1, "person"),
        ("", 1, "person"),
    ],
)
def test_what_is_not_sold_is_not_begun(world: World, account: str, plan: str, seats: int, kind: OwnerKind) -> None:
    with pytest.raises(NotForSale):
        start_purchase(world.services, account, "paddle", plan, seats, kind)

    assert world.paddle.calls == []
    assert world.rows()["references"] == []


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_a_personal_account_buys_one_seat_for_itself_and_no_more(world: World, kind: OwnerKind) -> None:
    at_home = open_account(world.services, Person(PERSONAL_TENANT, ALICE.person.object_id), "Alice", ())

    with pytest.raises(NotForSale):
        start_purchase(world.services, at_home, "paddle", "team", 2, kind)
    assert world.paddle.calls == []

    assert start_purchase(world.services, at_home, "paddle", "team", 1, kind).transaction
    assert [reference["owner_kind"] for reference in world.rows()["references"]] == ["person"]


def test_who_has_no_account_and_what_is_no_marketplace_of_ours_buys_nothing(world: World, account: str) -> None:
    for buyer, marketplace in (("nobody", "paddle"), (account, "microsoft"), (account, "stripe")):
        with pytest.raises(NotFound):
            start_purchase(world.services, buyer, marketplace, "team", 1, "person")
    assert world.paddle.calls == []


def test_a_closed_account_buys_nothing(world: World, account: str) -> None:
    stored = world.tables.read(keys.account(account))
    assert stored is not None
    world.tables.write(Change(stored, stored.record.model_copy(update={"closed": True})))

    with pytest.raises(NotFound):
        start_purchase(world.services, account, "paddle", "team", 1, "person")


def test_a_paid_purchase_is_activated_by_what_paddle_answers(world: World, account: str) -> None:
    checkout = start_purchase(world.services, account, "paddle", "team", 1, "person")
    sold = paid_for(world, checkout.reference, checkout.transaction, 1)

    assert activate_now(world.services, "paddle", checkout.transaction)

    assert (header(world, sold).account, header(world, sold).paid_through) == (account, sold.period_end)
    assert world.code(ALICE) == "LICENSED"


def test_the_page_after_paying_grants_nothing_by_itself(world: World, account: str) -> None:
    checkout = start_purchase(world.services, account, "paddle", "team", 1, "person")

    assert not activate_now(world.services, "paddle", checkout.transaction)

    assert world.code(ALICE) == "NO_LICENSE"
    assert world.rows()["subscriptions"] == []


@pytest.mark.parametrize("transaction", ["", "txn_unknown", "txn/../1", "<script>"])
def test_a_transaction_that_is_made_up_activates_nothing(world: World, transaction: str) -> None:
    assert not activate_now(world.services, "paddle", transaction)
    assert world.rows()["subscriptions"] == []


def test_somebody_elses_transaction_gives_whoever_shows_it_nothing(world: World, account: str) -> None:
    other = Subscription(world.checkout())
    *_, paid = other.bought()

    assert activate_now(world.services, "paddle", paid["data"]["id"])

    assert header(world, other).owner_kind == "organisation"
    assert header(world, other).account == account


def test_a_reference_binds_to_the_first_subscription_that_bears_it(world: World, account: str) -> None:
    checkout = start_purchase(world.services, account, "paddle", "team", 1, "person")
    first = paid_for(world, checkout.reference, checkout.transaction, 1)
    activate_now(world.services, "paddle", checkout.transaction)
    second = paid_for(world, checkout.reference, checkout.transaction, 50)

    activate_now(world.services, "paddle", checkout.transaction)

    assert header(world, first).account == account
    assert (header(world, second).account, header(world, second).owner_kind) == ("", "")


def test_a_marketplace_without_a_checkout_of_ours_activates_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        activate_now(world.services, "microsoft", "txn_1")
