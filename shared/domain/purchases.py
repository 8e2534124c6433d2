"""What a marketplace can tell us, in our words, and what each telling changes: a fold in which order does not matter.

A snapshot replaces an older one, payments add up to a maximum, adjustments are a set; so the same events end in
the same state whatever their order and however often they come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.records import AdjustmentState, ScheduledAction, Status, Subscription, Transaction

LIVE: frozenset[Status] = frozenset({"trialing", "active", "past_due"})

# A dispute and its early warning both take the money back; each is undone only by its own reversal.
REVERSAL_OF = {"chargeback": "chargeback_reverse", "chargeback_warning": "chargeback_warning_reverse"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a subscription is, as its marketplace says."""

    status: Status
    plan: str
    quantity: int
    period_start: datetime | None = None
    trial_end: datetime | None = None
    scheduled_action: ScheduledAction = ""
    scheduled_end: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A completed transaction; ``paid_until`` is the end of the period that it paid for."""

    transaction: str
    paid_until: datetime


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Money going back, or being asked back: a refund, a credit, a dispute or the end of one."""

    adjustment: str
    transaction: str
    action: str
    status: str
    full: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a marketplace tells about one subscription.

    ``version`` sorts events of one entity; ``reference`` is what our checkout gave the marketplace to give back;
    ``ours`` says whether the event bears a price that we sell.
    """

    id: str
    subscription: str
    version: str
    told: Snapshot | Payment | Adjustment
    reference: str = ""
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Purchase:
    """A subscription and its transactions by number."""

    header: Subscription
    transactions: Mapping[str, Transaction] = field(default_factory=dict)


def apply(purchase: Purchase, event: Event, now: datetime) -> Purchase:
    """The purchase after an event. What is older than what is known, or known already, changes nothing."""
    match event.told:
        case Snapshot() as snapshot:
            told = replace(purchase, header=_take_snapshot(purchase.header, snapshot, event.version, now))
        case Payment() as payment:
            told = _with_transaction(purchase, payment.transaction, _pay(purchase, payment))
        case Adjustment() as adjustment:
            told = _with_transaction(purchase, adjustment.transaction, _adjust(purchase, adjustment, event.version))
    return replace(told, header=_settle(told.header, told.transactions.values()))


def _take_snapshot(header: Subscription, snapshot: Snapshot, version: str, now: datetime) -> Subscription:
    # An ended subscription is never reinstated, so its ending outranks whatever else claims to be newer.
    rank = f"{int(snapshot.status == 'ended')}|{version}"
    if rank <= header.version:
        return header
    taken = header.model_copy(
        update={
            "version": rank,
            "status": snapshot.status,
            "plan": snapshot.plan,
            "quantity": snapshot.quantity,
            "period_start": snapshot.period_start,
            "trial_end": snapshot.trial_end,
            "scheduled_action": snapshot.scheduled_action,
            "scheduled_end": snapshot.scheduled_end,
            "ended_at": snapshot.ended_at,
        }
    )
    return note_cut(taken, now)


def note_cut(header: Subscription, now: datetime) -> Subscription:
    """The header, noting when and how far the seats were cut below those in use."""
    if header.seats_used > header.quantity and (header.cut_at is None or header.quantity < header.cut_to):
        return header.model_copy(update={"cut_at": now, "cut_to": header.quantity})
    if header.cut_at is not None:
        return header.model_copy(update={"cut_to": header.quantity})
    return header


def _with_transaction(purchase: Purchase, number: str, transaction: Transaction) -> Purchase:
    return replace(purchase, transactions={**purchase.transactions, number: transaction})


def _pay(purchase: Purchase, payment: Payment) -> Transaction:
    known = purchase.transactions.get(payment.transaction, Transaction())
    until = max(payment.paid_until, known.paid_until or payment.paid_until)
    return known.model_copy(update={"paid_until": until})


def _adjust(purchase: Purchase, adjustment: Adjustment, version: str) -> Transaction:
    known = purchase.transactions.get(adjustment.transaction, Transaction())
    before = known.adjustments.get(adjustment.adjustment)
    if before is not None and version <= before.version:
        return known
    state = AdjustmentState(action=adjustment.action, status=adjustment.status, full=adjustment.full, version=version)
    return known.model_copy(update={"adjustments": {**known.adjustments, adjustment.adjustment: state}})


def _settle(header: Subscription, transactions: Iterable[Transaction]) -> Subscription:
    """The header with what follows from all transactions together."""
    known = list(transactions)
    refunded = [found for found in known if is_refunded(found)]
    disputed = [found for found in known if is_disputed(found)]
    paid_through = _latest(found for found in known if found not in refunded and found not in disputed)
    return header.model_copy(
        update={
            "paid_through": paid_through,
            "refunded_through": _latest(refunded),
            "disputed": any(_outlives(found, paid_through) for found in disputed),
            "read_back": _needs_reading(header, paid_through)
            or any(found.paid_until is None for found in [*refunded, *disputed]),
        }
    )


def is_refunded(transaction: Transaction) -> bool:
    """Whether the whole of it was paid back. Pending, rejected and partial refunds take nothing away."""
    return any(
        state.action == "refund" and state.status == "approved" and state.full
        for state in transaction.adjustments.values()
    )


def is_disputed(transaction: Transaction) -> bool:
    """Whether a dispute or a warning of one stands that its own reversal has not undone."""
    return any(
        _count(transaction, action) > max(_count(transaction, reversal), _count(transaction, action, "reversed"))
        for action, reversal in REVERSAL_OF.items()
    )


def _count(transaction: Transaction, action: str, status: str | None = None) -> int:
    # A dispute counts from the moment it is known; only one that was refused never was.
    return sum(
        state.action == action and (state.status == status if status else state.status != "rejected")
        for state in transaction.adjustments.values()
    )


def _latest(transactions: Iterable[Transaction]) -> datetime | None:
    return max((found.paid_until for found in transactions if found.paid_until), default=None)


def _outlives(disputed: Transaction, paid_through: datetime | None) -> bool:
    # A later period that was paid for ends the suspension that an old dispute caused.
    return disputed.paid_until is None or paid_through is None or disputed.paid_until >= paid_through


def _needs_reading(header: Subscription, paid_through: datetime | None) -> bool:
    if header.status not in {"active", "past_due"}:
        return False
    return paid_through is None or (header.period_start is not None and paid_through <= header.period_start)
