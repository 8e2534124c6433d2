"""A subscription as Paddle has it, between the events that tell of it."""

import secrets
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel

PERIOD = timedelta(days=30)

Status = Literal["active", "past_due", "paused", "canceled"]
# Somebody: whoever began the checkout whose reference was given by hand.
Buyer = Literal["organisation", "person", "somebody", "nobody"]

# Paddle's ids are ULIDs in lower case; their letters leave out i, l, o and u.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_AFTER_THE_LAST = timedelta(milliseconds=7)


def new_id(kind: str) -> str:
    """An id like Paddle's: what it names, and 26 letters and digits."""
    return f"{kind}_01" + "".join(secrets.choice(_LETTERS) for _ in range(24))


class Payment(BaseModel):
    """A completed transaction and the period that it paid for."""

    id: str
    starts_at: datetime
    ends_at: datetime
    refunded: bool = False


class Adjustment(NamedTuple):
    """Money of a payment that goes back, wholly (refund) or in part (credit)."""

    id: str
    payment: Payment
    action: Literal["refund", "credit"]
    status: Literal["pending_approval", "approved"]


class Subscription(BaseModel):
    """Bought at a checkout that gave us ``reference``, on somebody's behalf or, with none, on nobody's."""

    id: str
    buyer: Buyer
    reference: str | None
    customer: str
    price: str
    plan: str
    seats: int
    status: Status = "active"
    bought_at: datetime
    changed_at: datetime
    period_start: datetime
    period_end: datetime
    cancels: bool = False
    stopped_at: datetime | None = None
    payments: list[Payment] = []

    def change(self, now: datetime) -> datetime:
        """The moment of the next event: no two are told at the same one."""
        self.changed_at = max(now, self.changed_at + _AFTER_THE_LAST)
        return self.changed_at

    def pay(self, starts_at: datetime) -> Payment:
        """A payment for the rest of the current period."""
        payment = Payment(id=new_id("txn"), starts_at=starts_at, ends_at=self.period_end)
        self.payments.append(payment)
        return payment

    @property
    def paid_through(self) -> datetime | None:
        return max((payment.ends_at for payment in self.payments if not payment.refunded), default=None)


def buy(buyer: Buyer, reference: str | None, price: str, plan: str, seats: int, now: datetime) -> Subscription:
    """A new subscription, not yet paid for."""
    return Subscription(
        id=new_id("sub"),
        buyer=buyer,
        reference=reference,
        customer=new_id("ctm"),
        price=price,
        plan=plan,
        seats=seats,
        bought_at=now,
        changed_at=now,
        period_start=now,
        period_end=now + PERIOD,
    )
