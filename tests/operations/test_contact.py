"""Whom a purchase is billed to: fetched by the due job, for a claimed purchase with an open account, and only then."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import Unavailable
from shared.domain.records import BillingContact
from shared.operations.erase_account import erase_account
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.reconcile import reconcile
from shared.storage import keys
from tests.histories.stored import broken
from tests.paddle import Subscription, deliver
from tests.world import World

CONTACT = {"customer": {"name": "Alice", "email": "billing@contoso.example"}, "business": {"name": "Contoso"}}


def contact(world: World, sold: Subscription) -> BillingContact | None:
    stored = world.tables.read(keys.contact(sold.partition))
    return stored.record if stored else None


def header(world: World, sold: Subscription) -> Any:  # noqa: ANN401 - it is there
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    return stored.record


def purchase(world: World, kind: str = "organisation", *, claimed: bool = True) -> Subscription:
    """A purchase of three events, with a billing contact at Paddle."""
    sold = Subscription(world.checkout(kind=kind) if claimed else None, quantity=1)
    *_, paid = sold.bought()
    world.paddle.contacts[paid["data"]["id"]] = CONTACT
    return sold


def deliver_all(world: World, sold: Subscription) -> None:
    told = [
        event for event in world.paddle.events if sold.id in {event["data"]["id"], event["data"].get("subscription_id")}
    ]
    deliver(world, *told)


def an_hour_later(world: World) -> None:
    world.clock.advance(hours=1, minutes=1)
    world.purge()


def test_it_is_fetched_when_it_is_due_and_never_before(world: World) -> None:
    sold = purchase(world)
    deliver_all(world, sold)
    assert header(world, sold).contact_due
    assert world.paddle.calls == []

    an_hour_later(world)

    held = contact(world, sold)
    assert held is not None
    assert (held.account, held.name, held.email) == (header(world, sold).account, "Contoso", "billing@contoso.example")
    assert not header(world, sold).contact_due
    assert [call.query for call in world.paddle.asked("/transactions/")] == [{"include": "customer,business"}]
    assert broken(world) == []


def test_each_payment_has_it_fetched_again_so_that_it_stays_right(world: World) -> None:
    sold = purchase(world)
    deliver_all(world, sold)
    an_hour_later(world)
    *_, paid = sold.renewed()
    world.paddle.contacts[paid["data"]["id"]] = {"customer": {"name": "Bob", "email": "new@contoso.example"}}
    world.clock.now = sold.now
    deliver(world, paid)

    an_hour_later(world)

    held = contact(world, sold)
    assert held is not None
    assert (held.name, held.email) == ("Bob", "new@contoso.example")


def test_what_is_no_payment_does_not_have_it_fetched(world: World) -> None:
    sold = purchase(world)
    deliver_all(world, sold)
    an_hour_later(world)
    deliver(world, *sold.resized(2))

    assert not header(world, sold).contact_due


def test_of_an_unclaimed_purchase_nobodys_is_fetched(world: World) -> None:
    sold = purchase(world, claimed=False)
    deliver_all(world, sold)
    assert not header(world, sold).contact_due

    an_hour_later(world)
    world.clock.advance(days=31)
    world.purge()

    assert contact(world, sold) is None
    assert not [call for call in world.paddle.calls if "include" in call.query]


def test_reconciliation_fetches_none(world: World) -> None:
    sold = purchase(world)

    reconcile(world.services, lambda _: None)

    assert header(world, sold).contact_due
    assert contact(world, sold) is None
    assert not [call for call in world.paddle.calls if "include" in call.query]


@pytest.mark.parametrize("answered", [{"customer": None}, {"customer": {"email": "a@b.example"}, "business": None}])
def test_there_may_be_less_of_it(world: World, answered: dict[str, Any]) -> None:
    sold = purchase(world)
    world.paddle.contacts = dict.fromkeys(world.paddle.contacts, answered)
    deliver_all(world, sold)

    an_hour_later(world)

    held = contact(world, sold)
    assert (held.name if held else None) == ("" if answered["customer"] else None)
    assert not header(world, sold).contact_due


def test_a_trial_has_none_until_it_is_paid(world: World) -> None:
    sold = Subscription(world.checkout(), status="trialing")
    deliver(world, sold.tell("created"))
    an_hour_later(world)
    assert not header(world, sold).contact_due

    sold.status = "active"
    paid = sold.paid()
    world.paddle.contacts[paid["data"]["id"]] = CONTACT
    deliver(world, paid)
    an_hour_later(world)

    assert contact(world, sold) is not None


@pytest.mark.parametrize("kind", ["organisation", "person"])
def test_it_goes_with_the_account(world: World, kind: str) -> None:
    sold = purchase(world, kind)
    deliver_all(world, sold)
    an_hour_later(world)
    assert contact(world, sold) is not None

    erase_account(world.services, header(world, sold).account)

    assert contact(world, sold) is None
    assert broken(world) == []
    world.clock.advance(days=31)
    world.purge()
    assert contact(world, sold) is None


@pytest.mark.parametrize("kind", ["organisation", "person"])
def test_an_account_that_closes_while_it_is_fetched_keeps_none(world: World, kind: str) -> None:
    sold = purchase(world, kind)
    deliver_all(world, sold)
    account = header(world, sold).account
    world.clock.advance(hours=2)

    class Closing:
        """Paddle, which answers just after the account closed."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.services.marketplaces["paddle"], name)

        def contact(self, subscription: str, transaction: str) -> object:
            answer = world.services.marketplaces["paddle"].contact(subscription, transaction)
            erase_account(world.services, account)
            return answer

    outside = replace(world.services, marketplaces={"paddle": Closing()})  # type: ignore[dict-item]
    look_at_subscription(outside, sold.partition)

    assert contact(world, sold) is None
    assert broken(world) == []


def test_while_paddle_does_not_answer_it_stays_due(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.sleep", lambda _: None)
    sold = purchase(world)
    deliver_all(world, sold)
    world.clock.advance(hours=2)
    world.paddle.fail("/transactions", times=3, status=503)

    with pytest.raises(Unavailable):
        look_at_subscription(world.services, sold.partition)
    assert header(world, sold).contact_due
    look_at_subscription(world.services, sold.partition)

    assert contact(world, sold) is not None


def test_transaction_numbers_are_kept_with_the_day_they_were_billed_on(world: World) -> None:
    sold = purchase(world)
    deliver_all(world, sold)
    *_, paid = sold.renewed()
    world.clock.now = sold.now + timedelta(minutes=1)
    deliver(world, paid)

    found = [stored.record.billed_on for stored in world.tables.find(keys.transactions(sold.partition))]

    assert [f"{day}" for day in found] == ["2026-03-02", "2026-04-01"]
