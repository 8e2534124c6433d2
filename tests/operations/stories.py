"""How many tests begin: an organisation's subscription with so many colleagues seated."""

from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.list_seats import list_seats
from shared.storage import keys
from tests.paddle import Subscription, deliver
from tests.world import World, colleague


def organisation_with(world: World, seated: int, quantity: int = 0) -> tuple[Subscription, list[Assignee]]:
    """A subscription that Alice bought for her organisation, and the colleagues who have its seats."""
    bought = Subscription(world.checkout(), quantity=quantity or seated)
    deliver(world, *bought.bought())
    people = [colleague(number) for number in range(seated)]
    for person in people:
        assign_seat(world.services, bought.partition, person)
    return bought, people


def codes(world: World, people: list[Assignee]) -> list[str]:
    return [world.code(person) for person in people]


def stamped(world: World, bought: Subscription) -> set[str]:
    """The names on seats that bear an end."""
    _, seats = list_seats(world.services, bought.partition)
    return {seat.record.name for seat in seats if seat.record.ends_at}


def seat_of(world: World, bought: Subscription, person: Assignee) -> str:
    """The row key of a person's seat, whether it is there or not."""
    header = world.services.tables.read(keys.subscription(bought.partition))
    assert header is not None
    return keys.seat_key(header.record.salt, person.person)


def has_seat(world: World, bought: Subscription, person: Assignee) -> bool:
    return world.services.tables.read(keys.seat(bought.partition, seat_of(world, bought, person))) is not None
