"""One telling of a journey, with people and a subscription of its own, so that many share the tables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.people import Person
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.open_account import open_account
from shared.operations.record_event import record_event
from shared.services import Services
from tests.paddle import Payload, Subscription, deliver, receive
from tests.world import NOON, World

Act = Callable[[Services], object]


@dataclass
class Run:
    """One telling of a journey, with people and a subscription of its own."""

    world: World
    number: int
    bought: Subscription = field(init=False)

    def __post_init__(self) -> None:
        self.world.clock.now = NOON
        self.bought = Subscription(id=f"sub_{self.name}", quantity=2)

    @property
    def name(self) -> str:
        return f"run{self.number:04d}"

    def person(self, number: int) -> Assignee:
        tenant = f"{self.number:08d}-0000-4000-8000-000000000000"
        return Assignee(Person(tenant, f"p{number}"), f"Person {number}", (f"p{number}@{self.name}.example",))

    def buy(self, kind: str = "organisation", quantity: int = 2) -> None:
        self.bought.reference = self.world.checkout(self.person(0), kind)
        self.bought.quantity = quantity

    def bought_with_seats(self, seats: int = 2) -> None:
        self.buy(quantity=seats)
        self.deliver(*self.bought.bought())
        for number in range(seats):
            self.assign(number)
        # Who never used a seat loses it first.
        self.world.code(self.person(0))

    def deliver(self, *payloads: Payload) -> None:
        deliver(self.world, *(self.own(payload) for payload in payloads))

    def own(self, payload: Payload) -> Payload:
        """With a transaction's number that no other run has."""
        data = payload["data"]
        return {**payload, "data": {**data, "id": f"{data['id']}{self.name}"}} if "origin" in data else payload

    def telling(self, payload: Payload) -> Act:
        def tell(services: Services) -> None:
            event = receive(self.world, self.own(payload))
            assert event is not None
            record_event(services, event)

        return tell

    def assign(self, number: int) -> None:
        assign_seat(self.world.services, self.bought.partition, self.person(number))

    def account(self) -> str:
        person = self.person(0)
        return open_account(self.world.services, person.person, person.name, person.addresses)

    def looking(self) -> Act:
        return lambda services: look_at_subscription(services, self.bought.partition)

    def move_to(self, moment: datetime) -> None:
        self.world.clock.now = moment
