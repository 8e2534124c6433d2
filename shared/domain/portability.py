"""A copy of what is held, field by field with all that is to be said of it (P21), as JSON can carry it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from shared.domain.instants import write_instant
from shared.domain.records import Record, held_fields


def described(record: Record, goes_at: datetime | None) -> dict[str, dict[str, Any]]:
    """The fields that a copy shows. A field whose end is known has it as a moment beside the rule."""
    return {
        name: {
            "value": plain(getattr(record, name)),
            "category": held.category.value,
            "purpose": held.purpose.value,
            "legal_basis": held.basis.value,
            "source": held.source.value,
            "recipients": held.recipients.value,
            "kept_until": held.keep.value,
            "goes_at": plain(goes_at),
        }
        for name, held in held_fields(type(record)).items()
        if held.exported
    }


def left_out(record: type[Record]) -> list[str]:
    """The fields that a copy does not show: bookkeeping that names nobody, and the key to somebody's own tokens."""
    return [name for name, held in held_fields(record).items() if not held.exported]


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON is made of
    """A stored value as JSON writes it."""
    match value:
        case datetime():
            return write_instant(value)
        case date():
            return value.isoformat()
        case BaseModel():
            return {name: plain(getattr(value, name)) for name in type(value).model_fields}
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case str() | None | bool() | int():
            return value
        case Iterable():
            return [plain(each) for each in value]
    raise TypeError
