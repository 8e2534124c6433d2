"""What is held about people is exactly this; more of it takes a change here, and so a thought."""

from shared.domain.inventory import Category
from shared.domain.records import RECORDS, held_fields

ABOUT_SOMEBODY = {Category.IDENTIFIER, Category.CONTACT, Category.USAGE, Category.CHOICE}


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
        "BillingContact": {"account", "name", "email"},
        "Account": {
            "tenant",
            "object_id",
            "name",
            "addresses",
            "last_sign_in",
            "closed",
            "closing",
            "not_before",
            "objections",
            "requests",
        },
        "Token": {"sealed", "used_on"},
        "Ownership": {"subscription", "tenant"},
        "SeatHint": {"subscription", "seat"},
        "AccountHint": {"account"},
        "Reference": {"account"},
        "Due": {"seat", "hints"},
    }
