"""What is held, as the page `docs/data.md`: written from the records' own annotations, so that it stays true."""

from collections.abc import Iterator

from shared.domain.inventory import Held
from shared.domain.records import RECORDS, Record, held_fields

_HEAD = """\
# What is held

Written by `python -m support describe-data` from `shared/domain/records.py`; a test compares the two.
Storage accepts nothing that is not listed here.
Every row also has the two fields under *Every record*.
*Exported* says whether a person's copy of their data shows the field.
"""

_COLUMNS = ("field", "category", "purpose", "legal basis", "source", "recipients", "kept until", "exported")


def describe_data() -> str:
    """The page as text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield from _section("Every record", Record, held_fields(Record))
    for record in RECORDS:
        own = {name: held for name, held in held_fields(record).items() if name not in Record.model_fields}
        yield ""
        yield from _section(record.__name__, record, own)


def _section(title: str, record: type[Record], fields: dict[str, Held]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from (record.__doc__ or "").strip().replace(". ", ".\n").splitlines()
    yield ""
    yield _row(_COLUMNS)
    yield _row(["---"] * len(_COLUMNS))
    for name, held in fields.items():
        yield _row([f"`{name}`", *_cells(held)])


def _cells(held: Held) -> list[str]:
    said = [held.category, held.purpose, held.basis, held.source, held.recipients, held.keep]
    return [*(word.value for word in said), "yes" if held.exported else "no"]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
