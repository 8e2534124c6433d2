"""Writes are whole batches or nothing, merges of named fields, and refused when somebody else wrote first."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from dev.azurite import LEDGER, TABLES, Azurite
from shared.domain.records import Receipt, Subscription, Transaction
from shared.ports import Change, Conflict, Delete, Insert, Put, Stored, Write
from shared.storage import keys
from shared.storage.credential import IdentityEndpoint, ManagedIdentityCredential
from shared.storage.tables import Account, AzureTables
from tests.storage.records import AT
from tests.storage.wire import LOST, LOST_AS_503, Answer, Plan, Relay, seconds
from tests.world import StandingClock

Header = Stored[Subscription]
Writing = Callable[[Header], list[Write]]
BUSY = Plan(reaches=False, instead=Answer(503))


def header(tables: AzureTables, **fields: Any) -> Header:  # noqa: ANN401 - whatever a header holds
    """The header of a new subscription."""
    row = keys.subscription(f"paddle.{secrets.token_hex(8)}")
    return tables.write(Insert(row, Subscription(**fields)))[0]


def now(tables: AzureTables, first: Header) -> Subscription:
    """The header as it stands."""
    stored = tables.read(first.row)
    assert stored
    return stored.record


def receipt(beside: Header, name: str = "1") -> Insert[Receipt]:
    return Insert(keys.receipt(beside.row.partition, name), Receipt(received_at=AT))


def changed(stored: Header, **fields: Any) -> Change[Subscription]:  # noqa: ANN401 - the same
    return Change(stored, stored.record.model_copy(update=fields))


def test_what_a_write_answers_is_what_a_read_finds(tables: AzureTables) -> None:
    first = header(tables, quantity=3)
    transaction = Put(keys.transaction(first.row.partition, "1"), Transaction())

    written = tables.write(changed(first, quantity=4), receipt(first), transaction)

    assert written == tables.read_together([stored.row for stored in written])
    assert [stored.row.key for stored in written] == ["subscription", "receipt.1", "transaction.1"]


def test_what_is_deleted_is_not_answered(tables: AzureTables) -> None:
    first = header(tables)
    [old] = tables.write(receipt(first))

    [left] = tables.write(Delete(old), changed(first, quantity=1))

    assert left.row == first.row
    assert tables.read(old.row) is None
    assert tables.write(Delete(left)) == []


def test_a_batch_is_one_request(relayed: AzureTables, wire: Relay) -> None:
    first = header(relayed)
    wire.asked.clear()

    relayed.write(changed(first, quantity=1), *(receipt(first, str(number)) for number in range(99)))

    assert [asked.path for asked in wire.asked] == ["/tables/$batch"]


def test_one_refusal_undoes_the_whole_batch(tables: AzureTables) -> None:
    first = header(tables, quantity=3)
    tables.write(changed(first, quantity=4))

    with pytest.raises(Conflict):
        tables.write(receipt(first), changed(first, quantity=5))

    assert tables.read(receipt(first).row) is None
    assert now(tables, first).quantity == 4


def test_an_insertion_over_a_row_is_refused_and_says_so(tables: AzureTables) -> None:
    first = header(tables)
    again, change = receipt(first), changed(first, quantity=1)
    tables.write(again)

    for writes in ([again], [again, change], [change, again]):
        with pytest.raises(Conflict) as raised:
            tables.write(*writes)
        assert raised.value.inserted
    assert now(tables, first).quantity == 0


def test_a_refused_change_beside_a_new_row_says_that_the_row_is_not_there(tables: AzureTables) -> None:
    first = header(tables)
    tables.write(changed(first, quantity=1))

    with pytest.raises(Conflict) as raised:
        tables.write(receipt(first), changed(first, quantity=2))

    assert not raised.value.inserted


def change_the_same_field(first: Header) -> Write:
    return changed(first, quantity=4)


def change_another_field(first: Header) -> Write:
    return changed(first, plan="business")


def change_nothing(first: Header) -> Write:
    return Change(first, first.record)


def delete(first: Header) -> Write:
    return Delete(first)


def put(first: Header) -> Write:
    return Put(first.row, first.record)


@pytest.mark.parametrize("by_somebody", [change_the_same_field, change_another_field, change_nothing, delete, put])
@pytest.mark.parametrize("ours", [change_the_same_field, change_nothing])
def test_a_change_after_anything_by_somebody_else_is_refused(
    tables: AzureTables, by_somebody: Callable[[Header], Write], ours: Callable[[Header], Write]
) -> None:
    first = header(tables, quantity=3)
    tables.write(by_somebody(first))

    for beside in ([], [receipt(first)]):
        with pytest.raises(Conflict) as raised:
            tables.write(ours(first), *beside)
        assert not raised.value.inserted


def test_a_deletion_after_a_change_is_refused(tables: AzureTables) -> None:
    first = header(tables)
    tables.write(changed(first, quantity=1))

    with pytest.raises(Conflict):
        tables.write(Delete(first))

    assert now(tables, first).quantity == 1


def test_the_deletion_of_what_is_gone_is_done_alone_and_refused_in_a_batch(tables: AzureTables) -> None:
    first = header(tables)
    [old] = tables.write(receipt(first))
    tables.write(Delete(old))

    assert tables.write(Delete(old)) == []
    with pytest.raises(Conflict):
        tables.write(Delete(old), changed(first, quantity=1))
    assert now(tables, first).quantity == 0


def test_a_put_replaces_whatever_is_there(tables: AzureTables) -> None:
    first = header(tables, quantity=3, plan="team")

    tables.write(Put(first.row, Subscription(plan="business")))

    assert (now(tables, first).quantity, now(tables, first).plan) == (0, "business")


def test_a_change_sends_only_what_changed_guarded_by_what_was_read(relayed: AzureTables, wire: Relay) -> None:
    first = header(relayed, quantity=3, plan="team", paid_through=AT)
    wire.asked.clear()

    relayed.write(changed(first, quantity=4, paid_through=None))

    [asked] = wire.asked
    sent = {name: value for name, value in json.loads(asked.body).items() if not name.endswith("@odata.type")}
    keys_sent = {"PartitionKey": first.row.partition, "RowKey": "subscription"}
    assert (asked.method, asked.headers["If-Match"]) == ("PATCH", first.etag)
    assert sent == {**keys_sent, "quantity": 4, "paid_through": ""}


def test_a_change_leaves_what_a_newer_version_wrote(tables: AzureTables) -> None:
    first = header(tables, quantity=3)
    client = tables._clients["subscriptions"]  # noqa: SLF001 - plays a newer version, which has more fields
    client.upsert_entity({"PartitionKey": first.row.partition, "RowKey": first.row.key, "colour": "mauve"})
    [fresh] = tables.find(first.row)

    tables.write(changed(fresh, quantity=4))

    entity = client.get_entity(first.row.partition, first.row.key)
    assert (entity["quantity"], entity["colour"]) == (4, "mauve")
    assert fresh.record == first.record


def test_each_request_is_shown_to_whoever_counts(tables: AzureTables, azurite: Azurite) -> None:
    first = header(tables)
    seen: list[object] = []
    main, ledger = (Account(azurite.connection_string(name), "") for name in (TABLES, LEDGER))
    unused = ManagedIdentityCredential(IdentityEndpoint("", "", ""), StandingClock())
    counted = AzureTables(main, ledger, unused, StandingClock(), on_request=seen.append)

    counted.read_together([first.row, first.row])
    counted.write(changed(first, quantity=1), receipt(first))

    assert len(seen) == 3


def insert_alone(first: Header) -> list[Write]:
    return [receipt(first)]


def insert_in_a_batch(first: Header) -> list[Write]:
    return [changed(first, quantity=4), receipt(first), receipt(first, "2")]


def exchange(first: Header) -> list[Write]:
    return [Delete(first), receipt(first)]


@pytest.mark.parametrize("writing", [insert_alone, insert_in_a_batch, exchange])
@pytest.mark.parametrize("lost", [LOST, LOST_AS_503], ids=["closed", "503"])
def test_an_insertion_whose_answer_was_lost_is_recognised_as_ours(
    relayed: AzureTables, wire: Relay, writing: Writing, lost: Plan
) -> None:
    first = header(relayed, quantity=3)
    wanted = writing(first)
    wire.next_time(lost, only="POST")

    written = relayed.write(*wanted)

    rows = [write.row if isinstance(write, Insert) else first.row for write in wanted if not isinstance(write, Delete)]
    assert [stored.row for stored in written] == rows
    assert written == relayed.read_together(rows)


def test_an_insertion_that_never_arrived_is_tried_again(relayed: AzureTables, wire: Relay) -> None:
    first = header(relayed)
    wire.next_time(BUSY, BUSY)

    relayed.write(receipt(first))

    assert len(wire.asked) == 3


def test_an_insertion_by_somebody_else_is_not_taken_for_ours(relayed: AzureTables, wire: Relay) -> None:
    first = header(relayed)
    relayed.write(receipt(first))
    wire.next_time(LOST_AS_503, only="POST")

    with pytest.raises(Conflict) as raised:
        relayed.write(receipt(first))

    assert raised.value.inserted


def test_a_wait_that_storage_asks_for_is_not_waited(relayed: AzureTables, wire: Relay) -> None:
    first = header(relayed)
    later = Plan(reaches=False, instead=Answer(503, {"Retry-After": "10", "x-ms-retry-after-ms": "10000"}))
    wire.next_time(later, later)

    assert seconds(lambda: relayed.write(receipt(first))) < 3


def test_nothing_is_sent_of_a_batch_with_a_record_that_is_none(relayed: AzureTables, wire: Relay) -> None:
    first = header(relayed)
    wire.asked.clear()

    with pytest.raises(ValidationError):
        relayed.write(receipt(first), changed(first, quantity="many"))

    assert wire.asked == []
