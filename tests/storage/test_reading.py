"""Rows are found by key, by the beginning of a key, by the beginning of a partition, and by the day they are due."""

import secrets
from datetime import timedelta

import pytest

from shared.domain.records import Due, Ownership, Receipt, Transaction
from shared.ports import Insert, Row, Stored, Write
from shared.storage import keys
from shared.storage.tables import AzureTables
from tests.storage.wire import Relay
from tests.world import NOON, World

EVENING = NOON.replace(hour=20, minute=15, second=30)


def put(tables: AzureTables, *writes: Write) -> None:
    for start in range(0, len(writes), 100):
        tables.write(*writes[start : start + 100])


def receipt(subscription: str, name: str) -> Insert[Receipt]:
    return Insert(keys.receipt(subscription, name), Receipt(received_at=NOON))


def note(tables: AzureTables, name: str, **later: float) -> None:
    at = EVENING + timedelta(**later)
    tables.write(Insert(keys.due(at, name), Due(kind="subscription", at=at, target=name)))


def names_of(found: list[Stored[Receipt]]) -> list[str]:
    return [stored.row.key for stored in found]


def test_a_row_that_is_not_there_is_none(tables: AzureTables) -> None:
    assert tables.read(keys.subscription("paddle.nothing")) is None


@pytest.mark.parametrize("name", ["it's", "100%25", "a+b c", "a&b=c;d,e", "grüße", "𝔹", "a:b@c", "'", "..", "(x)"])
def test_a_key_of_unusual_characters_is_found_again(tables: AzureTables, name: str) -> None:
    row = keys.receipt(f"{secrets.token_hex(8)}.{name}", name)
    stored = tables.write(Insert(row, Receipt(received_at=NOON)))

    assert [tables.read(row)] == stored
    assert [*tables.find(row)] == stored


def test_rows_read_together_come_in_the_order_they_were_asked_for(tables: AzureTables) -> None:
    subscription = secrets.token_hex(8)
    rows: list[Row[Receipt]] = [keys.receipt(subscription, f"{number:02d}") for number in range(40)]
    put(tables, *(Insert(row, Receipt(received_at=NOON)) for row in rows[::2]))

    read = tables.read_together(rows)

    assert [stored.row if stored else None for stored in read] == [
        row if number % 2 == 0 else None for number, row in enumerate(rows)
    ]


def test_no_rows_read_together_are_none(tables: AzureTables) -> None:
    assert tables.read_together([]) == []
    assert tables.find_together([]) == []


def test_only_keys_with_the_beginning_are_found_in_order(tables: AzureTables) -> None:
    subscription = secrets.token_hex(8)
    transaction = Insert(keys.transaction(subscription, "1"), Transaction())
    put(tables, receipt(subscription, "b"), receipt(subscription, "a"), receipt(subscription, "zz~"), transaction)

    assert names_of([*tables.find(keys.receipts(subscription))]) == ["receipt.a", "receipt.b", "receipt.zz~"]
    assert names_of([*tables.find(keys.receipt(subscription, "zz"))]) == ["receipt.zz~"]


def test_another_partition_is_not_found(tables: AzureTables) -> None:
    subscription = secrets.token_hex(8)
    put(tables, receipt(f"{subscription}0", "a"))

    assert [*tables.find(keys.receipts(subscription))] == []


def test_several_partitions_are_found_side_by_side(tables: AzureTables) -> None:
    first, second, third = (secrets.token_hex(8) for _ in range(3))
    put(tables, receipt(first, "a"))
    put(tables, receipt(first, "b"))
    put(tables, receipt(third, "c"))

    found = tables.find_together([keys.receipts(name) for name in (third, second, first)])

    assert names_of(found) == ["receipt.c", "receipt.a", "receipt.b"]


def test_a_scan_finds_all_partitions_with_the_beginning(tables: AzureTables) -> None:
    key = secrets.token_hex(8)
    for account in (f"{key}.1", f"{key}.2", f"{key}0.3"):
        put(tables, Insert(keys.ownership(account, "s"), Ownership(subscription="s")))

    found = [*tables.scan(keys.ownership(f"{key}.", ""))]

    assert [stored.row.partition for stored in found] == [f"{key}.1", f"{key}.2"]


def test_more_rows_than_a_page_holds_are_all_found_page_by_page(relayed: AzureTables, wire: Relay) -> None:
    subscription = secrets.token_hex(8)
    put(relayed, *(receipt(subscription, f"{number:04d}") for number in range(1050)))
    wire.asked.clear()

    found = relayed.find(keys.receipts(subscription))
    assert len(wire.asked) == 0
    first = next(found)
    assert len(wire.asked) == 1
    rest = [*found]

    assert len(wire.asked) == 2
    assert names_of([first, *rest]) == [f"receipt.{number:04d}" for number in range(1050)]


def test_what_is_due_is_found_earliest_day_first(world: World) -> None:
    for name, days in (("today", 0), ("last year", -365), ("yesterday", -1)):
        note(world.tables, name, days=days)

    assert [due.record.target for due in world.tables.find_due(EVENING)] == ["last year", "yesterday", "today"]


def test_what_is_due_later_the_same_day_waits_to_the_second(world: World) -> None:
    note(world.tables, "now")
    note(world.tables, "in a moment", seconds=1)
    note(world.tables, "in a microsecond", microseconds=1)

    assert [due.record.target for due in world.tables.find_due(EVENING)] == ["now"]
    assert len([*world.tables.find_due(EVENING + timedelta(seconds=1))]) == 3


def test_tomorrow_is_not_even_asked_for(world: World, relayed: AzureTables, wire: Relay) -> None:
    for number in range(5):
        note(world.tables, f"tomorrow {number}", days=1)

    assert [*relayed.find_due(EVENING.replace(hour=23, minute=59, second=59))] == []
    [asked] = wire.asked
    assert "PartitionKey%20lt%20%272026-03-02.~%27" in asked.path


def test_each_shard_of_a_day_is_read(world: World) -> None:
    names = [f"name {number}" for number in range(100)]
    for name in names:
        note(world.tables, name)

    found = [*world.tables.find_due(EVENING)]

    assert sorted(due.record.target for due in found) == sorted(names)
    assert len({due.row.partition for due in found}) == 16
