"""The erasure ledger's entries: made before a record about people goes, so that a restored backup loses it again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.instants import day_of
from shared.domain.records import Erased
from shared.domain.retention import LEDGER_KEPT
from shared.ports import Change, Put, Stored, Write
from shared.storage import keys
from shared.storage.entities import to_merge
from shared.storage.writes import erasures


@dataclass(frozen=True, slots=True)
class Note:
    """One attempt to erase, and the entry that is this attempt's own: nobody else takes it back."""

    write: Write
    entry: Put[Erased]


def notes(writes: Sequence[Write], operation: str, now: datetime) -> Iterator[Note]:
    """The ledger's entries for what the writes erase."""
    for write in writes:
        for erased in erasures([write]):
            row = keys.erased(day_of(now + LEDGER_KEPT), f"{erased.erased_record}.{operation}")
            yield Note(write, Put(row, erased))


def is_undone(note: Note, there: Stored[Any] | None) -> bool:
    """Whether the erasure did not happen, given what stands now.

    A conflict may be with our own first try, whose answer was lost; that one's entry has to stay.
    """
    if there is None or there.record.record_id != note.entry.record.erased_record:
        return False
    match note.write:
        case Change(read, record):
            wanted = to_merge(read.row, read.record, record)
            return not wanted.items() <= to_merge(read.row, read.record, there.record).items()
        case _:
            return True
