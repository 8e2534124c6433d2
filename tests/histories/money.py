"""What Paddle tells when money goes back: refunds, credits, disputes and what ends them."""

from collections.abc import Callable

from tests.paddle import Payload, Subscription


def _bought(bought: Subscription) -> tuple[list[Payload], str]:
    told = bought.bought()
    bought.later(hours=1)
    return told, str(told[-1]["data"]["id"])


def a_refund_that_waited(bought: Subscription) -> list[Payload]:
    told, number = _bought(bought)
    waiting = bought.adjusted(number, status="pending_approval", id=f"adj_{bought.id}_1")
    bought.later(hours=1)
    return [*told, waiting, bought.adjusted(number, id=f"adj_{bought.id}_1")]


def a_refund_and_a_renewal(bought: Subscription) -> list[Payload]:
    return [*a_refund_that_waited(bought), *bought.renewed()]


def a_refund_that_was_refused_and_another(bought: Subscription) -> list[Payload]:
    told, number = _bought(bought)
    states = ("pending_approval", "rejected")
    refused = [bought.adjusted(number, status=status, id=f"adj_{bought.id}_1") for status in states]
    return [*told, *refused, bought.adjusted(number)]


def a_refund_in_part(bought: Subscription) -> list[Payload]:
    told, number = _bought(bought)
    partial = bought.adjusted(number, kind="partial")
    partial["data"]["items"] = [{"item_id": f"txnitm_{number}", "type": "partial"}]
    return [*told, partial, *bought.renewed()]


def a_tax_number_that_came_later(bought: Subscription) -> list[Payload]:
    told, number = _bought(bought)
    tax = bought.adjusted(number, "refund", kind="partial")
    tax["data"]["items"] = [{"type": "tax"}]
    credit = bought.adjusted(number, "credit", kind="partial")
    credit["data"]["items"] = [{"type": "tax"}]
    return [*told, tax, credit, *bought.renewed()]


def a_dispute_and_its_end(bought: Subscription) -> list[Payload]:
    told, number = _bought(bought)
    return [*told, *(bought.adjusted(number, action) for action in ("chargeback", "chargeback_reverse"))]


def a_warning_that_became_a_dispute(bought: Subscription) -> list[Payload]:
    (created, _, paid), number = _bought(bought)
    actions = ["chargeback_warning", "chargeback", "chargeback_reverse", "chargeback_warning_reverse"]
    return [created, paid, *(bought.adjusted(number, action) for action in actions)]


def a_dispute_by_its_own_states(bought: Subscription) -> list[Payload]:
    told, number = _bought(bought)
    states = [
        bought.adjusted(number, "chargeback", status, f"adj_{bought.id}_1") for status in ("approved", "reversed")
    ]
    return [*told, *states, bought.adjusted(number, "chargeback")]


def a_dispute_paid_on_after(bought: Subscription) -> list[Payload]:
    return [*a_dispute_by_its_own_states(bought), *bought.renewed()]


def a_chargeback_after_a_renewal(bought: Subscription) -> list[Payload]:
    told = [*bought.bought(), *bought.renewed()]
    number = told[-1]["data"]["id"]
    bought.later(days=2)
    return [*told, *(bought.adjusted(number, f"chargeback{end}") for end in ("", "_reverse"))]


MONEY: list[Callable[[Subscription], list[Payload]]] = [
    a_refund_that_waited,
    a_refund_and_a_renewal,
    a_refund_that_was_refused_and_another,
    a_refund_in_part,
    a_tax_number_that_came_later,
    a_dispute_and_its_end,
    a_warning_that_became_a_dispute,
    a_dispute_by_its_own_states,
    a_dispute_paid_on_after,
    a_chargeback_after_a_renewal,
]
