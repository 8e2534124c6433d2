"""Every field of every record says, from closed lists, what it is and until when it is kept; nothing else is stored."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated

import pytest
from pydantic import BaseModel

from shared.domain.held import OURS
from shared.domain.inventory import Basis, Category, Held, Keep, Purpose, Recipient, Source
from shared.domain.records import RECORDS, Record, held_fields
from shared.operations.copy_data import NOT_FOUND_BY_PERSON

FIELDS = [pytest.param(model, name, id=f"{model.__name__}.{name}") for model in RECORDS for name in model.model_fields]
CLOSED = {
    "category": Category,
    "purpose": Purpose,
    "basis": Basis,
    "source": Source,
    "recipients": Recipient,
    "keep": Keep,
    "exported": bool,
}


def kinds_of(record: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for kind in record.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_the_list_of_records_is_whole() -> None:
    ours = [kind for kind in kinds_of(Record) if kind.__module__.startswith(("shared.", "functions.", "support."))]

    assert sorted(kind.__name__ for kind in ours) == sorted(record.__name__ for record in RECORDS)
    assert len(set(RECORDS)) == len(RECORDS)


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_every_field_is_described_once_from_the_closed_lists(model: type[Record], name: str) -> None:
    [held] = [note for note in model.model_fields[name].metadata if isinstance(note, Held)]

    assert {part.name: type(getattr(held, part.name)) for part in dataclasses.fields(held)} == CLOSED
    assert held_fields(model)[name] is held


def test_a_record_with_a_field_that_is_not_described_cannot_even_be_declared() -> None:
    with pytest.raises(StopIteration):
        type("Diary", (Record,), {"__annotations__": {"entry": str}})


def test_a_described_field_can_be_declared() -> None:
    diary = type("Diary", (Record,), {"__annotations__": {"entry": Annotated[str, OURS]}, "__module__": __name__})

    assert held_fields(diary)["entry"] is OURS


@pytest.mark.parametrize("model", RECORDS)
def test_every_record_forbids_what_it_does_not_declare_and_never_changes(model: type[Record]) -> None:
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("hide_input_in_errors") is True


@pytest.mark.parametrize("model", RECORDS)
def test_every_record_has_the_two_random_ids(model: type[Record]) -> None:
    assert {"record_id", "operation"} <= set(model.model_fields)


def test_nothing_that_is_about_a_person_is_left_out_of_an_export_unseen() -> None:
    hidden = {
        f"{model.__name__}.{name}"
        for model in RECORDS
        for name, held in held_fields(model).items()
        if held.is_about_a_person and not held.exported and model.__name__ not in NOT_FOUND_BY_PERSON
    }

    # What a token opens is the person's own at Microsoft; the key to it is shown to nobody, and that it is there is.
    assert hidden == {"Token.sealed"}
