"""Tables for spreadsheets: CSV that opens with its letters right, and in which nothing is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from shared.domain.people_list import FORMULA_STARTS


def to_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it. A cell that could be a formula begins with an apostrophe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    # Spaces in front do not stop every spreadsheet.
    return f"'{cell}" if cell.lstrip().startswith(FORMULA_STARTS) or cell.startswith(FORMULA_STARTS) else cell
