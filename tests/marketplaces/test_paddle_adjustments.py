"""Which adjustments are of the whole of a transaction, condition by condition."""

from typing import Any

import pytest

from shared.marketplaces.paddle.adjustments import TAKE_BACK, covers, may_be_whole, says_whole, status_of
from shared.marketplaces.paddle.payloads import AdjustmentData


def adjustment(kind: str | None, *items: str | None, status: str = "approved") -> AdjustmentData:
    """One whose items are of these types; each bears the id that its place gives it."""
    data = {"id": "adj_1", "action": "refund", "status": status, "transaction_id": "txn_1", "type": kind}
    told = [{"type": item, "item_id": f"txnitm_{place}"} for place, item in enumerate(items)]
    return AdjustmentData.model_validate({**data, "items": told})


def sold(*items: str) -> dict[str, Any]:
    return {"details": {"line_items": [{"id": item} for item in items]}}


@pytest.mark.parametrize(
    ("kind", "items", "says", "may"),
    [
        ("full", (), True, False),
        ("full", ("full",), True, False),
        ("full", ("full", "partial"), True, False),
        ("full", (None,), True, False),
        ("full", ("tax",), False, False),
        ("full", ("proration",), False, False),
        ("full", ("full", "tax"), False, False),
        ("full", ("full", "proration"), False, False),
        ("full", ("tax", "proration"), False, False),
        ("partial", ("full",), False, True),
        ("partial", ("full", "full"), False, True),
        ("partial", ("full", "partial"), False, False),
        ("partial", ("full", "tax"), False, False),
        ("partial", ("full", "proration"), False, False),
        ("partial", ("full", None), False, False),
        ("partial", (), False, False),
        ("partial", ("proration",), False, False),
        ("partial", ("tax",), False, False),
        (None, ("full",), False, True),
        (None, ("partial",), False, False),
        (None, (), False, False),
        ("something_new", ("full",), False, False),
        ("something_new", (), False, False),
    ],
)
def test_it_says_whole_may_be_or_is_not(kind: str | None, items: tuple[str | None, ...], says: bool, may: bool) -> None:  # noqa: FBT001
    data = adjustment(kind, *items)

    assert (says_whole(data), may_be_whole(data)) == (says, may)


@pytest.mark.parametrize(
    ("transaction", "whole"),
    [
        (sold("txnitm_0", "txnitm_1"), True),
        (sold("txnitm_1"), True),
        (sold("txnitm_0", "txnitm_1", "txnitm_2"), False),
        (sold("txnitm_2"), False),
        (sold(), False),
        ({"details": {}}, False),
        ({"details": None}, False),
        ({"details": {"line_items": [{}]}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_nothing_that_was_sold_may_be_left_out(transaction: dict[str, Any] | None, whole: bool) -> None:  # noqa: FBT001
    assert covers(adjustment("partial", "full", "full"), transaction) is whole


@pytest.mark.parametrize("status", ["pending_approval", "approved", "rejected", "reversed"])
def test_a_status_that_is_known_is_kept(status: str) -> None:
    assert status_of(adjustment("full", status=status)) == status


@pytest.mark.parametrize("status", ["", "APPROVED", "something_new", "x" * 300])
def test_one_that_is_not_is_kept_as_unknown(status: str) -> None:
    assert status_of(adjustment("full", status=status)) == "unknown"


def test_refunds_and_disputes_may_take_back_and_nothing_else() -> None:
    assert {
        "refund",
        "chargeback",
        "chargeback_reverse",
        "chargeback_warning",
        "chargeback_warning_reverse",
    } == TAKE_BACK
