"""What happens to subscriptions at Microsoft, by whom and when, and which webhooks tell of it."""

import base64
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dev.marketplace.records import Operation, Person, Progress, Source, Status, Subscription
from dev.marketplace.shapes import Documented, Shape
from dev.wire import Clock, Refused
from dev.wire.later import Later

TOKEN_LIFE = timedelta(hours=24)
ACCEPTED_AFTER = timedelta(seconds=10)
UNCLAIMED_FOR = SUSPENDED_FOR = timedelta(days=30)
MOST_SEATS = 1_000_000
# Every token has what is easily lost on the way through a URL.
_TROUBLESOME = base64.b64decode("++++////")

Tell = Callable[[Operation, Shape], None]


@dataclass
class Habits:
    """What can be turned about the marketplace."""

    activates_after: timedelta = timedelta(seconds=2)
    changes_after: timedelta = timedelta(seconds=2)
    # The documents have it both ways: a change that got no answer is accepted, or it fails in the end.
    accepts_unanswered: bool = True
    next_activation_fails: bool = False
    # How long an operation is not yet listed, as seen of the real one.
    lists_after: timedelta = timedelta()


@dataclass
class World:
    """Everything there is; ``tell`` sends a webhook."""

    clock: Clock
    shapes: Documented
    tell: Tell
    offers: Mapping[str, Sequence[str]]
    flat: frozenset[str] = frozenset()
    habits: Habits = field(default_factory=Habits)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.later = Later(self.clock)

    def add(self, it: Subscription) -> Subscription:
        self.subscriptions[it.id] = it
        if it.status == "PendingFulfillmentStart":
            self.later.plan(it.created + UNCLAIMED_FOR - self.clock(), lambda: self._give_up(it))
        return it

    def find(self, id: str, *statuses: Status) -> Subscription:  # noqa: A002 - what the API calls it
        """Raises Refused unless it is there, in one of these states."""
        it = self.subscriptions.get(id)
        if it is None:
            raise Refused(f"There is no subscription {id}.")
        if statuses and it.status not in statuses:
            raise Refused(f"The subscription is {it.status}.")
        return it

    def token(self, it: Subscription) -> str:
        """What a landing page is opened with."""
        token = base64.b64encode(_TROUBLESOME + secrets.token_bytes(48)).decode()
        self.tokens[token] = (it.id, self.clock() + TOKEN_LIFE)
        return token

    def resolve(self, token: str) -> Subscription | None:
        id_, until = self.tokens.get(token, ("", self.clock()))
        return self.subscriptions.get(id_) if until > self.clock() else None

    def begin(self, it: Subscription, now: datetime) -> None:
        it.status, it.activating = "Subscribed", False
        it.begin_term(now)

    def activate(self, it: Subscription) -> None:
        """It takes a while."""
        it.activating = True
        self.later.plan(self.habits.activates_after, lambda: self._settle_activation(it))

    def stop_renewal(self, it: Subscription) -> None:
        """It ends with its term."""
        it.renews = False
        if it.end is not None:
            self.later.plan(it.end + timedelta(days=1) - self.clock(), lambda: self._let_end(it))

    def notify(
        self,
        it: Subscription,
        action: str,
        status: Progress = "Succeeded",
        source: Source = "Azure",
        nested: Shape | None = None,
    ) -> Operation:
        """Tell of something that is so already. Few of these can be asked for as an operation."""
        operation = Operation(it.id, action, it.plan, it.quantity, self.clock(), status, source)
        if self.shapes.keeps_all:
            self.operations[operation.id] = operation
        self.tell(operation, self.shapes.subscription(it) if nested is None else nested)
        return operation

    def end(self, it: Subscription, source: Source = "Azure") -> None:
        """For good."""
        with self.lock:
            before = self.shapes.subscription(it)
            it.status = "Unsubscribed"
            after = self.shapes.subscription(it)
        if source == "Azure" or self.shapes.tells_publisher:
            self.notify(it, "Unsubscribe", source=source, nested=before if self.shapes.stale else after)

    def suspend(self, it: Subscription) -> None:
        """Microsoft changes its side first; after thirty days it ends."""
        with self.lock:
            before = self.shapes.subscription(it)
            it.status, it.suspended_at = "Suspended", self.clock()
            after, since = self.shapes.subscription(it), it.suspended_at
        self._await_end(it, since)
        self.notify(it, "Suspend", nested=before if self.shapes.stale else after)

    def restore(self, subscriptions: Mapping[str, Subscription]) -> None:
        """What they have ahead of them is going to happen."""
        for it in subscriptions.values():
            self.add(it)
            if it.activating:
                self.activate(it)
            if not it.renews:
                self.stop_renewal(it)
            if it.suspended_at is not None:
                self._await_end(it, it.suspended_at)

    def _await_end(self, it: Subscription, since: datetime) -> None:
        left = since + SUSPENDED_FOR - self.clock()
        self.later.plan(left, lambda: self._end_if_suspended(it, since))

    def _settle_activation(self, it: Subscription) -> None:
        if self.habits.next_activation_fails:
            self.habits.next_activation_fails = False
            self.end(it)
        elif it.status == "PendingFulfillmentStart":
            self.begin(it, self.clock())

    def _let_end(self, it: Subscription) -> None:
        if it.status == "Subscribed" and not it.renews:
            self.end(it)

    def _end_if_suspended(self, it: Subscription, since: datetime) -> None:
        if it.status == "Suspended" and it.suspended_at == since:
            self.end(it)

    def _give_up(self, it: Subscription) -> None:
        """Never activated: void, and nobody is told."""
        if it.status == "PendingFulfillmentStart":
            it.status = "Unsubscribed"


def person(given: Person | Mapping[str, str] | None, otherwise: Person) -> Person:
    """A person, or the JSON of one. Raises TypeError."""
    if given is None:
        return otherwise
    return given if isinstance(given, Person) else Person(**given)
