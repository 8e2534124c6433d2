"""What is held about people is exactly this; more of it takes a change here, and so a thought."""

from enum import Enum

import pytest

from shared.domain.inventory import Category, Held
from shared.domain.records import RECORDS, Record, held_fields

ABOUT_SOMEBODY = {Category.IDENTIFIER, Category.CONTACT, Category.USAGE, Category.CHOICE}

every_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)


def about_somebody() -> dict[str, set[str]]:
    found = {
        record.__name__: {field for field, held in held_fields(record).items() if held.category in ABOUT_SOMEBODY}
        for record in RECORDS
    }
    return {record: fields for record, fields in found.items() if fields}


def test_of_people_nothing_more_is_held_than_this() -> None:
    assert about_somebody() == {
        "Subscription": {"account", "tenant"},
        "Seat": {
            "tenant",
            "object_id",
            "name",
            "addresses",
            "hints",
            "assigned_on",
            "last_used",
            "kept",
            "objected_to_last_use",
            "ends_at",
        },
        "Account": {"tenant", "object_id", "name", "addresses", "last_sign_in", "closed"},
        "Ownership": {"subscription"},
        "SeatHint": {"subscription", "seat"},
        "AccountHint": {"account"},
        "Reference": {"account"},
        "Due": {"seat", "hints"},
    }


@every_record
def test_every_field_says_all_that_must_be_said_from_closed_lists(record: type[Record]) -> None:
    for held in held_fields(record).values():
        said = [getattr(held, name) for name in Held.__slots__ if name != "exported"]

        assert all(isinstance(word, Enum) for word in said)


def test_a_record_with_a_field_that_nothing_is_said_of_cannot_even_be_declared() -> None:
    with pytest.raises(StopIteration):

        class Careless(Record):
            remark: str = ""
