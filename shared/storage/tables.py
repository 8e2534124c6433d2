"""The only user of the table service: time-outs, retries, conflicts and the erasure ledger are dealt with here."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from azure.data.tables import TableClient, TableServiceClient, UpdateMode

from shared.domain.instants import write_instant
from shared.domain.records import Due, Erased, Record
from shared.ports import Change, Clock, Conflict, Delete, Insert, Put, Row, Stored, Write
from shared.storage import keys
from shared.storage.answers import give_up, is_about_a_missing_row, is_conflict, wait_no_longer
from shared.storage.entities import keys_of, to_record
from shared.storage.ledger import Note, is_undone, notes
from shared.storage.transport import transport
from shared.storage.trust import trusted_with
from shared.storage.writes import entity_of, mark, one_partition, row_of, standing

R = TypeVar("R", bound=Record)

# The SDK waits 300 seconds by default, four times; a marketplace waits five. After "timeout" nothing is tried again.
_CLIENT_OPTIONS: dict[str, Any] = {
    "connection_timeout": 2,
    "read_timeout": 4,
    "timeout": 4,
    "retry_total": 2,
    "retry_backoff_factor": 0.1,
}
_SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True)
class Account:
    """A storage account: its connection string, or its endpoint for a credential."""

    connection: str = field(repr=False)
    endpoint: str


class AzureTables:
    """`shared.ports.Tables` over azure-data-tables.

    ``clock`` dates the ledger's entries; ``on_request`` sees each HTTP request, for counting.
    """

    def __init__(
        self,
        main: Account,
        ledger: Account,
        credential: TokenCredential,
        clock: Clock,
        *,
        extra_ca_file: str = "",
        on_request: Callable[[object], None] | None = None,
    ) -> None:
        options = {**_CLIENT_OPTIONS, "raw_response_hook": wait_no_longer}
        if extra_ca_file:
            options["connection_verify"] = trusted_with(extra_ca_file)
        if on_request:
            options["raw_request_hook"] = on_request
        options["transport"] = transport(**options)
        places = [(main, keys.TABLES), (ledger, keys.LEDGER_TABLES)]
        services = [(_client(account, credential, options), names) for account, names in places]
        self._services = services
        self._clients = {name: service.get_table_client(name) for service, names in services for name in names}
        self._clock = clock
        self._pool = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="tables")

    def read(self, row: Row[R]) -> Stored[R] | None:
        """The row, or None."""
        keys_of(row)
        try:
            entity = self._clients[row.table].get_entity(row.partition, row.key)
        except AzureError as error:
            if is_about_a_missing_row(error):
                return None
            give_up(error)
        return Stored(row, to_record(row, entity), str(entity.metadata["etag"]))

    def read_together(self, rows: Sequence[Row[Any]]) -> list[Stored[Any] | None]:
        """Several rows side by side, in one round trip's time."""
        return self._together(self.read, rows)

    def find(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        """The rows of one partition whose keys begin with that of ``beginning``."""
        yield from self._query(beginning, "PartitionKey eq @partition", *_row_range(beginning))

    def find_together(self, beginnings: Sequence[Row[R]]) -> list[Stored[R]]:
        """The same for several short partitions side by side, in one round trip's time."""
        found = self._together(lambda beginning: [*self.find(beginning)], beginnings)
        return [stored for part in found for stored in part]

    def scan(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        """The rows of all partitions that begin with that of ``beginning``."""
        yield from self._query(
            beginning,
            "PartitionKey ge @partition and PartitionKey lt @partition_end",
            *_row_range(beginning),
            partition_end=_next(beginning.partition),
        )

    def find_due(self, until: datetime) -> Iterator[Stored[Due]]:
        """What is to be looked at by now, earliest day first: only days that are due are read."""
        yield from self._query(
            keys.due_until(until),
            "PartitionKey lt @partition",
            "at le @until",
            until=write_instant(until),
        )

    def write(self, *writes: Write) -> list[Stored[Any]]:
        """All or nothing, within one partition. Raises Conflict or StorageUnavailable."""
        operation = secrets.token_hex(16)
        marked = mark(writes, operation)
        noted = self._note_erased(marked, operation)
        try:
            etags = self._submit(marked)
        except AzureError as error:
            return self._resolve(error, marked, noted, operation)
        return [standing(write, etag) for write, etag in zip(marked, etags, strict=True) if etag]

    def forget_ledger_before(self, day: str) -> int:
        """Delete the ledger's entries that expired before a day; answers how many."""
        forgotten = 0
        for stored in self._query(keys.erased_until(day), "PartitionKey lt @partition"):
            self._forget(stored.row)
            forgotten += 1
        return forgotten

    def make_tables(self) -> None:
        """Create the tables that are not there yet; a deployment makes them itself."""
        for service, names in self._services:
            for name in sorted(names):
                service.create_table_if_not_exists(name)

    def _together(self, ask: Callable[[Any], Any], rows: Sequence[Row[Any]]) -> list[Any]:
        return [ask(rows[0])] if len(rows) == 1 else [*self._pool.map(ask, rows)]

    def _query(self, beginning: Row[R], *wanted: str, **more: str) -> Iterator[Stored[R]]:
        given = {
            "partition": beginning.partition,
            "row": beginning.key,
            "row_end": _next(beginning.key),
            **more,
        }
        text = " and ".join(wanted)
        used = {name: value for name, value in given.items() if f"@{name}" in text}
        try:
            for entity in self._clients[beginning.table].query_entities(text, parameters=used):
                row = replace(beginning, partition=entity["PartitionKey"], key=entity["RowKey"])
                yield Stored(row, to_record(row, entity), str(entity.metadata["etag"]))
        except AzureError as error:
            give_up(error)

    def _submit(self, writes: Sequence[Write]) -> list[str]:
        """The new ETag of each row, in order; empty for what is deleted."""
        client = self._clients[one_partition(writes)]
        if len(writes) == 1:
            return [_submit_one(client, writes[0])]
        answers = client.submit_transaction([(_verb(w), entity_of(w), _options(w)) for w in writes])
        return ["" if isinstance(w, Delete) else a["etag"] for w, a in zip(writes, answers, strict=True)]

    def _resolve(
        self, error: AzureError, writes: Sequence[Write], noted: Sequence[Note], operation: str
    ) -> list[Stored[Any]]:
        """What an error means: a retry inside the SDK can report a conflict with our own first try."""
        inserted = next((write.row for write in writes if isinstance(write, Insert)), None)
        there = self.read(inserted) if inserted else None
        if there is not None and there.record.operation == operation:
            rows = [row_of(write) for write in writes if not isinstance(write, Delete)]
            return [stored for stored in self.read_together(rows) if stored]
        if not is_conflict(error):
            give_up(error)
        for note in noted:
            if is_undone(note, self.read(row_of(note.write))):
                self._forget(note.entry.row)
        raise Conflict(inserted=there is not None) from error

    def _note_erased(self, writes: Sequence[Write], operation: str) -> list[Note]:
        # Before the deletion: an erasure that a restored backup could undo unnoticed would be worse.
        noted = [*notes(writes, operation, self._clock())]
        if noted:
            one_partition(writes)
            try:
                self._submit(mark([note.entry for note in noted], operation))
            except AzureError as error:
                give_up(error)
        return noted

    def _forget(self, entry: Row[Erased]) -> None:
        try:
            self._clients[entry.table].delete_entity(entry.partition, entry.key)
        except AzureError as error:
            give_up(error)


def _client(account: Account, credential: TokenCredential, options: dict[str, Any]) -> TableServiceClient:
    if account.connection:
        return TableServiceClient.from_connection_string(account.connection, **options)
    return TableServiceClient(account.endpoint, credential=credential, **options)


def _verb(write: Write) -> str:
    return {Insert: "create", Put: "upsert", Change: "update", Delete: "delete"}[type(write)]


def _options(write: Write) -> dict[str, Any]:
    match write:
        case Put():
            return {"mode": UpdateMode.REPLACE}
        case Change(read):
            return {"mode": UpdateMode.MERGE, **_guard(read)}
        case Delete(read):
            return _guard(read)
        case Insert():
            return {}


def _guard(read: Stored[Any]) -> dict[str, Any]:
    return {"etag": read.etag, "match_condition": MatchConditions.IfNotModified}


def _submit_one(client: TableClient, write: Write) -> str:
    acts: dict[str, Callable[..., Any]] = {
        "create": client.create_entity,
        "upsert": client.upsert_entity,
        "update": client.update_entity,
        "delete": client.delete_entity,
    }
    answer = acts[_verb(write)](entity_of(write), **_options(write))
    return answer["etag"] if answer else ""


def _row_range(beginning: Row[Any]) -> tuple[str, ...]:
    return ("RowKey ge @row", "RowKey lt @row_end") if beginning.key else ()


def _next(text: str) -> str:
    """The first text that does not begin with this one."""
    return text[:-1] + chr(ord(text[-1]) + 1) if text else ""
