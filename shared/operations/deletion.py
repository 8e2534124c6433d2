"""Deleting rows that may be gone already."""

from collections.abc import Sequence
from typing import Any

from shared.ports import Delete, Outside, Row, Stored

_LARGEST_BATCH = 100


def delete_rows(outside: Outside, rows: Sequence[Stored[Any]]) -> int:
    """Delete rows of one partition; answers how many. Raises Conflict."""
    for start in range(0, len(rows), _LARGEST_BATCH):
        outside.tables.write(*(Delete(stored) for stored in rows[start : start + _LARGEST_BATCH]))
    return len(rows)


def delete_if_there(outside: Outside, row: Row[Any]) -> int:
    """Delete one row, if it is there; answers how many. Raises Conflict."""
    stored = outside.tables.read(row)
    if stored is not None:
        outside.tables.write(Delete(stored))
    return int(stored is not None)
