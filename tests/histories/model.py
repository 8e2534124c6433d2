"""What a subscription is by what was delivered of it alone: simple enough to be believed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.domain import errors
from shared.domain.instants import parse
from shared.operations.assign_seat import Assignee
from tests.histories.stored import Dump, Entity, stored
from tests.paddle import Payload, Subscription
from tests.paddle_api import PADDLE

GRACE = timedelta(days=14)


@dataclass(eq=False)
class Bought:
    """One purchase: Paddle's side of it, which events of it were delivered, and who was given a seat."""

    paddle: Subscription
    buyer: Assignee | None
    kind: str
    delivered: dict[str, Payload] = field(default_factory=dict)
    seats: set[str] = field(default_factory=set)
    was_seated: bool = False
    unpaid_from: datetime | None = None
    starts: set[datetime] = field(default_factory=set)
    pauses: set[datetime] = field(default_factory=set)

    def hear(self, event: Payload) -> None:
        """Paddle told this."""
        self.delivered[event["event_id"]] = event
        self._note_course(event)
        unpaid_from = self._unpaid_from(None)
        self.unpaid_from = unpaid_from if unpaid_from == self.unpaid_from else None

    def learn(self, now: datetime) -> None:
        """Paddle was asked, and told all that there is."""
        for entity in PADDLE.entities["subscriptions"], PADDLE.entities.get("transactions", {}):
            for number, data in entity.items():
                if self.paddle.id in {number, data.get("subscription_id")}:
                    kind = "transaction.completed" if "origin" in data else "subscription.updated"
                    self.delivered[number] = {"event_type": kind, "occurred_at": "", "data": data}
                    self._note_course(self.delivered[number])
        self.unpaid_from = self._unpaid_from(now)

    def _unpaid_from(self, asked_at: datetime | None) -> datetime | None:
        """Since when nothing is paid for, by what is known; that a payment lapsed is known once it was asked for."""
        data, paid = self.snapshot(), self.paid_through()
        if not self.is_live():
            return None
        if paid is None or paid <= parse(data["current_billing_period"]["starts_at"]):
            return self._owed_since(paid)
        has_lapsed = paid == self.unpaid_from or (asked_at is not None and paid <= asked_at)
        return paid if has_lapsed else None

    def _note_course(self, event: Payload) -> None:
        data = event["data"]
        if event["event_type"].startswith("subscription.") and data["status"] in {"active", "past_due"}:
            self.starts.add(parse(data["current_billing_period"]["starts_at"]))
        if event["event_type"].startswith("subscription.") and data["status"] == "paused":
            self.pauses.add(parse(data["paused_at"]))

    def _owed_since(self, paid: datetime | None) -> datetime:
        """Grace begins once: with the end of what was paid, or with the first period, or the first after a pause."""
        since_pause = {start for start in self.starts if all(start > pause for pause in self.pauses)}
        begins = min(since_pause or {parse(self.snapshot()["current_billing_period"]["starts_at"])})
        return max(begins, paid or begins)

    def forget(self) -> None:
        """The server has nothing of it any more."""
        self.delivered.clear()
        self.seats.clear()
        self.was_seated = False
        self.unpaid_from = None
        self.starts.clear()
        self.pauses.clear()

    def snapshot(self) -> Any:  # noqa: ANN401 - JSON
        """The latest that was told of it; an end is always the latest."""
        told = [event for event in self.delivered.values() if event["event_type"].startswith("subscription.")]
        return max(
            (event["data"] for event in sorted(told, key=lambda event: str(event["occurred_at"]))),
            key=lambda data: (data["status"] == "canceled", data["updated_at"]),
            default=None,
        )

    def paid_through(self) -> datetime | None:
        paid = [event["data"] for event in self.delivered.values() if event["event_type"] == "transaction.completed"]
        return max((parse(data["billing_period"]["ends_at"]) for data in paid), default=None)

    def quantity(self) -> int:
        data = self.snapshot()
        return int(data["items"][0]["quantity"]) if data else 0

    def is_live(self) -> bool:
        data = self.snapshot()
        return data is not None and data["status"] in {"active", "past_due"}

    def is_paid(self, now: datetime) -> bool:
        data = self.snapshot()
        if not self.is_live():
            return False
        change = data["scheduled_change"]
        if change and parse(change["effective_at"]) <= now:
            return False
        if data["status"] == "active":
            return self.unpaid_from is None or now < self.unpaid_from + GRACE
        return now < self._owed_since(self.paid_through()) + GRACE

    def covers(self, person: Assignee, rows: Dump, now: datetime) -> bool:
        """Whether this purchase licenses a person now; a seat's own end is read from storage."""
        ends = [
            seat["ends_at"]
            for seat in stored(rows, "subscriptions", "seat.")
            if seat["PartitionKey"] == self.paddle.partition and seat["name"] == person.name
        ]
        return self.is_paid(now) and any(not end or parse(end) > now for end in ends)

    def is_long_over(self, event: Payload, now: datetime) -> bool:
        """Whether an event tells of an end that nobody needs to know any more."""
        data = event["data"]
        ended = (data.get("scheduled_change") or {}).get("effective_at")
        if data["status"] == "canceled":
            ended = data["canceled_at"]
        return ended is not None and parse(ended) + timedelta(days=90) <= now

    def refusal(self, person: Assignee, header: Entity | None) -> type[errors.Refusal] | None:
        """What somebody who would seat a person is told, if it is no."""
        if header is None:
            return errors.NotFound
        if self.buyer is None or not header["owner_kind"]:
            return errors.SubscriptionUnclaimed
        data, room = self.snapshot(), person.name in self.seats or len(self.seats) < self.quantity()
        refusals = {
            errors.SubscriptionEnded: data is None or data["status"] == "canceled",
            errors.SeatsNotForOthers: self.kind == "person" and person != self.buyer,
            errors.OtherTenant: person.person.tenant != self.buyer.person.tenant,
            errors.NoSeatFree: not room,
        }
        return next((refusal for refusal, applies in refusals.items() if applies), None)
