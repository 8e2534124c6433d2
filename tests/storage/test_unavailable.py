"""Storage that is down, silent, misled or without its tables is unavailable within seconds, and never "not found"."""

import secrets
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from dev.azurite import HOST, LEDGER, TABLES, Azurite
from shared.domain.records import Receipt, Subscription
from shared.ports import Insert, Put, StorageUnavailable
from shared.storage import keys
from shared.storage.tables import AzureTables
from tests.storage.records import AT
from tests.storage.wire import Answer, Plan, Relay, seconds
from tests.world import World, environment

ROW = keys.subscription("paddle.sub_1")
RECEIPT = Insert(keys.receipt("paddle.sub_1", "1"), Receipt(received_at=AT))


def read(tables: AzureTables) -> object:
    return tables.read(ROW)


def read_together(tables: AzureTables) -> object:
    return tables.read_together([ROW, ROW])


def find(tables: AzureTables) -> object:
    return [*tables.find(keys.receipts("paddle.sub_1"))]


def find_together(tables: AzureTables) -> object:
    return tables.find_together([keys.receipts("paddle.sub_1")] * 2)


def find_due(tables: AzureTables) -> object:
    return [*tables.find_due(AT)]


def insert(tables: AzureTables) -> object:
    return tables.write(RECEIPT)


def insert_together(tables: AzureTables) -> object:
    return tables.write(RECEIPT, Insert(ROW, Subscription()))


def forget_ledger(tables: AzureTables) -> object:
    return tables.forget_ledger_before("2026-03-02")


CALLS = [read, read_together, find, find_together, find_due, insert, insert_together, forget_ledger]
Call = Callable[[AzureTables], object]


def tables_at(port: int) -> AzureTables:
    """Tables whose both accounts are said to be behind a port of loopback."""
    account = f"AccountName=tables;AccountKey=a2V5;TableEndpoint=http://{HOST}:{port}/tables"
    return World(environment(TABLES_CONNECTION=account, LEDGER_CONNECTION=account)).tables


@contextmanager
def silent_port() -> Iterator[int]:
    """Connections are taken, and never answered."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen(64)
        yield listening.getsockname()[1]


@pytest.mark.parametrize("call", CALLS)
def test_storage_that_is_down_is_unavailable(call: Call) -> None:
    with silent_port() as port:
        pass

    assert is_unavailable(call, tables_at(port))


def is_unavailable(call: Call, tables: AzureTables) -> bool:
    with pytest.raises(StorageUnavailable):
        call(tables)
    return True


def test_storage_that_never_answers_is_given_up_within_seconds() -> None:
    # After a write that was not answered, one read asks whether it was done.
    limits = {read: 5, find: 5, read_together: 5, insert: 9, insert_together: 9}
    with silent_port() as port, ThreadPoolExecutor() as pool:

        def took(call: Call) -> float:
            return seconds(lambda: is_unavailable(call, tables_at(port)))

        waits = dict(zip(limits, pool.map(took, limits), strict=True))

    assert {call.__name__: wait for call, wait in waits.items() if wait > limits[call]} == {}


@pytest.mark.parametrize("call", CALLS)
def test_a_missing_table_is_no_missing_row(tables: AzureTables, azurite: Azurite, call: Call) -> None:
    assert tables.read(ROW) is None
    # Neither account has the other's tables.
    swapped = environment(
        TABLES_CONNECTION=azurite.connection_string(LEDGER), LEDGER_CONNECTION=azurite.connection_string(TABLES)
    )

    assert is_unavailable(call, World(swapped).tables)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            Answer(404, {"Content-Type": "text/html"}, b"<html>Nothing here</html>"), id="somebody else's 404"
        ),
        pytest.param(Answer(404, {"x-ms-error-code": "TableNotFound"}), id="no such table"),
        pytest.param(Answer(409, {"x-ms-error-code": "TableBeingDeleted"}), id="a table that goes"),
        pytest.param(Answer(403, {"x-ms-error-code": "AuthorizationFailure"}), id="a wrong key"),
        pytest.param(Answer(400, {"x-ms-error-code": "InvalidInput"}), id="a malformed request"),
        pytest.param(Answer(429), id="too many requests"),
        pytest.param(Answer(500), id="an error of theirs"),
        pytest.param(Answer(200, {"Content-Type": "application/json"}, b"{"), id="half an answer"),
        pytest.param(None, id="a closed connection"),
    ],
)
def test_an_answer_that_is_about_no_row_is_no_answer(
    relayed: AzureTables, wire: Relay, call: Call, answer: Answer | None
) -> None:
    wire.plan = lambda _: Plan(reaches=False, instead=answer)

    assert is_unavailable(call, relayed)


def test_a_row_that_is_really_not_there_is_none(relayed: AzureTables, wire: Relay) -> None:
    gone = b'{"odata.error":{"code":"ResourceNotFound","message":{"lang":"en-US","value":"gone"}}}'
    answer = Answer(404, {"x-ms-error-code": "ResourceNotFound", "Content-Type": "application/json"}, gone)
    wire.plan = lambda _: Plan(reaches=False, instead=answer)

    assert relayed.read(ROW) is None


def test_what_failed_works_again_on_the_same_tables(relayed: AzureTables, wire: Relay) -> None:
    wire.plan = lambda _: Plan(reaches=False, instead=None)
    assert is_unavailable(insert, relayed)
    wire.plan = lambda _: None

    assert relayed.write(Put(RECEIPT.row, RECEIPT.record)) == [relayed.read(RECEIPT.row)]


def test_a_reading_that_breaks_off_half_way_is_not_taken_for_all(relayed: AzureTables, wire: Relay) -> None:
    subscription = secrets.token_hex(8)
    for start in range(0, 1050, 75):
        names = [f"{number:04d}" for number in range(start, start + 75)]
        relayed.write(*(Insert(keys.receipt(subscription, name), Receipt(received_at=AT)) for name in names))
    broken = Plan(reaches=False, instead=Answer(500))
    wire.next_time(None, *[broken] * 9)

    with pytest.raises(StorageUnavailable):
        list(relayed.find(keys.receipts(subscription)))


def test_what_is_raised_names_no_address(relayed: AzureTables, wire: Relay) -> None:
    wire.plan = lambda _: Plan(reaches=False, instead=Answer(403, {}, b"bob@contoso.example"))

    with pytest.raises(StorageUnavailable) as raised:
        relayed.read(ROW)

    assert str(raised.value) == "UNAVAILABLE"
