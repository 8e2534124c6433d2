"""Keys are on one page, name known tables, and hold nobody in the clear: request URLs contain them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.domain.people import Person
from shared.domain.records import RECORDS, Record
from shared.operations.assign_seat import assign_seat
from shared.storage import keys
from tests.paddle import Subscription, deliver
from tests.storage.records import full
from tests.world import ALICE, BOB, World

EVE_OF_A_DAY = datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("model", RECORDS)
def test_every_record_has_a_place_in_a_table_that_is_made(model: type[Record]) -> None:
    row, _ = full(model)

    assert row.table in keys.TABLES | keys.LEDGER_TABLES
    assert row.model is model


def test_the_ledger_is_no_table_of_the_main_account() -> None:
    assert not keys.TABLES & keys.LEDGER_TABLES


def test_no_key_of_a_whole_story_holds_anybody(world: World) -> None:
    bought = Subscription(world.checkout())
    deliver(world, *bought.bought())
    assign_seat(world.services, bought.partition, BOB)
    world.license(BOB.addresses[0])

    written = "\n".join(all_keys(world)).lower()

    for person in (ALICE, BOB):
        parts = [
            person.name,
            person.person.object_id,
            *person.addresses,
            *(each.split("@")[0] for each in person.addresses),
        ]
        assert [part for part in parts if part.lower() in written] == []


def all_keys(world: World) -> Iterator[str]:
    for rows in world.rows().values():
        for row in rows:
            yield f"{row['PartitionKey']} {row['RowKey']}"


def test_a_persons_seats_in_two_subscriptions_have_nothing_in_common() -> None:
    first, second = (keys.seat_key(salt, BOB.person) for salt in ("salt", "pepper"))

    assert first != second
    assert keys.seat_key("salt", BOB.person) == first
    assert keys.seat_key("salt", Person(BOB.person.tenant, "somebody else")) != first


def test_the_same_thing_due_at_the_same_moment_is_one_row() -> None:
    elsewhere = EVE_OF_A_DAY.astimezone(timezone(timedelta(hours=5)))

    assert keys.due(EVE_OF_A_DAY, "account.1") == keys.due(elsewhere, "account.1")
    assert keys.due(EVE_OF_A_DAY, "account.1") != keys.due(EVE_OF_A_DAY, "account.2")


def test_the_partitions_of_due_days_sort_as_days_do() -> None:
    days = [keys.due(EVE_OF_A_DAY + timedelta(days=days), "account.1").partition for days in range(400)]

    assert days == sorted(days)
    assert all(day < keys.due_until(EVE_OF_A_DAY + timedelta(days=400)).partition for day in days)
    assert keys.due(EVE_OF_A_DAY + timedelta(seconds=1), "x").partition > keys.due_until(EVE_OF_A_DAY).partition
