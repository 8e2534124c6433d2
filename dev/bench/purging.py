"""What a purge asks of storage, for as much that is due, among little and among much that is stored."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from dev.bench.meter import Tally
from dev.bench.plain import Asker, Prepared, prepared
from dev.bench.player import run_purge
from dev.bench.stage import Stage
from dev.paddle_api.ids import Stamps
from dev.wire import Clock
from shared.domain.purchases import Event, Payment, Snapshot
from shared.domain.records import Due, Seat, SeatHint, Subscription
from shared.domain.retention import LEDGER_KEPT, UNCLAIMED_KEPT_AFTER_END
from shared.operations.record_event import record_event
from shared.ports import Insert
from shared.storage import keys
from shared.storage.tables import AzureTables

_BATCH = 100
_CONNECTIONS = 2
_FAR = datetime(2100, 1, 1, 12, tzinfo=UTC)
_DAY = "2100-01-01"
_PARTITION = "fill000000"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of 100 rows that are not due, as it goes over the wire, and what tells its copies apart."""

    request: Prepared
    partition: str
    copied: Callable[[int], str]

    def copy(self, number: int) -> Prepared:
        """The same rows in another partition; the signature does not cover the body, and its length stays."""
        body = self.request.body.replace(self.partition.encode(), self.copied(number).encode())
        return replace(self.request, body=body)


class Filling:
    """Rows that are not due, 100 to a batch; a third each seats, people's hints, and notes for another century.

    Batches are made and signed by azure-data-tables once, and their copies sent by plain HTTP, which is about eight
    times as fast.
    """

    def __init__(self, stage: Stage) -> None:
        self._azurite = stage.azurite
        self._kinds = [
            Batch(prepared(stage.tables, _seats), _PARTITION, _partition),
            Batch(prepared(stage.tables, _hints), _PARTITION, _partition),
            Batch(prepared(stage.tables, _notes), _DAY, lambda number: f"{_FAR + timedelta(days=number):%Y-%m-%d}"),
        ]
        self._batches = len(self._kinds)

    def up_to(self, rows: int) -> float:
        """Store what is missing to that many rows; answers how many seconds it took."""
        missing = range(self._batches, rows // _BATCH)
        self._batches = max(self._batches, missing.stop)
        began = time.perf_counter()
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            list(pool.map(self._send, [missing[first::_CONNECTIONS] for first in range(_CONNECTIONS)]))
        return time.perf_counter() - began

    def _send(self, numbers: range) -> None:
        with Asker(self._azurite.endpoint()) as asker:
            for number in numbers:
                answer = asker.send(self._kinds[number % len(self._kinds)].copy(number))
                if answer.count(b"HTTP/1.1 20") != _BATCH:
                    raise RuntimeError("A batch was not stored.")


def purge_cost(stage: Stage, due: int) -> Tally:
    """What one run asks of storage that deletes so many unclaimed purchases, ended long ago; all else stays."""
    # What an earlier run left in the ledger goes first.
    stage.now += LEDGER_KEPT + timedelta(days=1)
    run_purge(stage)
    for _ in range(due):
        _unclaimed_purchase_that_ended(stage)
    stage.now += UNCLAIMED_KEPT_AFTER_END + timedelta(days=1)
    return stage.meter.measure(lambda: _purge_exactly(stage, due))


def _unclaimed_purchase_that_ended(stage: Stage) -> None:
    new_id = Stamps(Clock(stage.now)).id
    subscription = f"paddle.{new_id('sub')}"
    payment = Payment(new_id("txn"), stage.now + timedelta(days=30))
    ended = Snapshot("ended", "team", 3, ended_at=stage.now)
    for told in (payment, ended):
        record_event(stage.services, Event(new_id("evt"), subscription, f"{stage.now}", told))


def _purge_exactly(stage: Stage, due: int) -> None:
    looked = run_purge(stage).looked
    if looked != due:
        raise RuntimeError(f"The purge looked at {looked} records; {due} are due.")


def _partition(number: int) -> str:
    return f"fill{number:06d}"


def _seats(tables: AzureTables) -> None:
    subscription = f"paddle.{_PARTITION}"
    header = Subscription(salt="0" * 32, status="active", plan="team", quantity=_BATCH, seats_used=_BATCH - 1)
    seat = Seat(
        tenant="t" * 36,
        object_id="o" * 36,
        name="Colleague",
        addresses=("colleague@contoso.example",),
        hints=("0" * 32,),
        assigned_on=None,
    )
    seats = [Insert(keys.seat(subscription, f"seat.{number:064d}"), seat) for number in range(_BATCH - 1)]
    tables.write(Insert(keys.subscription(subscription), header), *seats)


def _hints(tables: AzureTables) -> None:
    hint = SeatHint(subscription=f"paddle.{_PARTITION}", seat="seat." + "0" * 64)
    rows = [keys.seat_hint(f"k1.{_PARTITION}", f"{number:032d}") for number in range(_BATCH)]
    tables.write(*(Insert(row, hint) for row in rows))


def _notes(tables: AzureTables) -> None:
    """One day's notes in one of its shards."""
    names = (f"subscription.{number:06d}" for number in range(1_000_000))
    shard = keys.due(_FAR, "subscription.000000").partition
    rows = (keys.due(_FAR, name) for name in names)
    note = Due(kind="subscription", at=_FAR, target=f"paddle.{_PARTITION}")
    tables.write(*(Insert(row, note) for row in islice((row for row in rows if row.partition == shard), _BATCH)))
