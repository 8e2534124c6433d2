"""What closing an account takes with it, and what stays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from shared.domain.errors import BeingErased
from shared.domain.records import Ownership
from shared.operations.assign_seat import assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.open_account import open_account
from shared.ports import Change, Insert, StorageUnavailable
from shared.storage import keys
from tests.histories.around import AroundTables, over
from tests.histories.stored import broken, stored
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, World, colleague

T = TypeVar("T")


def account_of_alice(world: World) -> str:
    return open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)


def test_what_was_bought_for_oneself_goes_at_once_and_altogether(world: World) -> None:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    deliver(world, *bought.bought())
    assert world.code(ALICE) == "LICENSED"

    assert erase_account(world.services, account_of_alice(world)) > 0

    assert world.code(ALICE) == "NO_LICENSE"
    rows = world.rows()
    assert {name for name, found in rows.items() if found} == {"due", "ledger", "subscriptions"}
    assert {row["RowKey"].partition(".")[0] for row in rows["subscriptions"]} == {"subscription", "receipt"}
    assert broken(world) == []


def test_an_organisations_subscription_stays_with_it_without_the_buyer(world: World) -> None:
    bought = Subscription(world.checkout())
    deliver(world, *bought.bought())
    assign_seat(world.services, bought.partition, BOB)
    account = account_of_alice(world)

    erase_account(world.services, account)

    (header,) = stored(world.rows(), "subscriptions", "subscription")
    assert (header["account"], header["owner_kind"], header["tenant"]) == ("", "organisation", ALICE.person.tenant)
    assert not any(account in str(row) for name, rows in world.rows().items() if name != "due" for row in rows)
    assert world.code(BOB) == "LICENSED"
    assign_seat(world.services, bought.partition, colleague(1))
    assert broken(world) == []


def test_what_goes_on_at_the_marketplace_is_unclaimed(world: World) -> None:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    deliver(world, *bought.bought())
    erase_account(world.services, account_of_alice(world))

    deliver(world, *bought.renewed())

    (header,) = stored(world.rows(), "subscriptions", "subscription")
    assert (header["owner_kind"], header["account"]) == ("", "")
    assert world.rows()["accounts"] == world.rows()["people"] == []
    assert broken(world) == []


def test_closing_twice_is_closing_once(world: World) -> None:
    account = account_of_alice(world)
    assert erase_account(world.services, account) > 0
    assert erase_account(world.services, account) == 0


def test_nobody_is_let_into_an_account_that_is_closing(world: World) -> None:
    account = account_of_alice(world)
    found = world.services.tables.read(keys.account(account))
    assert found is not None
    world.services.tables.write(Change(found, found.record.model_copy(update={"closed": True})))

    with pytest.raises(BeingErased):
        account_of_alice(world)


def test_a_claim_that_came_to_nothing_does_not_keep_an_account(world: World) -> None:
    deliver(world, *(others := Subscription(world.checkout(BOB))).bought())
    account = account_of_alice(world)
    row = keys.ownership(account, others.partition)
    world.services.tables.write(Insert(row, Ownership(subscription=others.partition)))
    found = world.services.tables.read(keys.account(account))
    assert found is not None
    world.services.tables.write(Change(found, found.record.model_copy(update={"led_to_something": True})))

    for _ in range(13):
        world.clock.advance(days=30)
        world.purge()

    assert account not in {row["PartitionKey"] for row in world.rows()["accounts"]}
    assert broken(world) == []


@dataclass
class PurgingTables(AroundTables):
    """A purge runs once the closing was noted, and storage fails once the account is marked closed."""

    world: World
    account: str
    purged: bool = False

    def call(self, act: Callable[[], T]) -> T:
        found = self.tables.read(keys.account(self.account))
        if found is not None and found.record.closed:
            raise StorageUnavailable
        if not self.purged and any(row["target"] == self.account for row in self.world.rows()["due"][1:]):
            self.purged = True
            self.world.purge()
        return act()


def test_a_purge_between_the_note_and_the_mark_takes_nothing_from_a_closing_that_dies(world: World) -> None:
    account = account_of_alice(world)

    with pytest.raises(StorageUnavailable):
        erase_account(over(world.services, PurgingTables(world.services.tables, world, account)), account)

    assert [row["closed"] for row in stored(world.rows(), "accounts", "account")] == [True]
    world.clock.advance(hours=1)
    world.purge()
    assert (world.rows()["accounts"], world.rows()["people"]) == ([], [])
