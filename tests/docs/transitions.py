"""The table of what each event means, made by telling the code each event: `python -m tests.docs.transitions`."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from shared.domain.entitlement import Code, Entitlement, entitlement
from shared.domain.purchases import Event, PaymentsRead, Purchase, apply
from shared.domain.records import Status, Subscription
from shared.marketplaces.microsoft import reading as microsoft
from shared.marketplaces.microsoft.payloads import OperationData, SubscriptionData
from shared.marketplaces.paddle import events as paddle
from tests.domain.test_entitlement import TERMS, seat
from tests.domain.test_purchases import with_trial
from tests.marketplaces.receiving import receive
from tests.paddle import Payload, text
from tests.paddle import Subscription as Sold
from tests.world import LARGE_PRICE, NOON

DAY = timedelta(days=1)
MONTH = 30 * DAY
NUMBER = "5ub00000-0000-4000-8000-000000000001"
OFFERS = microsoft.Offers({("add-in", "team"): "team", ("add-in", "business"): "business"})
_NOTHING = "–"

HEAD = f"""# What each event means

Made by `python -m tests.docs.transitions` from the code itself, and a test holds that it is what the code does.
Days count from the purchase; a period has thirty of them, and `GRACE_DAYS` is {TERMS.grace.days} here.
A dash stands for what an event leaves as it was.
The rules are in `shared/domain/purchases.py` (what is told) and `shared/domain/entitlement.py` (what follows).
"""


def status_rows() -> Iterable[Sequence[str]]:
    """Each status: the vendors' words for it, and what a seat gets for it."""
    for status in get_args(Status):
        at_paddle = sorted(word for word, ours in paddle._STATUS.items() if ours == status)  # noqa: SLF001
        at_microsoft = sorted(word for word, ours in microsoft._STATUS.items() if ours == status)  # noqa: SLF001
        paid: dict[str, Any] = {"period_start": NOON, "paid_through": NOON + MONTH, "trial_end": NOON + MONTH}
        unpaid: dict[str, Any] = {"period_start": NOON, "unpaid_from": NOON, "trial_end": NOON}
        yield (
            f"`{status}`",
            _spans(at_paddle),
            _spans(at_microsoft),
            _have(Subscription(status=status, plan="team", quantity=3, **paid), NOON),
            _have(Subscription(status=status, plan="team", quantity=3, **unpaid), NOON),
            _have(Subscription(status=status, plan="team", quantity=3, **unpaid), NOON + TERMS.grace),
        )


def _bought(sold: Sold) -> list[Payload]:
    return sold.bought()


def _on_trial(sold: Sold) -> list[Payload]:
    return with_trial(sold, NOON + 14 * DAY)


def _converted(sold: Sold) -> list[Payload]:
    sold.now = sold.period_start = NOON + 14 * DAY
    sold.status, sold.changed = "active", {}
    return [sold.tell(), sold.tell("activated"), sold.paid("subscription_recurring")]


def _told_before_payment(sold: Sold) -> list[Payload]:
    return sold.renewal_failed()[:1]


def _read_back(_: Sold) -> list[Payload]:
    """All that there are were told before, by events."""
    return []


def _planned(action: str, resume: timedelta | None = None) -> Callable[[Sold], list[Payload]]:
    def story(sold: Sold) -> list[Payload]:
        resume_at = text(sold.period_end + resume) if resume else None
        change = {"action": action, "effective_at": text(sold.period_end), "resume_at": resume_at}
        sold.changed = {"scheduled_change": change, "next_billed_at": None}
        return [sold.tell()]

    return story


def _upgraded(sold: Sold) -> list[Payload]:
    sold.price = LARGE_PRICE
    return [sold.tell(), sold.paid("subscription_update")]


def _yearly(sold: Sold) -> list[Payload]:
    sold.price, sold.period = "pri_team_yearly", 365 * DAY
    return [sold.tell(), sold.paid("subscription_update")]


def _adjusted(action: str, status: str = "approved", kind: str = "full") -> Callable[[Sold], list[Payload]]:
    return lambda sold: [sold.adjusted(f"txn_{sold.id}", action, status, kind)]


def _renewed_by_invoice(sold: Sold) -> list[Payload]:
    sold.changed = {"collection_mode": "manual"}
    return [sold.tell("created")]


def _card_changed(sold: Sold) -> list[Payload]:
    return [sold.paid("subscription_payment_method_change")]


# What happened before, what happens, what Paddle tells of it.
PADDLE: Sequence[tuple[str, Sequence[Callable[[Sold], list[Payload]]], str]] = (
    ("purchase", [_bought], "`subscription.created`, `.activated`, `transaction.completed`"),
    ("a trial begins", [_on_trial], "`subscription.created`, `.trialing`"),
    (
        "the trial becomes paid",
        [_on_trial, _converted],
        "`subscription.updated`, `.activated`, `transaction.completed`",
    ),
    ("an invoice that is only billed", [_renewed_by_invoice], "`subscription.created`"),
    ("a period advances, not yet paid", [_bought, _told_before_payment], "`subscription.updated`"),
    ("its payments were read, and it is not", [_bought, _told_before_payment, _read_back], "what is read back"),
    ("renewal", [_bought, Sold.renewed], "`subscription.updated`, `transaction.completed`"),
    ("a renewal fails", [_bought, Sold.renewal_failed], "`subscription.updated`, `.past_due`"),
    (
        "the payment is made good",
        [_bought, Sold.renewal_failed, Sold.recovered],
        "`transaction.completed`, `subscription.updated`",
    ),
    ("dunning is exhausted", [_bought, Sold.renewal_failed, Sold.canceled], "`subscription.updated`, `.canceled`"),
    ("a cancellation is planned", [_bought, Sold.cancel_scheduled], "`subscription.updated`"),
    ("it is undone", [_bought, Sold.cancel_scheduled, Sold.cancel_undone], "`subscription.updated`"),
    ("canceled now", [_bought, Sold.canceled], "`subscription.updated`, `.canceled`"),
    ("a pause is planned", [_bought, _planned("pause", 10 * DAY)], "`subscription.updated`"),
    ("paused", [_bought, Sold.paused], "`subscription.updated`, `.paused`"),
    ("paused, with a day of resumption", [_bought, Sold.paused, _planned("resume")], "`subscription.updated`"),
    (
        "resumed",
        [_bought, Sold.paused, Sold.resumed],
        "`subscription.resumed`, `transaction.completed`, `subscription.activated`",
    ),
    ("more seats", [_bought, lambda sold: sold.resized(9)], "`subscription.updated`"),
    ("fewer seats", [_bought, lambda sold: sold.resized(1)], "`subscription.updated`"),
    ("another plan", [_bought, _upgraded], "`subscription.updated`, `transaction.completed`"),
    ("another billing frequency", [_bought, _yearly], "`subscription.updated`, `transaction.completed`"),
    ("a refund, pending", [_bought, _adjusted("refund", "pending_approval")], "`adjustment.created`"),
    ("a refund, rejected", [_bought, _adjusted("refund", "rejected")], "`adjustment.updated`"),
    ("a refund of a part", [_bought, _adjusted("refund", kind="partial")], "`adjustment.updated`"),
    ("a refund of the whole", [_bought, _adjusted("refund")], "`adjustment.updated`"),
    ("proration or credit", [_bought, _adjusted("credit", kind="partial")], "`adjustment.created`"),
    ("a tax refund", [_bought, _adjusted("refund", kind="tax")], "`adjustment.created`"),
    ("a chargeback", [_bought, _adjusted("chargeback")], "`adjustment.created`"),
    (
        "the chargeback is reversed",
        [_bought, _adjusted("chargeback"), _adjusted("chargeback_reverse")],
        "`adjustment.created`",
    ),
    ("a warning of one", [_bought, _adjusted("chargeback_warning")], "`adjustment.created`"),
    ("another payment method", [_bought, _card_changed], "`transaction.completed`"),
)

# What happened before, what happens, what the webhook says of it, and what is read back.
Told = tuple[str, int, str, dict[str, object] | None]
SUBSCRIBED: Told = ("team", 3, "Subscribed", None)
MICROSOFT: Sequence[tuple[str, Sequence[Told], str]] = (
    ("bought, not activated", [("team", 3, "PendingFulfillmentStart", None)], "nothing"),
    ("activated", [("team", 3, "PendingFulfillmentStart", None), SUBSCRIBED], "nothing, or `Subscribe`"),
    (
        "a change of plan is asked for",
        [SUBSCRIBED, ("team", 3, "Subscribed", {"action": "ChangePlan", "planId": "business", "quantity": 3})],
        "`ChangePlan`",
    ),
    ("it is done", [SUBSCRIBED, ("business", 3, "Subscribed", None)], "nothing"),
    (
        "a change of seats is asked for",
        [SUBSCRIBED, ("team", 3, "Subscribed", {"action": "ChangeQuantity", "planId": "team", "quantity": 9})],
        "`ChangeQuantity`",
    ),
    ("it is done", [SUBSCRIBED, ("team", 9, "Subscribed", None)], "nothing"),
    ("a payment fails", [SUBSCRIBED, ("team", 3, "Suspended", None)], "`Suspend`"),
    ("it is paid", [SUBSCRIBED, ("team", 3, "Suspended", None), SUBSCRIBED], "`Reinstate`"),
    ("a term or a trial is over, and goes on", [SUBSCRIBED, SUBSCRIBED], "`Renew`"),
    ("it ends", [SUBSCRIBED, ("team", 3, "Unsubscribed", None)], "`Unsubscribe`"),
    ("anything else", [SUBSCRIBED, SUBSCRIBED], "any other action"),
)


def paddle_rows() -> Iterable[Sequence[str]]:
    for case, steps, told in PADDLE:
        sold, purchase, before = Sold(id="sub_1"), _unknown(), _unknown()
        for step in steps:
            before = purchase
            # Each payment of the first period is one transaction, so that adjustments find it.
            payloads = [_named(payload, sold) for payload in step(sold)]
            events = [event for event in map(receive, payloads) if event]
            asked = [Event("", "paddle.sub_1", "", PaymentsRead())] if step is _read_back else []
            for event in [*events, *asked]:
                purchase = apply(purchase, event, sold.now)
        yield case, told, *_changes(before.header, purchase.header, sold.now)


def microsoft_rows() -> Iterable[Sequence[str]]:
    for case, steps, told in MICROSOFT:
        purchase, before, now = _unknown(), _unknown(), NOON
        for number, (plan, seats, status, change) in enumerate(steps):
            before, now = purchase, NOON + number * DAY
            found = SubscriptionData.model_validate(
                {"id": NUMBER, "offerId": "add-in", "planId": plan, "quantity": seats, "saasSubscriptionStatus": status}
            )
            asked = {"id": "op", "subscriptionId": NUMBER, "status": "InProgress", **change} if change else None
            shown = microsoft.snapshot(found, OFFERS, OperationData.model_validate(asked) if asked else None)
            assert shown is not None
            purchase = apply(purchase, Event("", f"microsoft.{NUMBER}", "", shown), now)
        yield case, told, *_changes(before.header, purchase.header, now)


def _unknown() -> Purchase:
    return Purchase(Subscription(salt="salt", first_seen=NOON))


def _named(payload: Payload, sold: Sold) -> Payload:
    if payload["event_type"] == "transaction.completed" and sold.period_start == NOON:
        payload["data"]["id"] = f"txn_{sold.id}"
    return payload


def _changes(before: Subscription, after: Subscription, now: datetime) -> list[str]:
    def cell(show: Callable[[Subscription], str]) -> str:
        return _NOTHING if show(before) == show(after) else show(after)

    return [
        cell(lambda header: f"`{header.status}`"),
        cell(lambda header: header.plan or "none"),
        cell(_seats),
        cell(lambda header: _day(header.paid_through)),
        cell(lambda header: "to be read" if header.read_back else _day(header.unpaid_from)),
        cell(
            lambda header: (
                f"{header.scheduled_action} on {_day(header.scheduled_end)}" if header.scheduled_end else "none"
            )
        ),
        _have(after, now),
    ]


def _seats(header: Subscription) -> str:
    coming = [str(header.pending_quantity)] if header.pending_quantity not in {0, header.quantity} else []
    coming += [header.pending_plan] if header.pending_plan not in {"", header.plan} else []
    return f"{header.quantity}" + (f", pending: {' '.join(coming)}" if coming else "")


def _have(header: Subscription, now: datetime) -> str:
    have: Entitlement = entitlement(header, seat(), now, TERMS)
    if have.code is Code.NO_LICENSE:
        return f"`{have.code}`"
    return f"`{have.code}` {'until ' + _day(have.until) if have.until else 'open'}"


def _day(moment: datetime | None) -> str:
    return f"day {(moment - NOON).days}" if moment else "none"


def _spans(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words) or _NOTHING


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_EVENT = (
    "what happens",
    "what is told",
    "status",
    "plan",
    "seats",
    "paid through",
    "unpaid from",
    "planned",
    "a seat has",
)


_STATUSES = ("status", "at Paddle", "at Microsoft", "a seat, paid", "a seat, unpaid", "when grace is over")

_OF_STATUSES = """
A trial ends on its day and has no grace.
A subscription that lives and whose payment is not known keeps access until its transactions were read once.
A dispute, a refund of the period that runs, a plan that is not sold and a planned end take access away, each by itself.
"""
_OF_PADDLE = """
What is paid for is told by `transaction.completed` alone; a snapshot moves everything else.
Each row is told to a purchase of three seats of the plan team, after what its own story needs before it.
"""
_OF_MICROSOFT = """
Nothing that a webhook says is believed: what is read back counts, the last answer most.
There are no payments, so that a subscription is paid for while it is subscribed.
Grace runs from the day on which we learnt that it is suspended.
"""


def page() -> str:
    """The whole of it."""
    parts = [
        HEAD,
        f"## Statuses\n\n{_table(_STATUSES, status_rows())}{_OF_STATUSES}",
        f"## Paddle\n{_OF_PADDLE}\n{_table(_EVENT, paddle_rows())}",
        f"## Microsoft\n{_OF_MICROSOFT}\n{_table(_EVENT, microsoft_rows())}",
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
