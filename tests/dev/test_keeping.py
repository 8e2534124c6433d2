"""Stand-ins that are stopped and started again: what they knew they know, and what was to happen happens."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.entra import Entra
from dev.marketplace import Marketplace
from dev.paddle_api import Paddle
from dev.trouble import Trouble
from dev.wire import Clock
from dev.wire.keeper import Keeper
from tests.dev.receiver import Receiver

NOON = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)
TENANT, CLIENT = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-0000000000c1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as entra:
        yield entra


class Runs:
    """The same stand-ins, run after run; each knows only what its file tells."""

    def __init__(self, folder: Path, receiver: Receiver, entra: Entra) -> None:
        self.folder, self.receiver, self.entra = folder, receiver, entra
        self.clock = Clock(NOON)

    def paddle(self) -> Paddle:
        made = Paddle(clock=self.clock)
        made.keeper = Keeper(self.folder / "paddle.json")
        made.destination.deliver_to(self.receiver.url)
        return made

    def market(self) -> Marketplace:
        made = Marketplace(self.entra, TENANT, CLIENT, clock=self.clock)
        made.keeper = Keeper(self.folder / "marketplace.json")
        made.outbox.url = self.receiver.url
        return made

    def told(self) -> list[Any]:
        return [told.get("event_type") or told["action"] for told in self.receiver.told]


@pytest.fixture
def runs(tmp_path: Path, receiver: Receiver, entra: Entra) -> Runs:
    return Runs(tmp_path, receiver, entra)


def test_paddle_knows_what_it_knew(runs: Runs) -> None:
    with runs.paddle() as first:
        bought = first.play.purchase(custom_data={"ref": "ref_1"})
        first.play.refund(bought)
        before = first.world.kept(), first.destination.notifications
        # As the file has it.
        before = json.loads(json.dumps(before))

    with runs.paddle() as second:
        assert [second.world.kept(), second.destination.notifications] == before
        assert second.world.now() > before[0]["events"][-1]["occurred_at"]
        assert second.outbox.waiting == []


def test_paddle_carries_out_what_was_scheduled_before(runs: Runs) -> None:
    with runs.paddle() as first:
        bought = first.play.purchase()
        first.play.endings.schedule(bought)
    runs.clock.advance(days=40)

    with runs.paddle() as second:
        second.tick()
        assert second.world.subscription(bought)["status"] == "canceled"
    assert runs.told()[-1] == "subscription.canceled"


def test_a_webhook_that_was_not_taken_is_tried_again_by_the_next_run(runs: Runs) -> None:
    runs.receiver.answers = [200, 500, 200]
    with runs.paddle() as first:
        first.play.purchase()

    with runs.paddle() as second:
        assert second.outbox.waiting == []
        assert {it["status"] for it in second.destination.notifications.values()} == {"delivered"}

    first_three, again = runs.receiver.told[:3], runs.receiver.told[3:]
    assert again == [first_three[1]]


def test_the_marketplace_knows_what_it_knew(runs: Runs) -> None:
    with runs.market() as first:
        bought = first.play.buy(quantity=3)
        first.play.buy(automatic="full")
        before = list(first.world.subscriptions.values())

    with runs.market() as second:
        assert list(second.world.subscriptions.values()) == before
        assert second.world.resolve(bought["token"]) == before[0]


def test_at_the_marketplace_what_was_under_way_goes_on(runs: Runs) -> None:
    with runs.market() as first:
        world = first.world
        activating, suspended, ending, changing, asked = (first.play.buy(quantity=5)["id"] for _ in range(5))
        for id_ in (suspended, ending, changing, asked):
            world.begin(world.find(id_), NOON)
        world.activate(world.find(activating))
        first.play.suspend(suspended)
        first.play.stop_renewal(ending)
        first.play.change_quantity(changing, 7)
        first._changes.ask(world.find(asked), "ChangeQuantity", quantity=9)  # noqa: SLF001 - as its API would

    with runs.market() as second:
        second.advance(seconds=10)
        assert second.world.find(activating).status == "Subscribed"
        assert [second.world.find(id_).quantity for id_ in (changing, asked)] == [7, 9]
        second.advance(days=31)
        assert [second.world.find(id_).status for id_ in (suspended, ending)] == ["Unsubscribed"] * 2


def test_a_purchase_that_nobody_activated_is_void_at_its_own_time(runs: Runs) -> None:
    with runs.market() as first:
        bought = first.play.buy()["id"]
    runs.clock.advance(days=29)

    with runs.market() as second:
        second.tick()
        assert second.world.find(bought).status == "PendingFulfillmentStart"
        second.advance(days=1)
        assert second.world.find(bought).status == "Unsubscribed"


def test_a_refusal_of_a_webhook_of_the_run_before_counts(runs: Runs) -> None:
    runs.receiver.answers = [500, 400]
    with runs.market() as first:
        id_ = first.play.buy(quantity=5)["id"]
        first.world.begin(first.world.find(id_), NOON)
        first.play.change_quantity(id_, 7)

    with runs.market() as second:
        second.advance(seconds=10)
        assert second.world.find(id_).quantity == 5


def test_a_file_is_written_only_when_something_changed(runs: Runs) -> None:
    with runs.paddle() as paddle:
        paddle.play.purchase()
        paddle.keep()
        before = (runs.folder / "paddle.json").stat().st_ino
        paddle.keep()
        assert (runs.folder / "paddle.json").stat().st_ino == before
        paddle.play.purchase()
        paddle.keep()
    assert (runs.folder / "paddle.json").stat().st_ino != before


@pytest.mark.parametrize("content", ["", "{", "7", "[]", "{}", '{"world": {"customers": 7}}'])
def test_a_file_that_is_none_is_named_with_what_to_do(runs: Runs, content: str) -> None:
    (runs.folder / "paddle.json").write_text(content)

    with pytest.raises(Trouble, match=r"^paddle.json in .* cannot be read: .* make dev-reset.$"), runs.paddle():
        pass
