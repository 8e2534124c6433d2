"""The main job, from a purchase to its end, through the adapter and real storage."""

from datetime import timedelta

from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.list_seats import list_seats
from shared.operations.release_seat import release_seat
from shared.operations.take_events import Recorded
from shared.storage import keys
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, World


def test_a_purchase_gives_seats_that_license_and_its_end_takes_them(world: World) -> None:
    bought = Subscription(world.checkout())
    assert deliver(world, *bought.bought()) == [Recorded.STORED] * 3

    seat = assign_seat(world.services, bought.partition, BOB)

    assert world.license("B.Bee@Contoso.example")["plan"] == "team"
    assert [world.code(person) for person in (ALICE, BOB, MALLORY)] == ["NO_LICENSE", "LICENSED", "NO_LICENSE"]
    assert release_seat(world.services, bought.partition, seat.row.key)
    assert world.code(BOB) == "NO_LICENSE"
    assign_seat(world.services, bought.partition, BOB)
    assert world.code(BOB) == "LICENSED"
    bought.later(days=1)
    deliver(world, *bought.canceled())
    assert world.code(BOB) == "NO_LICENSE"
    world.clock.now = bought.now + timedelta(days=31)
    world.purge()
    assert not [row for row in world.rows()["subscriptions"] if row["RowKey"].startswith("seat.")]
    assert not world.rows()["people"][1:]
    world.clock.advance(days=400)
    while world.purge().looked:
        pass
    left = {name: rows for name, rows in world.rows().items() if rows and name != "ledger"}
    assert left == {}


def test_a_seat_of_ones_own_is_found_by_an_address_whose_lower_case_composes(world: World) -> None:
    buyer = Assignee(ALICE.person, ALICE.name, ("J\u030can@contoso.example",))
    bought = Subscription(world.checkout(buyer, "person"), quantity=1)

    deliver(world, *bought.bought())

    assert world.code(buyer) == "LICENSED"


def test_a_seat_of_ones_own_that_its_buyer_gave_back_stays_given_back(world: World) -> None:
    bought = Subscription(world.checkout(ALICE, "person"), quantity=1)
    deliver(world, *bought.bought())
    [seat] = list_seats(world.services, bought.partition)[1]
    release_seat(world.services, bought.partition, seat.row.key)

    deliver(world, *bought.renewed())

    assert world.code(ALICE) == "NO_LICENSE"
    assert list_seats(world.services, bought.partition)[1] == []


def test_the_ledger_is_told_of_an_owner_who_leaves_a_subscription_of_their_organisation(world: World) -> None:
    bought = Subscription(world.checkout())
    deliver(world, *bought.bought())
    header = world.tables.read(keys.subscription(bought.partition))
    assert header is not None

    erase_account(world.services, header.record.account)

    told = {row["erased_record"]: row["done"] for row in world.rows()["ledger"]}
    assert told[header.record.record_id] == "owner removed"
