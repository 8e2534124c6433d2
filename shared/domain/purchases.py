"""What a marketplace can tell us, in our words, and what each telling changes: a fold in which order does not matter.

A snapshot replaces an older one, payments add up to a maximum, adjustments are a set; so the same events end in
the same state whatever their order and however often they come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shared.domain.records import AdjustmentState, ScheduledAction, Status, Subscription, Transaction
from shared.domain.unpaid import OWED, note_course, unpaid_since

LIVE: frozenset[Status] = frozenset({"trialing", "active", "subscribed", "past_due", "suspended"})
# A dispute and its early warning both take the money back; each is undone only by its own reversal.
REVERSAL_OF = {"chargeback": "chargeback_reverse", "chargeback_warning": "chargeback_warning_reverse"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a subscription is, as its marketplace says; what is pending was asked for and is not done yet."""

    status: Status
    plan: str
    quantity: int
    period_start: datetime | None = None
    trial_end: datetime | None = None
    scheduled_action: ScheduledAction = ""
    scheduled_end: datetime | None = None
    ended_at: datetime | None = None
    pending_plan: str = ""
    pending_quantity: int = 0
    pending_operation: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A completed transaction; ``paid_until`` is the end of the period that it paid for."""

    transaction: str
    paid_until: datetime
    billed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Money going back, or being asked back: a refund, a credit, a dispute or the end of one."""

    adjustment: str
    transaction: str
    action: str
    status: str
    full: bool


@dataclass(frozen=True, slots=True)
class PaymentsRead:
    """The marketplace was asked for its latest transactions, and all that it has are told.

    ``is_there`` is False where it knows no such subscription, so that there are none.
    """

    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """Something was listed that cannot be read; the event's ids are as far as they could be."""


Told = Snapshot | Payment | Adjustment | PaymentsRead | Unread


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a marketplace tells about one subscription.

    ``subscription`` is empty for an adjustment that names only its transaction.
    ``id`` is empty for what we asked for ourselves, which leaves no receipt. ``version`` sorts events of one
    entity, and is empty where only asking tells which is newer. ``reference`` is what our checkout gave the
    marketplace to give back; ``ours`` says whether the event bears a price that we sell.
    """

    id: str
    subscription: str
    version: str
    told: Told
    reference: str = ""
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Purchase:
    """A subscription and its transactions by number."""

    header: Subscription
    transactions: Mapping[str, Transaction] = field(default_factory=dict)


def apply(purchase: Purchase, event: Event, now: datetime) -> Purchase:
    """The purchase after an event. What is older than what is known, or known already, changes nothing.

    Of one that is ending no payment is taken in any more: nobody is licensed by it.
    """
    if purchase.header.ending:
        return _apply_to_ending(purchase, event, now)
    match event.told:
        case Snapshot() as snapshot:
            found = purchase.header.model_copy(update={"missing_from": None})
            header = _take_snapshot(_note_course(found, snapshot), snapshot, event.version, now)
            if _is_about_an_operation(event, snapshot, found):
                header = want_contact(header)
            told = replace(purchase, header=header)
        case Payment() as payment:
            told = _with_transaction(purchase, payment.transaction, _pay(purchase, payment))
            if told.transactions != purchase.transactions:
                told = replace(told, header=want_contact(told.header))
        case Adjustment() as adjustment:
            told = _with_transaction(purchase, adjustment.transaction, _adjust(purchase, adjustment, event.version))
        case PaymentsRead(is_there=False) if purchase.header.status == "subscribed":
            since = purchase.header.missing_from or now
            told = replace(purchase, header=purchase.header.model_copy(update={"missing_from": since}))
        case PaymentsRead() | Unread():
            told = purchase
    asked = isinstance(event.told, PaymentsRead)
    return replace(told, header=_settle(told.header, told.transactions.values(), now, asked=asked))


def _apply_to_ending(purchase: Purchase, event: Event, now: datetime) -> Purchase:
    if not isinstance(event.told, Snapshot):
        return purchase
    return replace(purchase, header=_take_snapshot(purchase.header, event.told, event.version, now))


def _is_about_an_operation(event: Event, snapshot: Snapshot, before: Subscription) -> bool:
    """Whether something was done to a purchase at a marketplace that tells no payments: there, such are its history."""
    was_sent = bool(event.id) and not event.version
    return was_sent or snapshot.pending_operation not in {"", before.pending_operation}


def _note_course(header: Subscription, snapshot: Snapshot) -> Subscription:
    """What an old snapshot tells too: which periods were owed, and that it was paused."""
    started = snapshot.period_start if snapshot.status in OWED else None
    return note_course(header, started, snapshot.ended_at if snapshot.status == "paused" else None)


def _take_snapshot(header: Subscription, snapshot: Snapshot, version: str, now: datetime) -> Subscription:
    # An ended subscription is never reinstated, so its ending outranks whatever else claims to be newer.
    rank = f"{int(snapshot.status == 'ended')}|{version or _next_version(header)}"
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
            "ended_at": _ended_at(header, snapshot, now),
            "unpaid_from": _unpaid_by(header, snapshot, now),
            "pending_plan": snapshot.pending_plan,
            "pending_quantity": snapshot.pending_quantity,
            "pending_operation": snapshot.pending_operation,
        }
    )
    return note_cut(taken, now)


def _next_version(header: Subscription) -> str:
    """For a marketplace without an order of its own, what was asked last is newest."""
    asked = header.version.partition("|")[2]
    return f"{int(asked or 0) + 1:012d}"


def _ended_at(header: Subscription, snapshot: Snapshot, now: datetime) -> datetime | None:
    """When it ended: as the marketplace says, or when we first learnt of it."""
    if snapshot.status != "ended":
        return snapshot.ended_at
    return snapshot.ended_at or (header.ended_at if header.status == "ended" else None) or now


def _unpaid_by(header: Subscription, snapshot: Snapshot, now: datetime) -> datetime | None:
    """Since when a subscription is suspended, which only we note; all else follows from its transactions."""
    was = header.unpaid_from if header.status == "suspended" else None
    if snapshot.status == "suspended":
        return was or now
    return None if header.status == "suspended" else header.unpaid_from


def note_cut(header: Subscription, now: datetime) -> Subscription:
    """The header, noting when and how far the seats were cut below those in use."""
    if header.seats_used > header.quantity and (header.cut_at is None or header.quantity < header.cut_to):
        return header.model_copy(update={"cut_at": now, "cut_to": header.quantity})
    if header.cut_at is not None:
        return header.model_copy(update={"cut_to": header.quantity})
    return header


def want_contact(header: Subscription) -> Subscription:
    """The header, its billing contact to be fetched; of an unclaimed purchase nobody's contact is wanted."""
    return header.model_copy(update={"contact_due": True}) if header.account else header


def _with_transaction(purchase: Purchase, number: str, transaction: Transaction) -> Purchase:
    return replace(purchase, transactions={**purchase.transactions, number: transaction})


def _pay(purchase: Purchase, payment: Payment) -> Transaction:
    known = purchase.transactions.get(payment.transaction, Transaction())
    until = max(payment.paid_until, known.paid_until or payment.paid_until)
    return known.model_copy(update={"paid_until": until, "billed_on": known.billed_on or payment.billed_on})


def _adjust(purchase: Purchase, adjustment: Adjustment, version: str) -> Transaction:
    known = purchase.transactions.get(adjustment.transaction, Transaction())
    before = known.adjustments.get(adjustment.adjustment)
    if before is not None and (_progress(adjustment.status), version) <= (_progress(before.status), before.version):
        return known
    state = AdjustmentState(action=adjustment.action, status=adjustment.status, full=adjustment.full, version=version)
    return known.model_copy(update={"adjustments": {**known.adjustments, adjustment.adjustment: state}})


def _progress(status: str) -> int:
    """How far an adjustment is, whatever dates it bears: what was decided or reversed is never pending again."""
    return {"pending_approval": 0, "reversed": 2}.get(status, 1)


def _settle(header: Subscription, transactions: Iterable[Transaction], now: datetime, *, asked: bool) -> Subscription:
    """The header with what follows from all transactions together; ``asked`` says that these are all there are."""
    known = list(transactions)
    refunded = [found for found in known if is_refunded(found)]
    disputed = [found for found in known if is_disputed(found)]
    paid_through = _latest(found for found in known if found not in refunded and found not in disputed)
    unpaid_from = _unpaid_from(header, paid_through, now, asked=asked)
    is_known = asked or header.unpaid_from == unpaid_from
    return header.model_copy(
        update={
            "paid_through": paid_through,
            "refunded_through": _latest(refunded),
            "disputed": any(_outlives(found, paid_through) for found in disputed),
            "unpaid_from": unpaid_from if is_known else None,
            "read_back": not is_known or (not asked and _has_unknown([*refunded, *disputed])),
        }
    )


def _unpaid_from(header: Subscription, paid_through: datetime | None, now: datetime, *, asked: bool) -> datetime | None:
    """Since when nothing pays for a subscription that its marketplace calls live; None where something does."""
    if header.status == "suspended":
        return header.unpaid_from
    if header.status not in OWED:
        return None
    if paid_through is None or (header.period_start is not None and paid_through <= header.period_start):
        return unpaid_since(header, paid_through) or header.first_seen
    has_lapsed = header.unpaid_from == paid_through or (asked and paid_through <= now)
    return paid_through if has_lapsed else None


def _has_unknown(taken_back: list[Transaction]) -> bool:
    """Whether money went back of which it is not known what it had paid for."""
    return any(found.paid_until is None for found in taken_back)


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
