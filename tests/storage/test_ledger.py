"""Whatever erases a person leaves a row in the ledger first, so that a backup that still has them loses them again."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from dev.azurite import Azurite
from shared.domain.records import (
    RECORDS,
    Due,
    Erased,
    Receipt,
    Record,
    Reference,
    Seat,
    Subscription,
    Unhandled,
    Watermark,
)
from shared.ports import Change, Conflict, Delete, Insert, NotStorable, Put, StorageUnavailable, Stored, Write
from shared.storage import keys
from shared.storage.tables import AzureTables
from tests.storage.records import full
from tests.storage.wire import LOST_AS_503, Answer, Plan, Relay
from tests.world import NOON, World, WorldMaker, environment

# Bookkeeping, and what comes back from a backup together with the note that ends it.
NOT_NOTED = {Receipt, Due, Erased, Reference, Watermark, Unhandled}
DOWN = Plan(reaches=False, instead=Answer(500))
Entries = list[tuple[int, str]]


@pytest.fixture
def world(tables: AzureTables, azurite: Azurite) -> World:
    """A world among other tests' rows; what these ask about is their own."""
    assert tables
    return World(environment(azurite))


@pytest.fixture
def relayed_world(tables: AzureTables, wire: Relay) -> World:
    """The same by way of the relay."""
    assert tables
    return World(environment(wire.azurite, **wire.settings()))


def entries(world: World, *erased: Stored[Any]) -> Entries:
    """What the ledger says was done to these records, each by its number here."""
    numbers = {each.record.record_id: number for number, each in enumerate(erased)}
    found = [entry.record for entry in world.tables.scan(keys.erased_until("2026-"))]
    return sorted((numbers[entry.erased_record], entry.done) for entry in found if entry.erased_record in numbers)


def stored(world: World, model: type[Record]) -> Stored[Any]:
    """A full record in a partition of its own."""
    row, record = full(model)
    return world.tables.write(Insert(replace(row, partition=secrets.token_hex(8)), record))[0]


def owner_removal(header: Stored[Any], **more: object) -> Change[Any]:
    return Change(header, header.record.model_copy(update={"account": "", **more}), erases="owner removed")


@pytest.mark.parametrize("model", sorted(set(RECORDS) - NOT_NOTED, key=str))
def test_the_deletion_of_a_record_about_people_is_noted(world: World, model: type[Record]) -> None:
    old = stored(world, model)

    world.tables.write(Delete(old))

    assert entries(world, old) == [(0, "deleted")]


@pytest.mark.parametrize("model", sorted(NOT_NOTED - {Erased}, key=str))
def test_the_deletion_of_what_need_not_be_repeated_is_not_noted(world: World, model: type[Record]) -> None:
    old = stored(world, model)

    world.tables.write(Delete(old))

    assert entries(world, old) == []


def test_the_removal_of_an_owner_is_noted(world: World) -> None:
    header = stored(world, Subscription)

    world.tables.write(owner_removal(header))

    assert entries(world, header) == [(0, "owner removed")]


def test_any_other_change_is_not_noted(world: World) -> None:
    header = stored(world, Subscription)

    world.tables.write(Change(header, header.record.model_copy(update={"account": ""})))

    assert entries(world, header) == []


def test_everyone_whom_a_batch_erases_is_noted(world: World) -> None:
    header = stored(world, Subscription)
    _, seat = full(Seat)
    assert isinstance(seat, Seat)
    rows = [keys.seat(header.row.partition, f"seat.{number}") for number in range(99)]
    written = world.tables.write(*(Insert(row, seat) for row in rows))

    world.tables.write(*(Delete(seat) for seat in written), owner_removal(header))

    assert entries(world, header, *written) == [
        (0, "owner removed"),
        *((1 + number, "deleted") for number in range(99)),
    ]


def test_an_entry_holds_two_random_ids_and_a_word_on_the_day_it_expires(world: World) -> None:
    old = stored(world, Seat)

    world.tables.write(Delete(old))

    [entry] = [row for row in world.rows()["ledger"] if row["erased_record"] == old.record.record_id]
    assert set(entry) == {"PartitionKey", "RowKey", "record_id", "operation", "erased_record", "done"}
    assert entry["PartitionKey"] == f"{NOON + timedelta(days=30):%Y-%m-%d}"
    assert entry["RowKey"] == f"{old.record.record_id}.{entry['operation']}"
    assert {len(bytes.fromhex(entry[name])) for name in ("record_id", "operation", "erased_record")} == {16}


def test_the_entry_stands_before_the_record_goes(relayed_world: World, wire: Relay) -> None:
    old = stored(relayed_world, Subscription)
    wire.asked.clear()

    relayed_world.tables.write(Delete(old))

    assert [(asked.method, asked.path.split("/")[1]) for asked in wire.asked] == [
        ("PUT", "ledger"),
        ("DELETE", "tables"),
    ]


def test_without_a_ledger_nothing_is_deleted(relayed_world: World, wire: Relay) -> None:
    old = stored(relayed_world, Subscription)
    wire.plan = lambda asked: DOWN if asked.path.startswith("/ledger") else None

    with pytest.raises(StorageUnavailable):
        relayed_world.tables.write(Delete(old))

    assert relayed_world.tables.read(old.row) == old


def delete(header: Stored[Subscription]) -> list[Write]:
    return [Delete(header)]


def delete_in_a_batch(header: Stored[Subscription]) -> list[Write]:
    return [Delete(header), Put(keys.receipt(header.row.partition, "1"), full(Receipt)[1])]


def remove_the_owner(header: Stored[Subscription]) -> list[Write]:
    return [owner_removal(header)]


def remove_the_owner_and_more(header: Stored[Subscription]) -> list[Write]:
    return [owner_removal(header, tenant="", quantity=1)]


Writing = Callable[[Stored[Subscription]], list[Write]]
WRITINGS = [delete, delete_in_a_batch, remove_the_owner, remove_the_owner_and_more]


@pytest.mark.parametrize("writing", WRITINGS)
def test_an_erasure_that_was_refused_is_not_noted(world: World, writing: Writing) -> None:
    header = stored(world, Subscription)
    world.tables.write(Change(header, header.record.model_copy(update={"quantity": 9})))

    with pytest.raises(Conflict):
        world.tables.write(*writing(header))

    assert entries(world, header) == []


@pytest.mark.parametrize("writing", WRITINGS[1:])
def test_an_erasure_whose_answer_was_lost_stays_noted(relayed_world: World, wire: Relay, writing: Writing) -> None:
    header = stored(relayed_world, Subscription)
    wire.plan = lose_the_first_of("/tables")

    with pytest.raises(Conflict):
        relayed_world.tables.write(*writing(header))

    wire.plan = lambda _: None
    assert relayed_world.tables.read(header.row) != header
    assert len(entries(relayed_world, header)) == 1


def lose_the_first_of(account: str) -> Callable[[Any], Plan | None]:
    left = [LOST_AS_503]
    return lambda asked: left.pop() if left and asked.path.startswith(account) else None


def test_the_slower_of_two_erasures_does_not_take_back_the_entry_of_the_faster(world: World) -> None:
    header = stored(world, Subscription)
    world.tables.write(*delete_in_a_batch(header))

    with pytest.raises(Conflict):
        world.tables.write(*delete_in_a_batch(header))

    assert set(entries(world, header)) == {(0, "deleted")}


def test_a_refused_deletion_does_not_take_back_that_the_owner_was_removed(world: World) -> None:
    header = stored(world, Subscription)
    world.tables.write(owner_removal(header))

    with pytest.raises(Conflict):
        world.tables.write(Delete(header))

    assert entries(world, header) == [(0, "owner removed")]


def test_a_refused_deletion_around_midnight_leaves_no_entry(world: World) -> None:
    header = stored(world, Subscription)
    world.tables.write(owner_removal(header))
    ticking = iter([NOON, NOON + timedelta(days=1), NOON + timedelta(days=2)])
    world.tables._clock = lambda: next(ticking)  # noqa: SLF001 - a clock that moves while a write is under way

    with pytest.raises(Conflict):
        world.tables.write(Delete(header))

    assert entries(world, header) == [(0, "owner removed")]


def test_what_cannot_be_stored_is_not_noted(world: World) -> None:
    header = stored(world, Subscription)
    elsewhere = Insert(keys.receipt("paddle.sub_2", "1"), Receipt(received_at=NOON))
    malformed = Change(header, header.record.model_copy(update={"quantity": "many"}), erases="owner removed")

    with pytest.raises(NotStorable):
        world.tables.write(Delete(header), elsewhere)
    with pytest.raises(ValidationError):
        world.tables.write(malformed)

    assert entries(world, header) == []


def test_a_deletion_of_what_was_replaced_meanwhile_stays_noted(world: World) -> None:
    header = stored(world, Subscription)
    world.tables.write(Delete(header))
    [again] = world.tables.write(Insert(header.row, header.record))

    with pytest.raises(Conflict):
        world.tables.write(Delete(header))

    assert set(entries(world, header, again)) == {(0, "deleted")}


def test_entries_go_after_their_day_and_not_on_it(make_world: WorldMaker) -> None:
    world = make_world()
    for _ in range(3):
        world.tables.write(Delete(stored(world, Subscription)))
        world.clock.advance(days=1)
    expires = [f"{NOON + timedelta(days=30 + later):%Y-%m-%d}" for later in range(3)]

    assert world.tables.forget_ledger_before(expires[0]) == 0
    assert world.tables.forget_ledger_before(expires[1]) == 1
    assert [row["PartitionKey"] for row in world.rows()["ledger"]] == expires[1:]
    assert world.tables.forget_ledger_before(f"{NOON + timedelta(days=400):%Y-%m-%d}") == 2
    assert world.rows()["ledger"] == []
