"""Whatever webhooks were missed, the hourly repair ends where all of them would have."""

from typing import Any

import pytest

from shared.domain.errors import EventMalformed
from shared.domain.records import Watermark
from shared.operations.erase_subscription import erase_subscription
from shared.operations.find_stuck import find_stuck
from shared.operations.reconcile import Reconciled, reconcile
from shared.operations.record_event import record_event
from shared.operations.replay import replay_event
from shared.storage import keys
from tests.histories.stored import broken
from tests.paddle import Subscription, deliver
from tests.world import NOON, World

QUICK = "shared.web.sleep"


def run(world: World) -> Reconciled:
    """One run, in which nothing may fail."""
    errors: list[BaseException] = []
    done = reconcile(world.services, errors.append)
    if errors:
        raise errors[0]
    return done


def mark(world: World, part: str) -> Watermark:
    stored = world.tables.read(keys.watermark("paddle", part))
    assert stored is not None
    return stored.record


def header(world: World, sold: Subscription) -> Any:  # noqa: ANN401 - a header, or None
    stored = world.services.tables.read(keys.subscription(sold.partition))
    return stored.record if stored else None


def test_what_no_webhook_told_is_found(world: World) -> None:
    sold = Subscription(world.checkout())
    sold.bought()

    done = run(world)

    assert (done.seen, done.failed) == (4, 0)
    assert header(world, sold).paid_through == sold.period_end
    assert header(world, sold).owner_kind == "organisation"
    assert broken(world) == []


def test_a_second_run_changes_nothing(world: World) -> None:
    sold = Subscription(world.checkout())
    sold.bought()
    run(world)
    before = meant(world, sold)
    world.clock.advance(hours=1)
    run(world)

    assert meant(world, sold) == before
    world.clock.advance(hours=1)
    assert run(world).repaired == 0


def test_events_are_asked_for_hourly_and_lists_daily(world: World) -> None:
    for _ in range(49):
        run(world)
        world.clock.advance(minutes=30)

    assert len(world.paddle.asked("/events")) == 25
    assert len(world.paddle.asked("/subscriptions")) == 2


def test_each_run_looks_back_a_little_further_than_the_last_one_came(world: World) -> None:
    run(world)
    world.clock.advance(hours=2)
    run(world)
    first, second = (call.query["from"] for call in world.paddle.asked("/events"))

    assert first == "2026-02-27T06:00:00.000000Z"
    assert second == "2026-03-02T06:00:00.000000Z"
    assert mark(world, "events").done_until == world.clock()


@pytest.mark.parametrize("path", ["/events", "/subscriptions"])
def test_a_run_that_breaks_off_begins_again_where_it_began(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(QUICK, lambda _: None)
    run(world)
    world.clock.advance(days=2)
    sold = Subscription(world.checkout())
    sold.now = world.clock()
    sold.bought()
    world.paddle.page = 1
    if path == "/subscriptions":
        world.paddle.events.clear()
    world.paddle.fail(path, times=3, status=500)
    errors: list[BaseException] = []

    assert reconcile(world.services, errors.append).failed == 1
    part = "events" if path == "/events" else "list"
    assert mark(world, part).done_until == NOON
    assert [type(error).__name__ for error in errors] == ["Unreachable"]
    run(world)
    assert mark(world, part).done_until == world.clock()
    assert header(world, sold).paid_through == sold.period_end


def test_a_marketplace_that_does_not_answer_holds_up_no_part_of_the_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QUICK, lambda _: None)
    sold = Subscription(world.checkout())
    sold.bought()
    world.paddle.fail("/events", times=99, status=503)

    assert reconcile(world.services, lambda _: None).failed == 1
    assert header(world, sold).paid_through == sold.period_end


def test_one_record_that_cannot_be_handled_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = Subscription(), Subscription()
    for each in (bad, good):
        deliver(world, each.tell("created"))
        each.resized(9)
    errors: list[BaseException] = []

    def fail(outside: Any, event: Any) -> Any:  # noqa: ANN401 - the same as what it stands before
        if event.subscription == bad.partition:
            raise RuntimeError
        return record_event(outside, event)

    monkeypatch.setattr("shared.operations.reconcile.record_event", fail)
    done = reconcile(world.services, errors.append)

    assert header(world, good).quantity == 9
    assert done.failed == len(errors) == 2
    assert world.tables.read(keys.watermark("paddle", "events")) is None


def test_what_cannot_be_read_is_counted_named_and_holds_up_nothing(world: World) -> None:
    sold, good = Subscription(world.checkout()), Subscription(world.checkout())
    deliver(world, *sold.bought())
    refund = sold.adjusted("txn_1")
    good.bought()
    world.paddle.events[3]["data"]["status"] = None
    world.paddle.entities["subscriptions"][sold.id]["items"] = None
    errors: list[BaseException] = []

    done = reconcile(world.services, errors.append)

    assert (done.failed, done.named) == (2, 2)
    assert {type(error) for error in errors} == {EventMalformed}
    assert header(world, good).paid_through == good.period_end
    assert mark(world, "events").succeeded_at == mark(world, "list").succeeded_at == world.clock()
    world.clock.advance(hours=1)
    about = {found.about for found in find_stuck(world.services) if found.code == "EVENT_EVENT_MALFORMED"}
    assert about == {f"paddle {refund['event_id']}", f"paddle {sold.id}"}
    with pytest.raises(EventMalformed):
        replay_event(world.services, "paddle", refund["event_id"])


def test_what_could_not_be_read_is_forgotten_once_it_can_be(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    refund = sold.adjusted("txn_1")
    items, status = world.paddle.entities["subscriptions"][sold.id]["items"], refund["data"]["status"]
    listed = next(event for event in world.paddle.events if event["event_id"] == refund["event_id"])
    world.paddle.entities["subscriptions"][sold.id]["items"] = listed["data"]["status"] = None
    assert reconcile(world.services, lambda _: None).named == 2

    world.clock.advance(days=1)
    world.paddle.entities["subscriptions"][sold.id]["items"], listed["data"]["status"] = items, status
    assert reconcile(world.services, lambda _: None).named == 0

    assert not [found for found in find_stuck(world.services) if found.code.startswith("EVENT_")]


def test_money_back_of_nobody_is_no_longer_counted_once_it_can_be_read(world: World) -> None:
    sold = Subscription()
    refund = sold.adjusted("txn_of_nobody")
    listed = next(event for event in world.paddle.events if event["event_id"] == refund["event_id"])
    listed["data"].update(subscription_id=None, status=None)
    counted = keys.unhandled("paddle", refund["event_id"])
    reconcile(world.services, lambda _: None)
    assert world.tables.read(counted) is not None

    listed["data"]["status"] = "approved"
    world.clock.advance(hours=1)
    reconcile(world.services, lambda _: None)

    assert world.tables.read(counted) is None


def test_what_bears_no_name_is_counted_all_the_same_and_is_not_replayed_as_if_it_could_be_read(world: World) -> None:
    sold = Subscription(world.checkout())
    payment = sold.paid()
    world.paddle.events[0]["data"].update(billing_period={}, subscription_id=None)
    sold.tell()
    world.paddle.events.pop()
    world.paddle.entities["subscriptions"][sold.id]["id"] = None

    assert reconcile(world.services, lambda _: None).named == 2

    assert {row["RowKey"] for row in world.rows()["state"] if row["PartitionKey"] == "unhandled.paddle"} == {
        payment["event_id"],
        "without-id",
    }
    with pytest.raises(EventMalformed):
        replay_event(world.services, "paddle", payment["event_id"])


def test_a_difference_in_the_list_has_that_one_read_back(world: World) -> None:
    same, other = Subscription(world.checkout()), Subscription(world.checkout())
    for each in (same, other):
        deliver(world, *each.bought())
    other.resized(7)
    world.paddle.events.clear()
    world.paddle.calls.clear()

    assert run(world).repaired == 1
    assert header(world, other).quantity == 7
    assert [call.path for call in world.paddle.asked("/subscriptions/")] == [f"/subscriptions/{other.id}"]


def test_an_empty_list_and_an_empty_answer_change_nothing(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    before = header(world, sold)
    world.paddle.entities.clear()
    world.paddle.events.clear()
    world.paddle.fail("/subscriptions", body=b"")

    assert run(world) == Reconciled()
    assert header(world, sold) == before


def test_what_has_ended_is_never_made_anew(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought(), *sold.canceled())
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    erase_subscription(world.services, stored)

    done = run(world)

    assert (done.repaired, done.failed) == (0, 0)
    assert world.rows()["subscriptions"] == []


def test_what_lives_on_after_its_owner_was_erased_comes_back_without_a_person(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    erase_subscription(world.services, stored)

    run(world)

    assert (header(world, sold).account, header(world, sold).tenant, header(world, sold).status) == ("", "", "active")
    assert broken(world) == []


def test_what_is_not_ours_is_not_asked_about(world: World) -> None:
    other = Subscription(price="pri_of_another_product")
    other.bought()

    done = run(world)

    assert (done.repaired, done.failed) == (0, 0)
    assert world.paddle.asked("/subscriptions/") == []
    assert world.rows()["subscriptions"] == []


MEANT = (
    "owner_kind",
    "tenant",
    "plan",
    "quantity",
    "status",
    "period_start",
    "trial_end",
    "scheduled_action",
    "scheduled_end",
    "ended_at",
    "paid_through",
    "refunded_through",
    "disputed",
)


def meant(world: World, sold: Subscription) -> object:
    """What is stored of a subscription, without what only says how it was learnt."""
    found = header(world, sold)
    paid = [
        (stored.row.key, stored.record.paid_until, stored.record.billed_on, money(stored.record.adjustments))
        for stored in world.services.tables.find(keys.transactions(sold.partition))
    ]
    return found and ({name: getattr(found, name) for name in MEANT}, sorted(paid, key=str))


def money(adjustments: Any) -> object:  # noqa: ANN401 - what became of a transaction's money
    return {key: (state.action, state.status, state.full) for key, state in adjustments.items()}
