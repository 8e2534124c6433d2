"""Records: every field is explained, and what a newer version stored does not stop an older one."""

import pytest
from pydantic import ValidationError

from shared.domain.records import RECORDS, AdjustmentState, Record, Transaction, held_fields
from tests.world import NOON

STATE = AdjustmentState(action="refund", status="approved", full=True, version="2026")


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_says_what_it_is_why_and_how_long(record: type[Record]) -> None:
    assert set(held_fields(record)) == set(record.model_fields)


@pytest.mark.parametrize("record", RECORDS)
def test_what_nobody_described_cannot_be_stored(record: type[Record]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        record.model_validate({"undescribed": 1})


def test_a_transaction_comes_back_as_it_was_stored() -> None:
    stored = Transaction(paid_until=NOON, adjustments={"adj_2": STATE, "adj_1": STATE})

    assert Transaction.model_validate(stored.model_dump()) == stored
    assert Transaction.model_validate(Transaction().model_dump()) == Transaction()


def test_what_a_newer_version_knows_of_an_adjustment_is_passed_over() -> None:
    newer = '{"adj_1": {"action": "refund", "status": "approved", "full": true, "version": "2026", "currency": "EUR"}}'

    assert Transaction.model_validate({"adjustments": newer}).adjustments == {"adj_1": STATE}
