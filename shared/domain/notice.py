"""What is told about stored data before it is collected (P14), read from the records' own annotations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.inventory import PAST, Basis, Category, Held, Keep, Past, Purpose, Recipient, Source
from shared.domain.records import RECORDS, Record, held_fields

_ALL: tuple[type[Record], ...] = (Record, *RECORDS)
_PAST_IS_LISTED = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Entry:
    """Fields of one record of which the same is to be said."""

    fields: tuple[str, ...]
    held: Held


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is said of one category, wherever it is stored."""

    category: Category
    purposes: tuple[Purpose, ...]
    bases: tuple[Basis, ...]
    sources: tuple[Source, ...]
    recipients: tuple[Recipient, ...]
    keeps: tuple[Keep, ...]


def entries() -> dict[str, list[Entry]]:
    """Every stored field of every record, by the record's name; `Record` is what each of them has."""
    return {record.__name__: _entries(record) for record in _ALL}


def summaries() -> Iterator[Summary]:
    """Each category in which something is stored, in the order of their list."""
    everything = [held for record in _ALL for held in held_fields(record).values()]
    for category in Category:
        of_it = [held for held in everything if held.category is category]
        if of_it:
            yield Summary(
                category,
                tuple(word for word in Purpose if word in {held.purpose for held in of_it}),
                tuple(word for word in Basis if word in {held.basis for held in of_it}),
                tuple(word for word in Source if word in {held.source for held in of_it}),
                tuple(word for word in Recipient if word in {held.recipients for held in of_it}),
                tuple(word for word in Keep if word in {held.keep for held in of_it}),
            )


def listed_past(today: date, past: Sequence[Past] = PAST) -> list[Past]:
    """What was stored until less than twelve months ago."""
    return [found for found in past if today - found.ended_on < _PAST_IS_LISTED]


def _entries(record: type[Record]) -> list[Entry]:
    own = {
        name: held for name, held in held_fields(record).items() if record is Record or name not in Record.model_fields
    }
    return [
        Entry(tuple(name for name, other in own.items() if other == held), held) for held in dict.fromkeys(own.values())
    ]
