"""Whatever webhooks were missed, reconciliation ends where all of them would have.

Each subset of a sequence's webhooks arrives at a purchase of its own, each webhook when it was sent; then come the
timers, as they do. One run of them repairs all subsets of a sequence.
"""

import itertools
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random
from urllib.parse import urlsplit

import pytest

from shared.operations import reconcile as reconciliation
from shared.operations.reconcile import Reconciled, reconcile
from shared.web import Answer, Call, Web
from tests.histories.memory import MemoryWorld
from tests.histories.sequences import SEQUENCES, YEARLY, Sequence, a_cancellation_undone, a_purchase, a_recovery
from tests.histories.stored import Dump, broken, normal
from tests.histories.tellings import Tellings
from tests.paddle import Subscription, deliver
from tests.paddle_api import PADDLE
from tests.paddle_api import Call as Asked
from tests.world import LARGE_PRICE, PRICE, World, WorldMaker

PRICES = json.dumps({PRICE: "team", LARGE_PRICE: "business", YEARLY: "team"})
MOST, SAMPLED = 6, 20
HOUR = timedelta(hours=1)

# When it was first heard of, since which of its periods, and whether it was told or asked for last.
_HOW_LEARNT = re.compile(
    r'(?<="first_seen": ")[^"]*|(?<="version": ")[^"]*|(?<=\\"version\\": \\")[^"\\]*'
    r'|(?<="period_starts": ")[^\]]*|(?<="last_pause": ")[^"]*'
)

Kept = tuple[int, ...]


def subsets(count: int) -> list[Kept]:
    """Which webhooks arrive: first all, then everything else that can be; of a long sequence, so many at random."""
    numbers = range(count)
    if count <= MOST:
        return [kept for size in reversed(range(count + 1)) for kept in itertools.combinations(numbers, size)]
    draw = Random(count)  # noqa: S311 - the same subsets each time
    sampled = [tuple(sorted(draw.sample(numbers, draw.randrange(count)))) for _ in range(SAMPLED)]
    return [tuple(numbers), (), *sampled]


class Missed:
    """A world in which subsets of a sequence's webhooks arrive."""

    def __init__(self, world: World, sequence: Sequence) -> None:
        self.world, self.tellings = world, Tellings(world, sequence, "organisation")
        world.paddle.forget()

    def tell(self, told: Iterable[Kept]) -> dict[str, Kept]:
        """What arrived, by the name of its purchase. All of them happen at once; the timers run in between."""
        purchases = [(self.tellings.once_more(), kept, self.tellings.name) for kept in told]
        for number, payload in enumerate(self.tellings.payloads):
            happens_at = datetime.fromisoformat(payload["occurred_at"])
            if happens_at - self.world.clock.now > HOUR:
                self.timers(HOUR)
            self.world.clock.now = max(self.world.clock.now, happens_at)
            for payloads, kept, _ in purchases:
                self.world.paddle.note(Subscription(), payloads[number])
                if number in kept:
                    deliver(self.world, payloads[number])
        self.timers(HOUR, HOUR, timedelta(days=1))
        return {name: kept for _, kept, name in purchases}

    def timers(self, *pauses: timedelta) -> None:
        """What runs by itself, hourly and daily, after each of these pauses."""
        errors: list[BaseException] = []
        for pause in pauses:
            self.world.clock.now += pause
            reconcile(self.world.services, errors.append)
            while self.world.purge().looked:
                pass
        assert errors == []

    def differing(self, told: list[Kept]) -> list[Kept]:
        """What arrived where something else is stored in the end than where everything did."""
        purchases = self.tell(told)
        rows = self.world.rows()
        assert broken(self.world, rows) == []
        (_, whole), *others = [(kept, ends(rows, name)) for name, kept in purchases.items()]
        assert len(whole) > 1
        return [kept for kept, end in others if end != whole and (kept or not self._is_over_unheard(end))]

    def _is_over_unheard(self, end: list[str]) -> bool:
        """Whether it began and ended between two looks, and was rightly never begun here."""
        begun, *_, last = (datetime.fromisoformat(payload["occurred_at"]) for payload in self.tellings.payloads)
        was_ended = self.tellings.payloads[-1]["event_type"] == "subscription.canceled"
        return was_ended and last - begun <= HOUR and not any(text.startswith("subscriptions") for text in end)


def ends(rows: Dump, name: str) -> list[str]:
    """What is stored, less the receipts of what arrived, and what only says how it was learnt."""
    return [_HOW_LEARNT.sub("*", text) for text in normal(rows, name) if '"receipt.' not in text]


def at_hand(_: Web, call: Call) -> Answer:
    """Paddle's answer without a wire, for hundreds of purchases that are read back."""
    asked = Asked(call.method, urlsplit(call.url).path, call.query, {}, dict(call.body or {}))
    status, content = PADDLE.answer(asked)
    return Answer(status, json.dumps(content).encode(), {})


@pytest.fixture
def without_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Web, "call", at_hand)


@pytest.mark.usefixtures("without_wire")
@pytest.mark.parametrize("sequence", SEQUENCES, ids=attrgetter("__name__"))
def test_any_webhooks_may_be_dropped(sequence: Sequence) -> None:
    missed = Missed(MemoryWorld(PADDLE_PRICES=PRICES), sequence)
    told = subsets(len(missed.tellings.payloads))

    assert missed.differing(told) == []


def test_any_webhooks_may_be_dropped_on_the_way_to_real_storage(make_world: WorldMaker) -> None:
    missed = Missed(make_world(PADDLE_PRICES=PRICES), a_recovery)
    told = subsets(len(missed.tellings.payloads))

    assert missed.differing([told[0], *told[1::9]]) == []


@pytest.mark.usefixtures("without_wire")
@pytest.mark.parametrize("sequence", [a_purchase, a_cancellation_undone])
def test_without_reconciliation_drops_would_be_found(sequence: Sequence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "_when_due", lambda *_: Reconciled())
    missed = Missed(MemoryWorld(PADDLE_PRICES=PRICES), sequence)

    assert () in missed.differing(subsets(len(missed.tellings.payloads)))
