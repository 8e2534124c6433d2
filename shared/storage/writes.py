"""What is to be written, before any table service sees it: marked, checked, and told apart where it erases."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from shared.domain.records import Erased
from shared.ports import Change, Delete, Insert, LedgerNote, NotStorable, Put, Row, Stored, Write
from shared.storage.entities import Entity, keys_of, to_entity, to_merge

_LARGEST_BATCH = 100
_LARGEST_BATCH_BYTES = 4 * 1024 * 1024
_BYTES_BESIDE_AN_ENTITY = 1024
_BYTES_BESIDE_A_VALUE = 64


def mark(writes: Sequence[Write], operation: str) -> list[Write]:
    """Rows that may be new get their random id, and the id of this attempt to write them."""
    return [_marked(write, operation) for write in writes]


def _marked(write: Write, operation: str) -> Write:
    if not isinstance(write, Insert | Put):
        return write
    ids = {"record_id": secrets.token_hex(16), "operation": operation}
    return replace(write, record=write.record.model_copy(update=ids))


def row_of(write: Write) -> Row[Any]:
    """The row that is written."""
    return write.row if isinstance(write, Insert | Put) else write.read.row


def entity_of(write: Write) -> Entity:
    """What goes over the wire for a write."""
    match write:
        case Insert(row, record) | Put(row, record):
            return to_entity(row, record)
        case Change(read, record):
            return to_merge(read.row, read.record, record)
        case Delete(read):
            return keys_of(read.row)


def standing(write: Write, etag: str) -> Stored[Any]:
    """What stands after a write that answered an ETag."""
    match write:
        case Insert(row, record) | Put(row, record):
            return Stored(row, record, etag)
        case Change(read, record):
            return Stored(read.row, record, etag)
        case Delete(read):
            return read


def one_partition(writes: Sequence[Write]) -> str:
    """The table of a batch. Raises NotStorable unless it is one that the service takes."""
    rows = [row_of(write) for write in writes]
    places = {(row.table, row.partition) for row in rows}
    if len(places) != 1 or len({row.key for row in rows}) != len(rows) or len(rows) > _LARGEST_BATCH:
        raise NotStorable("a batch has 1 to 100 different rows of one partition")
    if sum(_bytes(entity_of(write)) for write in writes) > _LARGEST_BATCH_BYTES:
        raise NotStorable("a batch is too large")
    return rows[0].table


def _bytes(entity: Entity) -> int:
    """At least what an entity takes in a batch: JSON in ASCII with a type beside each value, and its keys in a URL."""
    keys = quote(f"{entity['PartitionKey']}{entity['RowKey']}")
    return len(json.dumps(entity)) + len(keys) + len(entity) * _BYTES_BESIDE_A_VALUE + _BYTES_BESIDE_AN_ENTITY


def erasures(writes: Sequence[Write]) -> Iterator[Erased]:
    """What the ledger must know: records about people that go, or that lose the person."""
    for write in writes:
        match write:
            case Delete(read) if read.record.erasure_is_repeated:
                yield _note(read, "deleted")
            case Change(read, _, erases) if erases:
                yield _note(read, erases)
            case _:
                pass


def _note(read: Stored[Any], done: LedgerNote) -> Erased:
    return Erased(erased_record=read.record.record_id, done=done)
