"""Which adjustments take a period back: disputes, and refunds of all that a transaction was for.

https://developer.paddle.com/build/transactions/create-transaction-adjustments
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.marketplaces.paddle.payloads import Adjusted, AdjustmentData

_DISPUTES = frozenset({"chargeback", "chargeback_warning", "chargeback_reverse", "chargeback_warning_reverse"})
TAKE_BACK = _DISPUTES | {"refund"}
_STATUSES = frozenset({"pending_approval", "approved", "rejected", "reversed"})
_NOT_THE_PRICE = frozenset({"tax", "proration"})


def status_of(data: AdjustmentData) -> str:
    """What is stored of a status is one that is known."""
    return data.status if data.status in _STATUSES else "unknown"


def says_whole(data: AdjustmentData) -> bool:
    """Whether it says of itself that it is of the whole price."""
    return data.type == "full" and not {item.type for item in data.items} & _NOT_THE_PRICE


def may_be_whole(data: AdjustmentData) -> bool:
    """Whether all its items are given back in full, so that only the transaction tells if these are all there are."""
    return data.type in {None, "partial"} and {item.type for item in data.items} == {"full"}


def covers(data: AdjustmentData, transaction: Mapping[str, Any] | None) -> bool:
    """Whether nothing of the transaction is left out. Where that is not to be seen, no period is taken back.

    Several adjustments that are only together of the whole stay partial: each has a status of its own.
    """
    try:
        sold = {line.id for line in Adjusted.model_validate(transaction).details.line_items}
    except ValidationError:
        return False
    return bool(sold) and sold <= {item.item_id for item in data.items}
