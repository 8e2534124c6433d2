"""Every journey of ours, up to the operation in which storage will fail."""

from datetime import timedelta

import pytest

from shared.operations.assign_seat import assign_seat
from shared.operations.erase_account import erase_account, look_at_account
from shared.operations.look_at_hints import look_at_hints
from shared.operations.look_at_reference import look_at_reference
from shared.operations.open_account import open_account
from shared.operations.open_checkout import open_checkout
from shared.operations.record_event import record_event
from shared.operations.release_seat import release_seat
from shared.ports import StorageUnavailable
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.runs import Act, Run
from tests.operations.stories import seat_of
from tests.paddle import receive
from tests.world import NOON


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


def closing_an_account_of_a_quiet_subscription(run: Run) -> Act:
    """Its receipts are gone, so that nothing is to be looked at by itself."""
    run.buy("person", 1)
    run.deliver(*run.bought.bought())
    account = run.account()
    run.move_to(NOON + timedelta(days=31))
    run.world.purge()
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
    closing_an_account_of_a_quiet_subscription,
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
