"""The kinds of fields that a record may have, each with its storage form.

An empty text stands for "none", since a merge cannot clear a property.
"""

import json
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, StringConstraints

from shared.domain import instants

Text = Annotated[str, StringConstraints(max_length=512)]
# A property of a row holds 64 KiB of UTF-16.
LongText = Annotated[str, StringConstraints(max_length=32_000)]


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _instant(value: object) -> object:
    return instants.parse(value) if isinstance(value, str) and value else _none_if_empty(value)


def from_json(value: object) -> object:
    """What a stored JSON text holds; anything else as it is."""
    return json.loads(value) if isinstance(value, str) else value


Instant = Annotated[
    datetime | None,
    BeforeValidator(_instant),
    PlainSerializer(lambda at: instants.write_instant(at) if at else ""),
]
Day = Annotated[
    date | None, BeforeValidator(_none_if_empty), PlainSerializer(lambda day: day.isoformat() if day else "")
]
Instants = Annotated[
    tuple[datetime, ...],
    BeforeValidator(lambda stored: tuple(map(_instant, from_json(stored)))),
    PlainSerializer(lambda moments: json.dumps([instants.write_instant(at) for at in moments])),
]
Texts = Annotated[tuple[Text, ...], BeforeValidator(from_json), PlainSerializer(json.dumps)]
