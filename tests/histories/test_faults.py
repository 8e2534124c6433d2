"""Storage fails once, before or after any single call of a journey: repeated or not, nothing is lost or left."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter

import pytest

from shared.domain.people import Person
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.erase_account import erase_account, look_at_account
from shared.operations.list_seats import list_seats
from shared.operations.look_at_hints import look_at_hints
from shared.operations.look_at_reference import look_at_reference
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.open_account import open_account
from shared.operations.open_checkout import open_checkout
from shared.operations.record_event import record_event
from shared.operations.release_seat import release_seat
from shared.ports import StorageUnavailable
from shared.services import Services
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken, normal
from tests.operations.stories import organisation_with, seat_of, stamped
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


def first_event_for_oneself(run: Run) -> Act:
    run.buy("person", 1)
    return run.telling(run.bought.tell("created"))


def first_event_for_an_organisation(run: Run) -> Act:
    run.buy()
    return run.telling(run.bought.tell("created"))


def first_event_of_nobody(run: Run) -> Act:
    return run.telling(run.bought.tell("created"))


def first_payment(run: Run) -> Act:
    run.buy("person", 1)
    run.deliver(run.bought.tell("created"))
    return run.telling(run.bought.paid())


def renewal(run: Run) -> Act:
    run.bought_with_seats()
    told, paid = run.bought.renewed()
    run.move_to(run.bought.now)
    run.deliver(told)
    return run.telling(paid)


def cut(run: Run) -> Act:
    run.bought_with_seats()
    return run.telling(*run.bought.resized(1))


def assign(run: Run) -> Act:
    run.buy()
    run.deliver(*run.bought.bought())
    return lambda services: assign_seat(services, run.bought.partition, run.person(1))


def release(run: Run) -> Act:
    run.bought_with_seats()
    key = seat_of(run.world, run.bought, run.person(1))
    return lambda services: release_seat(services, run.bought.partition, key)


def release_in_a_cut(run: Run) -> Act:
    run.bought_with_seats()
    run.deliver(*run.bought.resized(1))
    key = seat_of(run.world, run.bought, run.person(1))
    return lambda services: release_seat(services, run.bought.partition, key)


def recount(run: Run) -> Act:
    run.bought_with_seats()
    run.deliver(*run.bought.resized(1))
    return run.looking()


def end_of_a_cut(run: Run) -> Act:
    run.bought_with_seats()
    run.deliver(*run.bought.resized(1))
    run.looking()(run.world.services)
    run.move_to(NOON + timedelta(days=14))
    return run.looking()


def end_of_seats(run: Run) -> Act:
    run.bought_with_seats()
    run.deliver(*run.bought.canceled())
    run.move_to(NOON + timedelta(days=31))
    return run.looking()


def end_of_a_subscription(run: Run) -> Act:
    run.bought_with_seats()
    run.deliver(*run.bought.canceled())
    run.move_to(NOON + timedelta(days=366))
    return run.looking()


def end_of_an_unclaimed_purchase(run: Run) -> Act:
    run.deliver(*run.bought.bought(), *run.bought.canceled())
    run.move_to(NOON + timedelta(days=91))
    return run.looking()


def orphan_hints(run: Run) -> Act:
    run.buy()
    run.deliver(*run.bought.bought())
    faulty = FaultyTables(run.world.services.tables, fails_at=4)
    with pytest.raises(StorageUnavailable):
        assign_seat(over(run.world.services, faulty), run.bought.partition, run.person(1))
    run.move_to(NOON + timedelta(days=2))
    noted = [
        due.record
        for due in run.world.services.tables.find_due(run.world.clock())
        if due.record.kind == "seat_hints" and due.record.target == run.bought.partition
    ]
    return lambda services: [look_at_hints(services, due) for due in noted]


def end_of_a_reference(run: Run) -> Act:
    run.buy()
    run.move_to(NOON + timedelta(days=7))
    return lambda services: look_at_reference(services, run.bought.reference or "")


def end_of_a_reference_whose_claim_died(run: Run) -> Act:
    run.buy()
    event = receive(run.world, run.bought.tell("created"))
    assert event is not None
    with pytest.raises(StorageUnavailable):
        record_event(over(run.world.services, FaultyTables(run.world.services.tables, fails_at=9)), event)
    run.move_to(NOON + timedelta(days=7))
    return lambda services: look_at_reference(services, run.bought.reference or "")


def end_of_an_account_that_led_to_nothing(run: Run) -> Act:
    account = run.account()
    run.move_to(NOON + timedelta(days=7))
    return lambda services: look_at_account(services, account)


def closing_an_account_with_its_own_subscription(run: Run) -> Act:
    run.buy("person", 1)
    run.deliver(*run.bought.bought())
    account = run.account()
    return lambda services: erase_account(services, account)


def closing_an_account_of_an_organisation(run: Run) -> Act:
    run.bought_with_seats()
    account = run.account()
    return lambda services: erase_account(services, account)


def opening_an_account(run: Run) -> Act:
    person = run.person(0)
    return lambda services: open_account(services, person.person, person.name, person.addresses)


def opening_a_checkout(run: Run) -> Act:
    account = run.account()
    return lambda services: open_checkout(services, account, "organisation")


JOURNEYS = [
    first_event_for_oneself,
    first_event_for_an_organisation,
    first_event_of_nobody,
    first_payment,
    renewal,
    cut,
    assign,
    release,
    release_in_a_cut,
    recount,
    end_of_a_cut,
    end_of_seats,
    end_of_a_subscription,
    end_of_an_unclaimed_purchase,
    orphan_hints,
    end_of_a_reference,
    end_of_a_reference_whose_claim_died,
    end_of_an_account_that_led_to_nothing,
    closing_an_account_with_its_own_subscription,
    closing_an_account_of_an_organisation,
    opening_an_account,
    opening_a_checkout,
]

# Paddle repeats what got no answer. A payment that it never repeats leaves its number's hint, which names nobody.
REPEATED_BY_PADDLE = {first_payment, renewal}

# The others that were begun and never repeated: erasures end as if they had been, since what is noted finishes them.
FINISHED_BY_THE_PURGE = {
    recount,
    end_of_a_cut,
    end_of_seats,
    end_of_a_subscription,
    end_of_an_unclaimed_purchase,
    end_of_a_reference,
    end_of_an_account_that_led_to_nothing,
}

# In real storage the twin's runs are too slow to be had each time: there the longest journey meets every fault, the
# others every seventh, and in the long search all of them.
EVERY_FAULT_IN_REAL_STORAGE = {first_event_for_oneself}
SAMPLED_IN_REAL_STORAGE = 7


def work_off_what_is_due(world: World) -> None:
    """Eight days later the notes of whoever died have been looked at, and no reference is left."""
    world.clock.now += timedelta(days=8)
    while world.purge().looked:
        pass


def fail_everywhere(world: World, journey: Callable[[Run], Act], *, repeated: bool, every: int = 1) -> None:
    """The journey undisturbed, then with each fault that there is, or every so many of them."""
    undisturbed = Run(world, 0)
    counting = FaultyTables(world.services.tables)
    journey(undisturbed)(over(world.services, counting))
    # An even one fails before its call, an odd one after it.
    faults = range(0, 2 * counting.calls, every)
    for fault in faults:
        run = Run(world, fault + 1)
        act = journey(run)
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        with pytest.raises(StorageUnavailable):
            act(over(world.services, faulty))
        if repeated:
            act(world.services)
    if repeated:
        assert broken(world) == []
    work_off_what_is_due(world)
    assert broken(world) == []
    if repeated or journey in FINISHED_BY_THE_PURGE:
        rows = world.rows()
        expected = normal(rows, undisturbed.name)
        for fault in faults:
            assert normal(rows, Run(world, fault + 1).name) == expected, fault


name_of: Callable[[Callable[[Run], Act]], str] = attrgetter("__name__")


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_a_journey_that_is_repeated_ends_as_if_undisturbed(journey: Callable[[Run], Act]) -> None:
    fail_everywhere(MemoryWorld(), journey, repeated=True)


@pytest.mark.parametrize("journey", [j for j in JOURNEYS if j not in REPEATED_BY_PADDLE], ids=name_of)
def test_a_journey_that_is_never_repeated_leaves_nothing_broken(journey: Callable[[Run], Act]) -> None:
    fail_everywhere(MemoryWorld(), journey, repeated=False)


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_a_journey_in_real_storage_ends_as_if_undisturbed(
    world: World, journey: Callable[[Run], Act], *, is_long: bool
) -> None:
    every = 1 if is_long or journey in EVERY_FAULT_IN_REAL_STORAGE else SAMPLED_IN_REAL_STORAGE
    fail_everywhere(world, journey, repeated=True, every=every)


def surplus_of(world: World, seated: int, paid_for: int) -> Subscription:
    bought, _ = organisation_with(world, seated)
    deliver(world, *bought.resized(paid_for))
    return bought


def some_of(calls: int) -> list[int]:
    """The first and last calls, and between them, where hints go one after the other, every 61st."""
    return sorted({*range(1, min(calls, 12) + 1), *range(12, calls, 61), *range(max(calls - 3, 1), calls + 1)})


@pytest.mark.parametrize("days", [0, 14], ids=["told", "deleted"])
def test_a_cut_of_hundreds_of_seats_goes_on_after_a_fault_at_any_call(days: int) -> None:
    world = MemoryWorld()
    bought = surplus_of(world, 250, 50)
    if days:
        look_at_subscription(world.services, bought.partition)
        world.clock.advance(days=days)
    begun = dict(world.memory.kept)
    counting = FaultyTables(world.services.tables)
    look_at_subscription(over(world.services, counting), bought.partition)
    expected = normal(world.rows())

    for fault in some_of(counting.calls):
        for after in (False, True):
            world.memory.kept = dict(begun)
            with pytest.raises(StorageUnavailable):
                look_at_subscription(
                    over(world.services, replace(counting, calls=0, fails_at=fault, after=after)), bought.partition
                )
            look_at_subscription(world.services, bought.partition)
            assert normal(world.rows()) == expected, fault
    assert broken(world) == []


def test_more_seats_than_a_batch_holds_are_told_and_deleted_in_real_storage(world: World) -> None:
    bought = surplus_of(world, 110, 8)
    world.purge()
    assert len(stamped(world, bought)) == 102
    world.clock.advance(days=14)
    world.purge()
    header, seats = list_seats(world.services, bought.partition)
    assert (header.seats_used, len(seats)) == (8, 8)
    assert broken(world) == []
