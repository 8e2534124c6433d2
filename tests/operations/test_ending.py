"""What becomes of a subscription of one's own when its account closes: cancelled, unclaimable, and without anybody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import CancelElsewhere, SubscriptionUnclaimed, Unavailable
from shared.domain.records import Subscription as Header
from shared.operations.assign_seat import assign_seat
from shared.operations.claim_subscription import take_ownership
from shared.operations.end_subscription import end_subscription
from shared.operations.erase_account import erase_account
from shared.operations.find_stuck import find_stuck
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.open_account import open_account
from shared.operations.purge import purge
from shared.operations.reconcile import reconcile
from shared.ports import Outside, StorageUnavailable, Stored
from shared.storage import keys
from tests.histories.around import over
from tests.histories.faults import FaultyTables
from tests.histories.stored import broken
from tests.paddle import Subscription, deliver
from tests.paddle_api import PADDLE
from tests.world import ALICE, BOB, World


def header_of(world: World, sold: Subscription) -> Stored[Header]:
    stored = world.services.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    return stored


@pytest.fixture
def own(memory: World) -> Subscription:
    """What Alice bought for herself; her account is closed."""
    bought = Subscription(memory.checkout(kind="person"), quantity=1)
    deliver(memory, *bought.bought())
    erase_account(memory.services, header_of(memory, bought).record.account)
    return bought


def cancellations() -> int:
    return sum(call.path.endswith("/cancel") for call in PADDLE.asked("/subscriptions", "POST"))


def test_the_next_tick_cancels_it_for_the_end_of_the_period_and_once(memory: World, own: Subscription) -> None:
    assert header_of(memory, own).record.ending == "cancel"

    memory.purge()
    memory.purge()

    assert header_of(memory, own).record.ending == "asked"
    [asked] = [call for call in PADDLE.asked("/subscriptions", "POST") if call.path.endswith("/cancel")]
    assert asked.body == {"effective_from": "next_billing_period"}
    assert broken(memory) == []


def test_a_marketplace_that_does_not_answer_is_asked_again_each_hour(memory: World, own: Subscription) -> None:
    PADDLE.fail("/subscriptions", times=100, status=503, body=b"{}")
    errors: list[BaseException] = []
    assert purge(memory.services, errors.append).waiting == 1
    assert isinstance(errors[0], Unavailable)

    PADDLE.faults.clear()
    memory.clock.advance(hours=1)
    memory.purge()

    assert header_of(memory, own).record.ending == "asked"


def test_what_only_the_buyer_can_cancel_is_asked_for_once(memory: World, own: Subscription) -> None:
    asked = []

    class Reseller:
        def cancel(self, subscription: str) -> None:
            asked.append(subscription)
            raise CancelElsewhere

    services = replace(memory.services, marketplaces={"paddle": Reseller()})  # type: ignore[dict-item]
    for _ in range(2):
        look_at_subscription(services, own.partition)

    assert header_of(memory, own).record.ending == "elsewhere"
    assert asked == [own.partition]


def test_it_is_nobodys_and_nobody_can_have_it(memory: World, own: Subscription) -> None:
    account = open_account(memory.services, BOB.person, BOB.name, BOB.addresses)

    claimed = take_ownership(memory.services, header_of(memory, own), account, "person")

    assert claimed.record.account == ""
    with pytest.raises(SubscriptionUnclaimed):
        assign_seat(memory.services, own.partition, BOB)
    assert [finding for finding in find_stuck(memory.services) if finding.code == "UNCLAIMED"] == []
    assert broken(memory) == []


def test_no_payment_comes_back_whoever_tells_it(memory: World, own: Subscription) -> None:
    deliver(memory, *own.renewed())
    reconcile(memory.services, lambda error: pytest.fail(repr(error)))
    memory.clock.now = own.now
    memory.purge()

    rows = memory.rows()
    assert (rows["transactions"], rows["people"], rows["accounts"]) == ([], [], [])
    header = header_of(memory, own).record
    assert (header.paid_through, header.unpaid_from, header.read_back) == (None, None, False)
    assert header.period_start == own.period_start


def test_it_goes_ninety_days_after_it_ended_and_nothing_is_left(memory: World, own: Subscription) -> None:
    memory.purge()
    deliver(memory, *own.canceled())
    memory.clock.now = own.now + timedelta(days=90)
    while memory.purge().looked:
        pass

    assert {name for name, rows in memory.rows().items() if rows} <= {"ledger", "due", "state"}
    assert memory.rows()["subscriptions"] == []


def test_what_had_ended_already_goes_altogether(memory: World) -> None:
    bought = Subscription(memory.checkout(kind="person"), quantity=1)
    deliver(memory, *bought.bought(), *bought.canceled())

    erase_account(memory.services, header_of(memory, bought).record.account)
    memory.purge()

    assert memory.rows()["subscriptions"] == []
    assert cancellations() == 0


def test_an_ending_that_dies_anywhere_is_finished_by_the_purge(memory: World) -> None:
    bought = Subscription(memory.checkout(kind="person"), quantity=1)
    deliver(memory, *bought.bought())
    begun = dict(memory.memory.kept)  # type: ignore[attr-defined]

    def end(services: Outside) -> None:
        end_subscription(services, header_of(memory, bought))

    counting = FaultyTables(memory.services.tables)
    end(over(memory.services, counting))
    # The note is the first call: before it nothing was begun.
    for fault in range(1, 2 * counting.calls):
        memory.memory.kept = dict(begun)  # type: ignore[attr-defined]
        PADDLE.calls.clear()
        faulty = replace(counting, calls=0, fails_at=1 + fault // 2, after=fault % 2 == 1)
        with pytest.raises(StorageUnavailable):
            end(over(memory.services, faulty))
        was_begun = bool(header_of(memory, bought).record.ending)
        memory.purge()
        assert bool(header_of(memory, bought).record.ending) == was_begun
        if was_begun:
            assert header_of(memory, bought).record.ending == "asked"
            assert memory.rows()["people"] == [] or memory.rows()["people"][0]["RowKey"] == "account"
            assert memory.code(ALICE) == "NO_LICENSE"
            assert cancellations() == 1
