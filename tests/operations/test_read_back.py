"""What only Paddle knows is asked for on its day: whether a period was paid, and what a subscription is by now."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import EventMalformed, NotFound
from shared.domain.purchases import Event
from shared.domain.records import Subscription as Header
from shared.operations.assign_seat import assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.find_stuck import find_stuck
from shared.operations.purge import purge
from shared.operations.read_back import read_back
from shared.operations.receive_message import receive_message
from shared.operations.reconcile import reconcile
from shared.ports import Marketplace
from shared.services import Services
from shared.storage import keys
from shared.web import Unreachable
from tests.histories.stored import broken
from tests.operations.stories import organisation_with
from tests.paddle import Payload, Subscription, deliver, sign
from tests.world import BOB, World, WorldMaker

HOUR, GRACE = timedelta(hours=1), timedelta(days=14)


def header_of(world: World, sold: Subscription) -> Header:
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    return stored.record


def seated(world: World, payloads: Callable[[Subscription], list[Payload]]) -> Subscription:
    """A subscription of which these events arrived, and one of whose seats Bob has."""
    sold = Subscription(world.checkout())
    deliver(world, *payloads(sold))
    assign_seat(world.services, sold.partition, BOB)
    return sold


def pass_an_hour(world: World, sold: Subscription) -> None:
    world.clock.now = max(world.clock.now, sold.now) + HOUR
    world.purge()


class Around:
    """A marketplace that does something after it answered."""

    def __init__(self, inner: Marketplace, act: Callable[[], object]) -> None:
        self.inner = inner
        self.act = act
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def read_back(self, subscription: str) -> list[Event]:
        answer = [*self.inner.read_back(subscription)]
        self.asked += 1
        self.act()
        return answer


def around(world: World, act: Callable[[], object]) -> tuple[Services, Around]:
    paddle = Around(world.services.marketplaces["paddle"], act)
    return replace(world.services, marketplaces={"paddle": paddle}), paddle  # type: ignore[dict-item]


def test_a_purchase_whose_payment_did_not_arrive_works_and_is_read_once(world: World) -> None:
    sold = seated(world, lambda sold: sold.bought()[:1])
    assert world.code(BOB) == "LICENSED"
    assert world.paddle.calls == []

    pass_an_hour(world, sold)

    assert header_of(world, sold).paid_through == sold.period_end
    assert len(world.paddle.asked(f"/subscriptions/{sold.id}")) == 1
    assert world.code(BOB) == "LICENSED"
    world.paddle.calls.clear()
    world.clock.advance(days=1)
    world.purge()
    assert world.paddle.asked("/subscriptions") == []


def test_a_purchase_that_was_never_paid_is_in_grace_from_its_period_on(world: World) -> None:
    sold = seated(world, lambda sold: [sold.tell("created")])

    pass_an_hour(world, sold)

    assert header_of(world, sold).unpaid_from == sold.period_start
    assert world.code(BOB) == "GRACE"
    world.clock.now = sold.period_start + GRACE - timedelta(seconds=1)
    assert world.code(BOB) == "GRACE"
    world.clock.advance(seconds=1)
    assert world.code(BOB) == "NO_LICENSE"


def test_an_advanced_renewal_works_until_it_was_asked_whether_it_was_paid(world: World) -> None:
    sold = seated(world, Subscription.bought)
    sold.period_start = sold.now = sold.period_end
    world.clock.now = sold.now
    deliver(world, sold.tell())
    assert world.code(BOB) == "LICENSED"

    pass_an_hour(world, sold)
    assert world.code(BOB) == "GRACE"
    assert header_of(world, sold).unpaid_from == sold.period_start

    deliver(world, sold.paid("subscription_recurring"))
    assert world.code(BOB) == "LICENSED"


def test_an_advanced_renewal_that_was_paid_is_found_so(world: World) -> None:
    sold = seated(world, Subscription.bought)
    advanced, _ = sold.renewed()
    world.clock.now = sold.now
    deliver(world, advanced)

    pass_an_hour(world, sold)

    assert world.code(BOB) == "LICENSED"
    assert header_of(world, sold).paid_through == sold.period_end


def test_silence_after_the_end_of_what_was_paid_is_asked_about(world: World) -> None:
    sold = seated(world, Subscription.bought)
    end = sold.period_end
    world.clock.now = end - timedelta(seconds=1)
    world.purge()
    assert header_of(world, sold).unpaid_from is None

    world.clock.now = end + timedelta(minutes=59)
    world.purge()
    assert world.code(BOB) == "LICENSED"
    world.clock.now = end + HOUR
    world.purge()

    assert header_of(world, sold).unpaid_from == end
    assert world.code(BOB) == "GRACE"
    world.clock.now = end + GRACE
    assert world.code(BOB) == "NO_LICENSE"


def test_paid_after_all_is_licensed_again(world: World) -> None:
    sold = seated(world, lambda sold: [sold.tell("created")])
    pass_an_hour(world, sold)
    assert world.code(BOB) == "GRACE"

    sold.paid()
    read_back(world.services, sold.partition)

    assert world.code(BOB) == "LICENSED"
    assert header_of(world, sold).unpaid_from is None


def test_what_paddle_knows_no_more_has_no_payment_there(world: World) -> None:
    sold = seated(world, lambda sold: sold.bought()[:2])
    world.paddle.erase(sold.id)

    pass_an_hour(world, sold)

    assert world.code(BOB) == "GRACE"
    assert not header_of(world, sold).read_back


def test_what_nobody_knows_is_nothing(world: World) -> None:
    assert read_back(world.services, "paddle.sub_of_nobody") is None
    assert {name for name, rows in world.rows().items() if rows} == set()


def test_a_subscription_of_another_marketplace_is_not_asked_for(world: World) -> None:
    with pytest.raises(NotFound):
        read_back(world.services, "stripe.sub_1")


def test_what_has_ended_and_is_unknown_does_not_come_back(world: World) -> None:
    sold = Subscription()
    sold.bought()
    sold.canceled()

    assert read_back(world.services, sold.partition) is None
    assert world.rows()["subscriptions"] == []


def test_an_answer_older_than_what_came_meanwhile_is_asked_for_again(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    late = [sold.resized(5), sold.resized(6)]
    services, paddle = around(world, lambda: deliver(world, *late.pop(0)) if late else None)

    stored = read_back(services, sold.partition)

    assert stored is not None
    assert stored.record.quantity == 6
    # Each answer already held the newest; what is sure is that nothing was taken in that was asked for before.
    assert paddle.asked == 3


def test_a_seat_given_meanwhile_is_no_reason_to_ask_again(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    sold.resized(5)
    services, paddle = around(world, lambda: assign_seat(world.services, sold.partition, BOB))

    stored = read_back(services, sold.partition)

    assert stored is not None
    assert (stored.record.quantity, stored.record.seats_used, paddle.asked) == (5, 1, 1)


def test_what_was_erased_meanwhile_does_not_come_back_with_the_answer(world: World) -> None:
    sold = Subscription(world.checkout(kind="person"), quantity=1)
    deliver(world, *sold.bought())
    owner = header_of(world, sold).account
    services, _ = around(world, lambda: erase_account(world.services, owner))

    stored = read_back(services, sold.partition)

    assert stored is not None
    assert (stored.record.ending, stored.record.account, stored.record.paid_through) == ("cancel", "", None)
    rows = world.rows()
    assert (rows["transactions"], rows["people"], rows["accounts"]) == ([], [], [])
    assert {row["RowKey"].partition(".")[0] for row in rows["subscriptions"]} == {"subscription", "receipt"}


def test_reading_back_twice_changes_nothing(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    read_back(world.services, sold.partition)
    before = world.rows()

    read_back(world.services, sold.partition)

    assert world.rows() == before


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}, {"status": 401}, {"body": b"{"}])
def test_while_paddle_does_not_answer_it_is_asked_again_in_an_hour_and_deletions_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: Payload
) -> None:
    monkeypatch.setattr("shared.web.sleep", lambda _: None)
    bought, _ = organisation_with(world, 2)
    bought.later(days=1)
    deliver(world, *bought.canceled())
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought()[:1])
    world.paddle.fail("/", times=1000, **fault)
    errors: list[BaseException] = []
    world.clock.now = bought.now + timedelta(days=31)

    first = purge(world.services, errors.append)

    # Of the one the contact is wanted, of the other its payments too.
    assert (first.waiting, first.failed) == (2, 0)
    assert {type(error).__name__ for error in errors} <= {"Unreachable", "Denied"}
    assert [row["RowKey"] for row in world.rows()["subscriptions"] if row["RowKey"].startswith("seat.")] == []
    receipts = [row["PartitionKey"] for row in world.rows()["subscriptions"] if row["RowKey"].startswith("receipt.")]
    assert sold.partition not in receipts
    world.paddle.faults.clear()
    world.clock.advance(hours=1)
    assert purge(world.services, errors.append).waiting == 0
    assert not header_of(world, sold).read_back
    assert broken(world) == []


def test_what_belongs_to_a_marketplace_that_was_dropped_is_deleted_all_the_same(make_world: WorldMaker) -> None:
    world = make_world()
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought()[:1])
    world.services = replace(world.services, marketplaces={})
    world.clock.now = sold.now + timedelta(days=31)

    world.purge()

    assert [row["RowKey"] for row in world.rows()["subscriptions"]] == ["subscription"]
    assert world.paddle.calls == []


@pytest.mark.parametrize("count", [89, 185])
def test_a_subscription_with_many_payments_is_read_whole(world: World, count: int) -> None:
    sold = Subscription(world.checkout())
    created, *_ = sold.bought()
    for _ in range(count):
        sold.renewed()
    world.clock.now = sold.now
    deliver(world, created)

    read_back(world.services, sold.partition)

    rows = world.rows()["subscriptions"]
    assert len([row for row in rows if row["RowKey"].startswith("transaction.")]) == count + 1
    assert header_of(world, sold).paid_through == sold.period_end
    assert broken(world) == []


def test_an_unknown_one_with_many_payments_is_begun_whole_or_not_at_all(world: World) -> None:
    sold = Subscription(world.checkout())
    sold.bought()
    for _ in range(95):
        sold.renewed()
    world.clock.now = sold.now

    read_back(world.services, sold.partition)

    assert header_of(world, sold).owner_kind == "organisation"
    assert broken(world) == []


def test_where_it_breaks_off_it_is_read_whole_the_next_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.sleep", lambda _: None)
    sold = seated(world, lambda sold: sold.bought()[:1])
    world.paddle.fail("/adjustments", times=3, status=500)

    with pytest.raises(Unreachable):
        read_back(world.services, sold.partition)

    assert header_of(world, sold).paid_through is None
    read_back(world.services, sold.partition)
    assert header_of(world, sold).paid_through == sold.period_end


YEAR_ONE = "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("action", ["refund", "chargeback"])
def test_money_that_went_back_in_the_year_one_counts_and_is_read(world: World, action: str) -> None:
    sold = seated(world, Subscription.bought)
    [number] = world.paddle.entities["transactions"]
    taken = sold.adjusted(number, action)
    for data in (taken["data"], world.paddle.entities["adjustments"][taken["data"]["id"]]):
        data["updated_at"] = YEAR_ONE

    deliver(world, taken)
    assert world.code(BOB) == "NO_LICENSE"
    read_back(world.services, sold.partition)
    assert world.code(BOB) == "NO_LICENSE"


def test_a_subscription_that_was_never_changed_is_read_by_when_it_was_made(world: World) -> None:
    sold = seated(world, Subscription.bought)
    world.paddle.entities["subscriptions"][sold.id].update(updated_at=YEAR_ONE, created_at="2026-03-02T11:00:00Z")

    read_back(world.services, sold.partition)

    assert header_of(world, sold).paid_through == sold.period_end


def test_a_credit_that_cannot_be_read_holds_up_no_payment(world: World) -> None:
    sold = seated(world, lambda sold: sold.bought()[:2])
    credit = sold.adjusted("txn_1", "credit")["data"]["id"]
    world.paddle.entities["adjustments"][credit]["updated_at"] = "never"

    read_back(world.services, sold.partition)

    assert header_of(world, sold).paid_through == sold.period_end


def test_a_refund_that_cannot_be_read_is_named_to_the_operator(world: World) -> None:
    sold = seated(world, Subscription.bought)
    refund = sold.adjusted("txn_1")["data"]["id"]
    world.paddle.entities["adjustments"][refund]["status"] = None

    for _ in range(2):
        with pytest.raises(EventMalformed):
            read_back(world.services, sold.partition)

    counted = world.tables.read(keys.unhandled("paddle", refund))
    assert counted is not None
    assert (counted.record.subscription, counted.record.code, counted.record.tries) == (
        sold.partition,
        "EVENT_MALFORMED",
        2,
    )
    world.clock.advance(hours=1)
    assert f"paddle {refund}" in {found.about for found in find_stuck(world.services)}

    world.paddle.entities["adjustments"][refund]["status"] = "approved"
    read_back(world.services, sold.partition)
    assert world.tables.read(keys.unhandled("paddle", refund)) is None


@pytest.mark.parametrize("told_first", [True, False])
@pytest.mark.parametrize("created", ["2026-03-02T12:30:00Z", None])
@pytest.mark.parametrize("by_event", [True, False])
def test_an_approval_counts_after_a_refund_was_read_that_bears_no_date(
    world: World, created: str | None, *, told_first: bool, by_event: bool
) -> None:
    sold = seated(world, Subscription.bought)
    [number] = world.paddle.entities["transactions"]

    def adjusted(status: str) -> Payload:
        told = sold.adjusted(number, status=status, id="adj_1")
        for data in (told["data"], world.paddle.entities["adjustments"]["adj_1"]):
            data.update(updated_at=None, created_at=created)
        return told

    pending = adjusted("pending_approval")
    if told_first:
        deliver(world, pending)
    read_back(world.services, sold.partition)
    assert world.code(BOB) == "LICENSED"

    approved = adjusted("approved")
    if by_event:
        deliver(world, approved)
    else:
        read_back(world.services, sold.partition)

    assert world.code(BOB) == "NO_LICENSE"
    deliver(world, pending)
    assert world.code(BOB) == "NO_LICENSE"


@pytest.mark.parametrize("kind", [None, "partial"])
@pytest.mark.parametrize(
    ("sold_items", "refunded", "code"),
    [
        (["a"], ["a"], "NO_LICENSE"),
        (["a", "b"], ["b", "a"], "NO_LICENSE"),
        (["a", "b"], ["a"], "LICENSED"),
        (["a"], ["of another"], "LICENSED"),
        (["a"], [None], "LICENSED"),
        ([], ["a"], "LICENSED"),
    ],
)
@pytest.mark.parametrize("way", ["sent", "listed", "read back"])
def test_a_refund_is_of_the_whole_where_its_items_are_all_that_was_sold(
    world: World, kind: str | None, sold_items: list[str], refunded: list[str | None], code: str, way: str
) -> None:
    sold = seated(world, Subscription.bought)
    [number] = world.paddle.entities["transactions"]
    world.paddle.entities["transactions"][number]["details"] = {"line_items": [{"id": item} for item in sold_items]}
    refund = sold.adjusted(number, kind=kind)
    for data in (
        refund["data"],
        world.paddle.entities["adjustments"][refund["data"]["id"]],
        world.paddle.events[-1]["data"],
    ):
        data["items"] = [{"type": "full", "item_id": item} for item in refunded]

    if way == "sent":
        send_in(world, refund)
        send_in(world, refund)
        assert world.tables.read(keys.receipt(sold.partition, refund["event_id"])) is not None
    elif way == "listed":
        assert reconcile(world.services, report).failed == 0
    else:
        read_back(world.services, sold.partition)

    assert world.code(BOB) == code


def report(error: BaseException) -> None:
    raise error


def send_in(world: World, payload: Payload) -> None:
    body = json.dumps(payload).encode()
    receive_message(world.services, "paddle", {"paddle-signature": sign(body, world.clock())}, body)


def test_a_refund_of_what_paddle_has_no_more_takes_nothing_back(world: World) -> None:
    sold = seated(world, Subscription.bought)
    sold.adjusted("txn_gone", kind="partial")
    world.paddle.events[-1]["data"]["items"] = [{"type": "full", "item_id": "a"}]

    assert reconcile(world.services, report).failed == 0

    assert world.code(BOB) == "LICENSED"


@pytest.mark.parametrize("way", ["sent", "listed"])
def test_money_that_went_back_is_found_by_its_transaction(world: World, way: str) -> None:
    sold = seated(world, Subscription.bought)
    [number] = world.paddle.entities["transactions"]
    taken = sold.adjusted(number)
    for data in (taken["data"], world.paddle.events[-1]["data"]):
        data["subscription_id"] = None

    if way == "sent":
        send_in(world, taken)
    else:
        assert reconcile(world.services, report).failed == 0

    assert world.code(BOB) == "NO_LICENSE"


def test_money_that_went_back_for_nothing_that_is_known_is_nothing(world: World) -> None:
    taken = Subscription().adjusted("txn_of_nobody")
    for data in (taken["data"], world.paddle.events[-1]["data"]):
        data["subscription_id"] = None

    send_in(world, taken)
    reconcile(world.services, report)

    assert world.rows()["subscriptions"] == []
