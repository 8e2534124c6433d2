"""What waits for a marketplace holds up nobody: neither a deletion, nor what another marketplace would answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.deadline import seconds_left
from shared.domain.errors import EventMalformed, Unavailable
from shared.domain.purchases import Event
from shared.domain.records import Due
from shared.operations import ask_marketplace
from shared.operations import purge as purging
from shared.operations.find_stuck import find_stuck
from shared.operations.open_account import open_account
from shared.operations.purge import purge
from shared.ports import Put
from shared.storage import keys
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken, stored
from tests.paddle import Subscription, deliver
from tests.world import ALICE, MALLORY, NOON

HOUR = timedelta(hours=1)


class Silent:
    """Paddle, which raises this whenever it is asked about one of these, or about anything."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Callable[[], Exception], of: str = "") -> None:
        self.error, self.of, self.asked = error, of, list[str]()
        monkeypatch.setattr("shared.marketplaces.paddle.Paddle.read_back", self.read_back)

    def read_back(self, subscription: str) -> list[Event]:
        self.asked.append(subscription)
        if self.of in {"", subscription}:
            raise self.error()
        return []


@pytest.fixture
def memory() -> MemoryWorld:
    return MemoryWorld()


def unpaid(world: MemoryWorld, count: int) -> list[str]:
    """So many purchases whose payment did not arrive, so that Paddle is to be asked."""
    sold = [Subscription() for _ in range(count)]
    for one in sold:
        deliver(world, *one.bought()[:2])
    return [one.partition for one in sold]


def reads_due(world: MemoryWorld) -> set[str]:
    return {row["PartitionKey"] for row in stored(world.rows(), "subscriptions", "subscription") if row["read_back"]}


@pytest.mark.parametrize("error", [Unavailable, EventMalformed])
@pytest.mark.parametrize("count", [60, 200])
def test_what_waits_keeps_nobody_beyond_their_day(
    memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch, error: Callable[[], Exception], count: int
) -> None:
    Silent(monkeypatch, error)
    unpaid(memory, count)
    visitor = open_account(memory.services, MALLORY.person, MALLORY.name, MALLORY.addresses)
    memory.clock.now = NOON + timedelta(days=7)

    done = purge(memory.services, lambda _: None)

    assert (done.waiting, done.failed) == (count, 0)
    assert memory.services.tables.read(keys.account(visitor)) is None
    assert len(reads_due(memory)) == count
    assert broken(memory) == []


def test_more_than_one_run_looks_at_may_wait(memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "_MOST_LOOKS", 10)
    Silent(monkeypatch, Unavailable)
    unpaid(memory, 30)
    memory.clock.advance(hours=2)
    late = Due(kind="account", at=memory.clock(), target="gone")
    memory.services.tables.write(Put(keys.due(memory.clock(), "account.gone"), late))

    done = purge(memory.services, lambda _: None)

    assert (done.waiting, done.looked) == (30, 1)


def test_who_does_not_answer_three_times_is_asked_nothing_more_until_the_next_run(
    memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, errors = Silent(monkeypatch, Unavailable), list[BaseException]()
    unpaid(memory, 9)
    memory.clock.advance(hours=2)

    purge(memory.services, errors.append)
    assert (len(silent.asked), len(errors)) == (3, 3)

    memory.clock.advance(hours=1)
    purge(memory.services, errors.append)
    assert (len(silent.asked), len(errors)) == (6, 6)


def test_what_waits_is_asked_for_again_in_an_hour_and_not_before(
    memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        Silent(patched, Unavailable)
        unpaid(memory, 5)
        memory.clock.advance(hours=2)
        purge(memory.services, lambda _: None)
    assert memory.purge().looked == 0
    assert len(reads_due(memory)) == 5

    memory.clock.advance(hours=1)
    assert memory.purge().looked == 5
    assert reads_due(memory) == set()


def test_one_that_paddle_fails_at_holds_up_no_other_and_is_named_until_it_answers(
    memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *_ = unpaid(memory, 8)
    with monkeypatch.context() as patched:
        Silent(patched, Unavailable, of=bad)
        for _ in range(5):
            memory.clock.advance(hours=1)
            purge(memory.services, lambda _: None)

    assert reads_due(memory) == {bad}
    assert f"paddle {bad}" in {found.about for found in find_stuck(memory.services)}
    memory.clock.advance(hours=1)
    memory.purge()
    assert reads_due(memory) == set()
    assert f"paddle {bad}" not in {found.about for found in find_stuck(memory.services)}


def test_a_run_out_of_time_asks_nobody_and_deletes_all_the_same(
    memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_marketplace, "seconds_left", lambda: 119.0)
    silent = Silent(monkeypatch, Unavailable)
    unpaid(memory, 2)
    visitor = open_account(memory.services, ALICE.person, ALICE.name, ALICE.addresses)
    memory.clock.now = NOON + timedelta(days=7)

    assert memory.purge().waiting == 2

    assert silent.asked == []
    assert memory.services.tables.read(keys.account(visitor)) is None


def test_a_run_ends_before_its_function_does_and_the_next_goes_on(
    memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        due = Due(kind="account", at=NOON, target=str(number))
        memory.services.tables.write(Put(keys.due(NOON, f"account.{number}"), due))
    with monkeypatch.context() as patched:
        patched.setattr(purging, "seconds_left", lambda: 0.0)
        assert memory.purge().looked == 1

    assert memory.purge().looked == 4


def test_a_question_has_twenty_seconds(memory: MemoryWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    left = list[float]()

    def silence() -> Exception:
        left.append(seconds_left())
        return Unavailable()

    Silent(monkeypatch, silence)
    unpaid(memory, 1)
    memory.clock.advance(hours=2)
    purge(memory.services, lambda _: None)

    assert [0 < seconds <= 20 for seconds in left] == [True]


def test_a_lapsed_one_of_a_marketplace_that_was_dropped_is_looked_at_once_an_hour(memory: MemoryWorld) -> None:
    sold = Subscription()
    deliver(memory, *sold.bought())
    memory.purge()
    memory.services = replace(memory.services, marketplaces={})
    memory.clock.now = sold.period_end + 2 * HOUR

    assert [memory.purge().looked for _ in range(3)] == [1, 0, 0]

    memory.clock.now += HOUR
    assert memory.purge().looked == 1
