"""Table storage as operations use it: rows, what is written to them, and how that fails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from shared.domain.errors import Unavailable
from shared.domain.records import Due, Record

R = TypeVar("R", bound=Record)
LedgerNote = Literal["deleted", "owner removed"]


@dataclass(frozen=True, slots=True)
class Row(Generic[R]):
    """Where one row stands and what it holds. Made in `shared/storage/keys.py` only."""

    table: str
    partition: str
    key: str
    model: type[R]


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """A row as it was read, or written by us: the record with the ETag that guards a change of it."""

    row: Row[R]
    record: R
    etag: str


@dataclass(frozen=True, slots=True)
class Insert(Generic[R]):
    """A row that must not exist yet."""

    row: Row[R]
    record: R


@dataclass(frozen=True, slots=True)
class Change(Generic[R]):
    """A merge of the fields in which ``record`` differs from what was read, refused if the row changed since.

    ``erases`` is for the ledger, where a change takes a person out of a record.
    """

    read: Stored[R]
    record: R
    erases: LedgerNote | None = None


@dataclass(frozen=True, slots=True)
class Put(Generic[R]):
    """A row whose content follows from its key: written whether it is there or not."""

    row: Row[R]
    record: R


@dataclass(frozen=True, slots=True)
class Delete(Generic[R]):
    """The end of a row, refused if it changed since it was read. A row that is gone is fine alone, not in a batch."""

    read: Stored[R]


Write = Insert[Any] | Change[Any] | Put[Any] | Delete[Any]


class Conflict(Exception):
    """Somebody else wrote first. ``inserted`` says whether the first row to be inserted is there already."""

    def __init__(self, *, inserted: bool) -> None:
        super().__init__("conflict")
        self.inserted = inserted


class StorageUnavailable(Unavailable):
    """Storage did not answer, or refused us; whether a write happened is not known."""


class NotStorable(ValueError):
    """A key or a value that the table service would refuse. Always an error of ours, never of a user's."""


class Tables(Protocol):
    """Table storage. Every call raises StorageUnavailable; nothing else says what happened behind it."""

    def read(self, row: Row[R]) -> Stored[R] | None:
        """The row, or None."""
        ...

    def read_together(self, rows: Sequence[Row[Any]]) -> list[Stored[Any] | None]:
        """Several rows side by side, in one round trip's time."""
        ...

    def find(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        """The rows of one partition whose keys begin with that of ``beginning``."""
        ...

    def find_together(self, beginnings: Sequence[Row[R]]) -> list[Stored[R]]:
        """The same for several short partitions side by side, in one round trip's time."""
        ...

    def scan(self, beginning: Row[R]) -> Iterator[Stored[R]]:
        """The rows of all partitions that begin with that of ``beginning``. For an operator's commands only."""
        ...

    def find_due(self, until: datetime) -> Iterator[Stored[Due]]:
        """What is to be looked at by now, earliest day first, read as it is asked for."""
        ...

    def write(self, *writes: Write) -> list[Stored[Any]]:
        """All or nothing, within one partition. Answers what stands now, less what was deleted. Raises Conflict."""
        ...

    def forget_ledger_before(self, day: str) -> int:
        """Delete the ledger's entries that expired before a day; answers how many."""
        ...
