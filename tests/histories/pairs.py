"""Two operations that meet: what each does, what comes afterwards, and what must then be true."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from shared.operations.assign_seat import assign_seat
from shared.operations.close_account import close_account
from shared.operations.erase_account import erase_account
from shared.operations.held_about import held_about
from shared.operations.look_at_hints import look_at_hints
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.open_account import open_account
from shared.operations.purge import purge
from shared.operations.read_back import read_back
from shared.operations.record_event import record_event
from shared.operations.release_seat import release_seat
from shared.ports import Delete
from shared.services import Services
from tests.histories.around import over
from tests.histories.stored import normal
from tests.histories.turns import Act
from tests.operations.stories import has_seat, organisation_with, seat_of, stamped
from tests.paddle import Payload, Subscription, deliver, receive
from tests.world import ALICE, BOB, MALLORY, World, colleague

Operation = Callable[[Services], object]


@dataclass
class Pair:
    """Two operations, what comes afterwards, and what must then be true besides what always is."""

    operations: list[Operation]
    afterwards: Callable[[], None]
    expected: Callable[[], bool]


def acts(world: World, operations: list[Operation]) -> list[Act]:
    return [lambda tables, run=run: run(over(world.services, tables)) for run in operations]  # type: ignore[misc]


def telling(world: World, *payloads: Payload) -> Operation:
    def tell(services: Services) -> None:
        for payload in payloads:
            event = receive(world, payload)
            assert event is not None
            record_event(services, event)

    return tell


def purging(services: Services) -> None:
    errors: list[BaseException] = []
    purge(services, errors.append)
    if errors:
        raise errors[0]


def opening(services: Services) -> str:
    return open_account(services, ALICE.person, ALICE.name, ALICE.addresses)


def nothing() -> None:
    return


def always() -> bool:
    return True


def release_and_assign(world: World) -> Pair:
    bought, (person,) = organisation_with(world, 1)
    key = seat_of(world, bought, person)
    return Pair(
        [
            lambda services: release_seat(services, bought.partition, key),
            lambda services: assign_seat(services, bought.partition, person),
        ],
        nothing,
        lambda: (world.code(person) == "LICENSED") == has_seat(world, bought, person),
    )


def release_and_reseat(world: World) -> Pair:
    """One takes the seat back; another does too, and gives it anew."""
    bought, (person,) = organisation_with(world, 1)
    key = seat_of(world, bought, person)

    def reseat(services: Services) -> None:
        release_seat(services, bought.partition, key)
        assign_seat(services, bought.partition, person)

    return Pair(
        [lambda services: release_seat(services, bought.partition, key), reseat],
        nothing,
        lambda: (world.code(person) == "LICENSED") == has_seat(world, bought, person),
    )


def release_twice(world: World) -> Pair:
    bought, people = organisation_with(world, 2)
    key = seat_of(world, bought, people[0])
    release: Operation = lambda services: release_seat(services, bought.partition, key)  # noqa: E731
    return Pair([release, release], nothing, lambda: world.code(people[1]) == "LICENSED")


def assign_the_last_seat_twice(world: World) -> Pair:
    bought, _ = organisation_with(world, 1, quantity=2)
    rivals = [colleague(8), colleague(9)]
    return Pair(
        [lambda services, who=who: assign_seat(services, bought.partition, who) for who in rivals],  # type: ignore[misc]
        nothing,
        lambda: sorted(world.code(who) for who in rivals) == ["LICENSED", "NO_LICENSE"],
    )


def assign_during_a_cut(world: World) -> Pair:
    bought, people = organisation_with(world, 2, quantity=3)
    after = [*people, colleague(7)]
    return Pair(
        [telling(world, *bought.resized(2)), lambda services: assign_seat(services, bought.partition, colleague(7))],
        lambda: world.clock.advance(days=15),
        lambda: sum(world.code(who) != "NO_LICENSE" for who in after) >= 2,
    )


def cut_during_a_purge(world: World) -> Pair:
    bought, _ = organisation_with(world, 2)
    return Pair([telling(world, *bought.resized(1)), purging], nothing, lambda: len(stamped(world, bought)) == 1)


def release_in_a_cut_during_a_purge(world: World) -> Pair:
    bought, people = organisation_with(world, 3)
    deliver(world, *bought.resized(2))
    world.purge()
    world.clock.advance(days=1)
    other = next(person for person in people if person.name not in stamped(world, bought))
    key = seat_of(world, bought, other)
    return Pair(
        [lambda services: release_seat(services, bought.partition, key), purging],
        nothing,
        lambda: stamped(world, bought) == set(),
    )


def two_purges(world: World) -> Pair:
    bought, people = organisation_with(world, 2)
    deliver(world, *bought.resized(1))
    world.purge()
    world.clock.advance(days=14)
    return Pair([purging, purging], nothing, lambda: sum(world.code(who) == "LICENSED" for who in people) == 1)


def hints_held_while_their_seat_ends(world: World) -> Pair:
    bought, _ = organisation_with(world, 2)
    deliver(world, *bought.resized(1))
    world.purge()
    world.clock.advance(days=14)
    noted = [due for due in world.services.tables.find_due(world.clock()) if due.record.kind == "seat_hints"]

    def hold(services: Services) -> None:
        for due in noted:
            look_at_hints(services, due.record)
            services.tables.write(Delete(due))

    return Pair(
        [
            hold,
            lambda services: look_at_subscription(services, bought.partition),
        ],
        nothing,
        always,
    )


def the_same_buyer_twice(world: World) -> Pair:
    return Pair([opening, opening], nothing, lambda: len(world.rows()["accounts"]) == 1)


def a_sign_in_while_the_account_closes(world: World) -> Pair:
    account = opening(world.services)
    return Pair(
        [opening, lambda services: erase_account(services, account)],
        nothing,
        lambda: account not in {row["PartitionKey"] for row in world.rows()["accounts"]},
    )


def a_purchase_while_the_account_closes(world: World, kind: str) -> Pair:
    bought = Subscription(world.checkout(kind=kind), quantity=1)
    account = opening(world.services)
    return Pair(
        [telling(world, bought.tell("created")), lambda services: erase_account(services, account)],
        nothing,
        lambda: not any(account in text for text in normal(world.rows())),
    )


def a_payment_while_the_account_closes(world: World) -> Pair:
    """Told after the end it begins a purchase that nobody owns."""
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    created, _, paid = bought.bought()
    deliver(world, created)
    account = opening(world.services)
    return Pair([telling(world, paid), lambda services: erase_account(services, account)], nothing, always)


def a_payment_read_back_while_the_account_closes(world: World) -> Pair:
    """The same for what is read back after the end."""
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    created, *_ = bought.bought()
    deliver(world, created)
    account = opening(world.services)
    return Pair(
        [lambda services: read_back(services, bought.partition), lambda services: erase_account(services, account)],
        nothing,
        always,
    )


def an_account_that_closes_during_a_purge(world: World) -> Pair:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    deliver(world, *bought.bought())
    account = opening(world.services)
    return Pair(
        [purging, lambda services: erase_account(services, account)],
        nothing,
        lambda: (
            {row["RowKey"].partition(".")[0] for row in world.rows()["subscriptions"]} == {"subscription", "receipt"}
        ),
    )


def an_account_that_is_closed_twice_at_once(world: World) -> Pair:
    """With a seat that somebody else gave."""
    bought, _ = organisation_with(world, 0, quantity=1)
    own = Subscription(world.checkout(BOB, "person"), quantity=1)
    deliver(world, *own.bought())
    assign_seat(world.services, bought.partition, BOB)

    def close(services: Services) -> None:
        close_account(services, BOB.person)

    return Pair([close, close], nothing, lambda: held_about(world.services, BOB.person) == [])


def a_seat_given_while_its_person_closes(world: World) -> Pair:
    """Whoever is given one afterwards has it."""
    bought, _ = organisation_with(world, 0, quantity=1)
    open_account(world.services, BOB.person, BOB.name, BOB.addresses)
    return Pair(
        [
            lambda services: assign_seat(services, bought.partition, BOB),
            lambda services: close_account(services, BOB.person),
        ],
        nothing,
        lambda: {kept.kind for kept in held_about(world.services, BOB.person)} <= {"Seat", "SeatHint"},
    )


def two_buyers_of_one_subscription(world: World, other_kind: str) -> Pair:
    """Each with a checkout of their own; one of them is of another organisation."""
    bought = Subscription(world.checkout(BOB, "organisation"))
    first = bought.tell("created")
    bought.reference = world.checkout(MALLORY, other_kind)
    return Pair([telling(world, first), telling(world, bought.tell())], nothing, always)


def two_events_of_one_purchase(world: World) -> Pair:
    bought = Subscription(world.checkout(kind="person"), quantity=1)
    created, _, paid = bought.bought()
    return Pair([telling(world, created), telling(world, paid)], nothing, lambda: world.code(ALICE) == "LICENSED")


def a_claim_of_what_is_being_deleted(world: World) -> Pair:
    bought = Subscription()
    bought.now -= timedelta(days=80)
    deliver(world, *bought.canceled())
    world.clock.advance(days=10, minutes=1)
    bought.reference = world.checkout()
    return Pair([telling(world, bought.tell()), purging], nothing, always)


PAIRS: dict[str, Callable[[World], Pair]] = {
    "release twice": release_twice,
    "assign the last seat twice": assign_the_last_seat_twice,
    "assign during a cut": assign_during_a_cut,
    "cut during a purge": cut_during_a_purge,
    "release in a cut during a purge": release_in_a_cut_during_a_purge,
    "two purges": two_purges,
    "hints held while their seat ends": hints_held_while_their_seat_ends,
    "the same buyer twice": the_same_buyer_twice,
    "a sign-in while the account closes": a_sign_in_while_the_account_closes,
    "a purchase for me while the account closes": lambda world: a_purchase_while_the_account_closes(world, "person"),
    "a purchase for all while the account closes": lambda world: a_purchase_while_the_account_closes(
        world, "organisation"
    ),
    "a payment while the account closes": a_payment_while_the_account_closes,
    "a payment read back while the account closes": a_payment_read_back_while_the_account_closes,
    "an account that closes during a purge": an_account_that_closes_during_a_purge,
    "an account that is closed twice at once": an_account_that_is_closed_twice_at_once,
    "a seat given while its person closes": a_seat_given_while_its_person_closes,
    "two buyers of one subscription": lambda world: two_buyers_of_one_subscription(world, "organisation"),
    "two buyers, one of them for herself": lambda world: two_buyers_of_one_subscription(world, "person"),
    "two events of one purchase": two_events_of_one_purchase,
    "a claim of what is being deleted": a_claim_of_what_is_being_deleted,
}
