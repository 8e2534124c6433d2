"""A person's copy of everything that is held about them (P21)."""

from typing import Any

from shared.domain.people import Person
from shared.domain.portability import described, left_out, plain
from shared.domain.records import RECORDS
from shared.operations.held_about import Kept, held_about
from shared.ports import Outside

# Nothing leads from a person to these, and they go by themselves.
NOT_FOUND_BY_PERSON = {
    "Due": "what is to be deleted or looked at names rows, some by hashes of addresses; it goes when it was looked at",
    "Reference": "a checkout that was begun is found by its random reference only; it goes within 7 days",
}


def copy_data(outside: Outside, person: Person) -> dict[str, Any]:
    """Every field about them with category, purpose, basis, source, recipients and end, to be written as JSON."""
    return {
        "made_at": plain(outside.clock()),
        "person": {"tenant": person.tenant, "object_id": person.object_id},
        "records": [_record(kept) for kept in held_about(outside, person)],
        "not_shown": {
            "fields": {record.__name__: left_out(record) for record in RECORDS},
            "records": NOT_FOUND_BY_PERSON,
        },
        "sold_or_shared_for_advertising": False,
    }


def _record(kept: Kept) -> dict[str, Any]:
    row = kept.stored.row
    return {
        "record": kept.kind,
        "row": f"{row.table}/{row.partition}/{row.key}",
        "fields": described(kept.stored.record, kept.goes_at),
    }
