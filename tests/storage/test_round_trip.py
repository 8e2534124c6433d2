"""Every record, through real storage and back; every field that may be empty can be made empty again."""

import secrets
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.records import RECORDS, Record
from shared.ports import Change, Insert, Row
from shared.storage.tables import AzureTables
from tests.storage.records import full

IDS = {"record_id", "operation"}
OPTIONAL = [
    pytest.param(model, name, id=f"{model.__name__}.{name}")
    for model in RECORDS
    for name, field in model.model_fields.items()
    if not field.is_required() and name not in IDS
]


def somewhere(model: type[Record]) -> tuple[Row[Any], Record]:
    """A full record, and a row for it that no other test uses."""
    row, record = full(model)
    return replace(row, partition=secrets.token_hex(8)), record


def content(record: Record) -> dict[str, object]:
    return record.model_dump(exclude=IDS)


@pytest.mark.parametrize("model", RECORDS)
def test_a_full_record_comes_back(tables: AzureTables, model: type[Record]) -> None:
    row, record = somewhere(model)

    written = tables.write(Insert(row, record))

    read = tables.read(row)
    assert read
    assert content(read.record) == content(record)
    assert [read] == written


@pytest.mark.parametrize("model", RECORDS)
def test_a_record_with_every_empty_value_comes_back(tables: AzureTables, model: type[Record]) -> None:
    row, record = somewhere(model)
    empty = {name: field.get_default() for name, field in model.model_fields.items() if not field.is_required()}
    emptied = record.model_copy(update=empty)

    tables.write(Insert(row, emptied))

    read = tables.read(row)
    assert read
    assert content(read.record) == content(emptied)


@pytest.mark.parametrize(("model", "name"), OPTIONAL)
def test_a_merge_clears_a_field_and_leaves_the_others(tables: AzureTables, model: type[Record], name: str) -> None:
    row, record = somewhere(model)
    cleared = {name: model.model_fields[name].get_default()}
    assert getattr(record, name) != cleared[name]
    stored = tables.write(Insert(row, record))[0]

    tables.write(Change(stored, stored.record.model_copy(update=cleared)))

    read = tables.read(row)
    assert read
    assert content(read.record) == content(record.model_copy(update=cleared))


def test_every_written_row_has_a_random_id_of_its_own(tables: AzureTables) -> None:
    ids = []
    for model in RECORDS:
        row, record = somewhere(model)
        ids.append(tables.write(Insert(row, record))[0].record.record_id)

    assert len(set(ids)) == len(RECORDS)
    assert {len(bytes.fromhex(id)) for id in ids} == {16}  # noqa: A001 - it is one
