"""Changes of plan, seats and suspension: in progress first, then accepted, refused or failed.

https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
"""

from collections.abc import Mapping
from datetime import timedelta

from dev.marketplace.records import Operation, Subscription
from dev.marketplace.world import ACCEPTED_AFTER, MOST_SEATS, World
from dev.wire import Refused
from dev.wire.outbox import Attempt

_GIVES_UP_AFTER = timedelta(hours=8)
_ANSWERS_COUNT_FOR = ACCEPTED_AFTER


class Changes:
    """Plays what a customer or Microsoft begins, and what the publisher asks for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def propose(self, operation: Operation) -> Operation:
        """Tell the publisher; unless it says no, the change is accepted after ten seconds."""
        world = self._world
        with world.lock:
            it = world.subscriptions[operation.subscription]
            world.operations[operation.id] = operation
            nested = world.shapes.subscription(it)
        self._await(operation)
        world.tell(operation, nested)
        return operation

    def restore(self, operations: Mapping[str, Operation]) -> None:
        """What is in progress goes on."""
        self._world.operations.update(operations)
        for operation in operations.values():
            if operation.status == "InProgress":
                self._await(operation)

    def _await(self, operation: Operation) -> None:
        world = self._world
        if operation.source == "Partner":
            it = world.subscriptions[operation.subscription]
            world.later.plan(world.habits.changes_after, lambda: self._grant(operation, it))
            return
        world.later.plan(_GIVES_UP_AFTER, lambda: self.finish(operation, accepted=False))
        if world.habits.accepts_unanswered:
            world.later.plan(ACCEPTED_AFTER, lambda: self.finish(operation, accepted=True))

    def answered(self, operation: Operation, attempt: Attempt) -> bool:
        """Whether the webhook needs no further attempt, now that it was answered like this."""
        if operation.status != "InProgress":
            return False
        taken = attempt.dropped or (attempt.status is not None and attempt.status < 300)  # noqa: PLR2004
        refused = attempt.status is not None and 400 <= attempt.status < 500  # noqa: PLR2004
        if refused and attempt.at - operation.at <= _ANSWERS_COUNT_FOR:
            self.finish(operation, accepted=False)
            return True
        if taken and not self._world.habits.accepts_unanswered:
            self._world.later.plan(ACCEPTED_AFTER, lambda: self.finish(operation, accepted=True))
        return False

    def finish(self, operation: Operation, *, accepted: bool) -> None:
        """Nothing more happens to an operation that is over."""
        world = self._world
        with world.lock:
            if operation.status != "InProgress":
                return
            it = world.subscriptions[operation.subscription]
            gone = it.status == "Unsubscribed"
            operation.status = "Succeeded" if accepted and not operation.fails and not gone else "Failed"
            if operation.status == "Succeeded":
                _apply(operation, it)
        if accepted and operation.fails and not gone:
            self._revert(operation, it)

    def require_possible(self, it: Subscription, plan: str | None, quantity: int | None) -> None:
        """Raises Refused."""
        world = self._world
        if (plan is None) == (quantity is None):
            raise Refused("Either the plan or the quantity changes, never both.")
        if plan is not None and (plan == it.plan or plan not in list(world.offers[it.offer])):
            raise Refused(f"{plan} is not another plan of {it.offer}.")
        per_seat = it.offer not in world.flat
        sold = isinstance(quantity, int) and per_seat and 1 <= quantity <= MOST_SEATS
        if quantity is not None and (not sold or quantity == it.quantity):
            raise Refused(f"{quantity} is not another number of seats that can be sold.")

    def locked(self, it: Subscription) -> bool:
        """Another change is under way."""
        operations = list(self._world.operations.values())
        return any(one.subscription == it.id and one.status == "InProgress" for one in operations)

    def ask(self, it: Subscription, action: str, plan: str | None = None, quantity: int | None = None) -> Operation:
        """The publisher's own wish. It always succeeds, and comes back as a webhook."""
        world = self._world
        operation = Operation(it.id, action, plan or it.plan, quantity or it.quantity, world.clock(), source="Partner")
        world.operations[operation.id] = operation
        self._await(operation)
        return operation

    def _grant(self, operation: Operation, it: Subscription) -> None:
        world = self._world
        with world.lock:
            operation.status = "Succeeded"
            _apply(operation, it)
            shown = world.shapes.subscription(it)
        if world.shapes.tells_publisher:
            world.tell(operation, shown)

    def _revert(self, failed: Operation, it: Subscription) -> None:
        """The values are those that the subscription still has; it has to be accepted."""
        back = Operation(it.id, failed.action, it.plan, it.quantity, self._world.clock())
        self.propose(back)


def _apply(operation: Operation, it: Subscription) -> None:
    match operation.action:
        case "ChangePlan":
            it.plan = operation.plan
        case "ChangeQuantity":
            it.quantity = operation.quantity
        case "Reinstate":
            it.status, it.suspended_at = "Subscribed", None
        case "Unsubscribe":
            it.status = "Unsubscribed"
