"""Who may use the paid plan now, under which code and until when: a pure function of what is stored and the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.records import Seat, Subscription
from shared.domain.unpaid import unpaid_since

LONGEST_LICENSE = timedelta(days=7)
REFUSAL_LASTS = timedelta(hours=1)

# After so long a marketplace ends what it suspended:
# https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-life-cycle#suspended
LONGEST_SUSPENSION = timedelta(days=30)


class Code(StrEnum):
    """The closed list of answers that an add-in gets."""

    LICENSED = "LICENSED"
    GRACE = "GRACE"
    NO_LICENSE = "NO_LICENSE"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sold: a title for people and the features that it switches on."""

    name: str
    title: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The vendor's rules: how long the paid plan outlives a payment, and the plans from smallest to largest."""

    grace: timedelta
    plans: tuple[Plan, ...]

    def plan(self, name: str) -> Plan | None:
        """The plan of that name, if it is sold."""
        return next((plan for plan in self.plans if plan.name == name), None)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """``until`` is when it certainly ends, grace included, as far as is known now; None where nothing says."""

    code: Code
    plan: Plan | None = None
    until: datetime | None = None

    def expires(self, now: datetime) -> datetime:
        """When a license made now for this entitlement runs out."""
        if self.code is Code.NO_LICENSE:
            return now + REFUSAL_LASTS
        longest = now + LONGEST_LICENSE
        return min(longest, self.until) if self.until else longest


NONE = Entitlement(Code.NO_LICENSE)


def entitlement(subscription: Subscription, seat: Seat, now: datetime, terms: Terms) -> Entitlement:
    """What one seat of one subscription entitles to. Refusals come first, in the order of their weight."""
    have = _any_seat(subscription, now, terms)
    if have.code is Code.NO_LICENSE or seat.ends_at is None:
        return have
    if seat.ends_at <= now:
        return NONE
    return Entitlement(Code.GRACE, have.plan, min(seat.ends_at, have.until or seat.ends_at))


def grace_ends(subscription: Subscription, now: datetime, terms: Terms) -> datetime | None:
    """Until when seats give licenses though a payment is outstanding; None where none is, or where that is over."""
    if subscription.status not in {"past_due", "suspended"}:
        return None
    return _any_seat(subscription, now, terms).until


def best(found: list[tuple[str, Entitlement]], terms: Terms) -> Entitlement:
    """The best of what one person has: by code, then plan, then end, then subscription; the same each time."""
    names = [plan.name for plan in terms.plans]
    codes = [Code.NO_LICENSE, Code.GRACE, Code.LICENSED]

    def rank(candidate: tuple[str, Entitlement]) -> tuple[int, int, bool, str, str]:
        subscription, have = candidate
        plan = names.index(have.plan.name) if have.plan else -1
        return codes.index(have.code), plan, have.until is None, str(have.until), subscription

    return max(found, key=rank)[1] if found else NONE


def _any_seat(subscription: Subscription, now: datetime, terms: Terms) -> Entitlement:
    """What a seat that no cut ends entitles to."""
    plan = terms.plan(subscription.plan)
    if plan is None or _is_withdrawn(subscription, now):
        return NONE
    paid = _paid(subscription, now, terms.grace)
    if paid is None:
        return NONE
    code, until = paid
    ends = [moment for moment in (until, _planned_end(subscription)) if moment is not None]
    if any(moment <= now for moment in ends):
        return NONE
    return Entitlement(code, plan, min(ends, default=None))


def _is_withdrawn(subscription: Subscription, now: datetime) -> bool:
    if subscription.erasing or subscription.ending or subscription.disputed:
        return True
    refunded, paid = subscription.refunded_through, subscription.paid_through
    return refunded is not None and now < refunded and (paid is None or paid <= now)


def _planned_end(subscription: Subscription) -> datetime | None:
    return subscription.scheduled_end if subscription.scheduled_action else None


def _paid(subscription: Subscription, now: datetime, grace: timedelta) -> tuple[Code, datetime | None] | None:
    """Code and end by payment alone; None where nothing is paid for."""
    match subscription.status:
        case "trialing":
            # The payment for what follows it may come before the snapshot that says so.
            ends = [moment for moment in (subscription.trial_end, subscription.paid_through) if moment]
            return (Code.LICENSED, max(ends)) if subscription.trial_end else None
        case "active" if subscription.unpaid_from is None:
            return Code.LICENSED, _end_of_payment(subscription, now, grace)
        case "active" | "suspended":
            longest = min(grace, LONGEST_SUSPENSION) if subscription.status == "suspended" else grace
            return _in_grace_from(subscription.unpaid_from, now, longest)
        case "subscribed":
            missing = subscription.missing_from
            return _in_grace_from(missing, now, grace) if missing else (Code.LICENSED, None)
        case "past_due":
            return _past_due(subscription, now, grace)
        case _:
            return None


def _end_of_payment(subscription: Subscription, now: datetime, grace: timedelta) -> datetime | None:
    # A live subscription without a payment that covers today keeps access until its transactions were read back.
    paid = subscription.paid_through
    return paid + grace if paid is not None and paid > now else None


def _past_due(subscription: Subscription, now: datetime, grace: timedelta) -> tuple[Code, datetime | None] | None:
    # That its marketplace calls it so is enough: it need not be read back first.
    return _in_grace_from(unpaid_since(subscription, subscription.paid_through), now, grace)


def _in_grace_from(moment: datetime | None, now: datetime, grace: timedelta) -> tuple[Code, datetime | None] | None:
    if moment is None:
        return None
    return Code.LICENSED if now < moment else Code.GRACE, moment + grace
