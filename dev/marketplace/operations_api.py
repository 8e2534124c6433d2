"""The operations on a subscription, as a publisher's server asks for them and answers them.

https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-operations-api
"""

from dev.marketplace.changes import Changes
from dev.marketplace.records import Operation, Subscription
from dev.marketplace.replies import RECEIVED, error, missing
from dev.marketplace.world import World
from dev.wire import Reply, Request, answer


class OperationsApi:
    def __init__(self, world: World, changes: Changes) -> None:
        self._world, self._changes = world, changes

    def pending(self, it: Subscription, _: Request) -> Reply:
        world = self._world
        listed_by = world.clock() - world.habits.lists_after
        found = [
            world.shapes.operation(one, it)
            for one in list(world.operations.values())
            if one.subscription == it.id and one.status == "InProgress" and one.at <= listed_by
        ]
        return answer(world.shapes.operations(found))

    def one(self, it: Subscription, request: Request) -> Reply:
        found = self._known(it, request)
        return answer(self._world.shapes.operation(found, it)) if found else missing(self._world, "operation")

    def acknowledge(self, it: Subscription, request: Request) -> Reply:
        found = self._known(it, request)
        if found is None:
            return missing(self._world, "operation")
        if found.source == "Partner":
            # So seen of the real one: nobody is to answer what they asked for themselves.
            return error(500, "InternalServerError", "The operation is the publisher's own.")
        if found.status != "InProgress":
            return error(409, "Conflict", "A newer update is done already.")
        # Any other word is taken for success, too.
        self._changes.finish(found, accepted=request.fields().get("status") != "Failure")
        return RECEIVED

    def _known(self, it: Subscription, request: Request) -> Operation | None:
        found = self._world.operations.get(request.parameters["operation"])
        return found if found and found.subscription == it.id else None
