"""What the service would refuse as a batch is never sent: Azurite takes some of it, and breaks on some."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from shared.domain.records import Receipt, Reference, Seat
from shared.ports import Insert, NotStorable, Row, StorageUnavailable, Write
from shared.storage import keys
from shared.storage.tables import AzureTables
from tests.storage.records import AT, SUBSCRIPTION, full
from tests.storage.wire import Answer, Plan, Relay

REFUSED = Plan(reaches=False, instead=Answer(400))


def receipt(name: str, subscription: str = SUBSCRIPTION) -> Insert[Receipt]:
    return Insert(keys.receipt(subscription, name), Receipt(received_at=AT))


def receipts(count: int) -> list[Write]:
    return [receipt(str(number)) for number in range(count)]


def in_two_tables() -> list[Write]:
    reference = Reference(account="a", owner_kind="person", goes_at=AT)
    return [receipt("1"), Insert(keys.reference(SUBSCRIPTION), reference)]


def large(count: int, character: str, row: Callable[[int], Row[Seat]]) -> list[Write]:
    """Insertions of seats that are as large as a seat can be."""
    text, texts = character * 512, ("a" * 500,) * 64
    _, record = full(Seat)
    fields = {"tenant": text, "object_id": text, "name": text, "addresses": texts, "hints": texts[:20]}
    return [Insert(row(number), record.model_copy(update=fields)) for number in range(count)]


def plain_row(number: int) -> Row[Seat]:
    return keys.seat(SUBSCRIPTION, f"seat.{number}")


def longest_row(number: int) -> Row[Seat]:
    return keys.seat("ü" * 512, f"seat.{number:03d}" + "€" * 504)


@pytest.mark.parametrize(
    "writes",
    [
        pytest.param([receipt("1"), receipt("1", "paddle.sub_2")], id="two partitions"),
        pytest.param(in_two_tables(), id="two tables"),
        pytest.param([receipt("1"), receipt("1")], id="the same row twice"),
        pytest.param(receipts(101), id="101 rows"),
        pytest.param([], id="no rows"),
        pytest.param(large(100, "a", plain_row), id="5 MB of ASCII"),
        pytest.param(large(85, "€", plain_row), id="4 million characters, some of them longer on the wire"),
    ],
)
def test_a_batch_that_the_service_would_refuse_is_never_sent(
    relayed: AzureTables, wire: Relay, writes: list[Write]
) -> None:
    with pytest.raises(NotStorable):
        relayed.write(*writes)

    assert wire.asked == []


def test_a_batch_of_a_hundred_is_written(tables: AzureTables) -> None:
    assert len(tables.write(*receipts(100))) == 100


@pytest.mark.parametrize(
    ("character", "row"), [("a", plain_row), ("€", longest_row), ("\N{MATHEMATICAL BOLD CAPITAL A}", longest_row)]
)
def test_the_largest_batch_that_we_send_is_within_the_limit(
    relayed: AzureTables, wire: Relay, character: str, row: Callable[[int], Row[Seat]]
) -> None:
    wire.plan = lambda _: REFUSED
    sent, refused, largest = 1, 100, 0

    while refused - sent > 1:
        count = (sent + refused) // 2
        wire.asked.clear()
        with suppress(NotStorable, StorageUnavailable):
            relayed.write(*large(count, character, row))
        if wire.asked:
            sent, largest = count, len(wire.asked[0].body)
        else:
            refused = count

    assert 3_500_000 < largest <= 4 * 1024 * 1024
