"""What customers, resellers and Microsoft do; each is a method here and a command of the control interface."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Literal

from dev.marketplace.changes import Changes
from dev.marketplace.records import ALICE, Operation, Person, Progress, Subscription
from dev.marketplace.shapes import Shape
from dev.marketplace.world import World, person
from dev.wire import Refused

Body = Literal["full", "minimal"]


class Commands:
    """Each names a subscription by its id, and raises Refused for what cannot be."""

    def __init__(self, world: World, changes: Changes, landing: Callable[[], str]) -> None:
        self._world, self._changes, self._landing = world, changes, landing

    def all(self) -> Mapping[str, Callable[..., object]]:
        names = [name for name in vars(Commands) if not name.startswith("_") and name != "all"]
        return {name: getattr(self, name) for name in names}

    def buy(  # noqa: PLR0913 - what a purchase is made of
        self,
        *,
        offer: str | None = None,
        plan: str | None = None,
        quantity: int = 5,
        beneficiary: Person | Mapping[str, str] | None = None,
        purchaser: Person | Mapping[str, str] | None = None,
        unit: str = "P1M",
        trial: bool = False,
        automatic: Body | None = None,
    ) -> Shape:
        """Its id and the link to configure it. ``automatic``: active at once, told by a webhook of that body."""
        world = self._world
        offer = offer or next(iter(world.offers))
        if offer not in world.offers or (plan is not None and plan not in world.offers[offer]):
            raise Refused(f"{offer} with the plan {plan} is not sold.")
        whose = person(beneficiary, ALICE)
        seats = None if offer in world.flat else quantity
        buyer = person(purchaser, whose)
        it = Subscription(
            offer, plan or world.offers[offer][0], seats, whose, buyer, world.clock(), unit=unit, trial=trial
        )
        if automatic:
            world.begin(it, world.clock())
        world.add(it)
        if automatic:
            world.notify(it, "Subscribe", nested={} if automatic == "minimal" else None)
        return {"id": it.id, **self.configure(it.id)}

    def subscriptions(self) -> list[Shape]:
        return [self._world.shapes.subscription(it) for it in list(self._world.subscriptions.values())]

    def configure(self, id: str) -> Shape:  # noqa: A002 - what the API calls it
        """The buyer presses Configure or Manage account: a new link, good for a day."""
        token = self._world.token(self._world.find(id))
        return {"token": token, "landing": f"{self._landing()}?token={self._world.shapes.in_link(token)}"}

    def change_plan(self, id: str, plan: str, *, fails: bool = False) -> Shape:  # noqa: A002
        """``fails``: at Microsoft, after we accepted it; then it is reverted."""
        return self._propose(id, "ChangePlan", plan=plan, fails=fails)

    def change_quantity(self, id: str, quantity: int, *, fails: bool = False) -> Shape:  # noqa: A002
        return self._propose(id, "ChangeQuantity", quantity=quantity, fails=fails)

    def suspend(self, id: str) -> None:  # noqa: A002
        """A payment failed."""
        self._world.suspend(self._world.find(id, "Subscribed"))

    def reinstate(self, id: str) -> Shape:  # noqa: A002
        it = self._world.find(id, "Suspended")
        return _told(self._changes.propose(Operation(it.id, "Reinstate", it.plan, it.quantity, self._world.clock())))

    def unsubscribe(self, id: str) -> None:  # noqa: A002
        self._world.end(self._world.find(id, "Subscribed", "Suspended", "PendingFulfillmentStart"))

    def renew(self, id: str, *, dates_after: float = 0) -> None:  # noqa: A002
        """A new term begins, and a trial is over. The dates may follow only later, by so many seconds."""
        it = self._world.find(id, "Subscribed")
        if dates_after:
            self._world.later.plan(timedelta(seconds=dates_after), it.renew)
        else:
            it.renew()
        it.trial = False
        self._world.notify(it, "Renew")

    def end_trial(self, id: str) -> None:  # noqa: A002
        """Nobody is told."""
        self._world.find(id, "Subscribed").trial = False

    def stop_renewal(self, id: str) -> None:  # noqa: A002
        """Nobody is told, until the term ends."""
        self._world.stop_renewal(self._world.find(id, "Subscribed"))

    def tell(self, id: str, action: str, *, status: Progress = "Succeeded", **members: Any) -> None:  # noqa: A002, ANN401
        """A webhook of any action, about nothing that happened; ``members`` replace those of its subscription."""
        it = self._world.find(id)
        self._world.notify(it, action, status, nested={**self._world.shapes.subscription(it), **members})

    def _propose(
        self,
        id: str,  # noqa: A002
        action: str,
        *,
        plan: str | None = None,
        quantity: int | None = None,
        fails: bool = False,
    ) -> Shape:
        it = self._world.find(id, "Subscribed")
        self._changes.require_possible(it, plan, quantity)
        now = self._world.clock()
        operation = Operation(it.id, action, plan or it.plan, quantity or it.quantity, now, fails=fails)
        return _told(self._changes.propose(operation))


def _told(operation: Operation) -> Shape:
    return {"operation": operation.id, "status": operation.status}
