"""Microsoft's webhooks twice, late, in any order or never: what is stored in the end is what Microsoft has.

What happens there happens to many purchases at once, and each hears of it in a way of its own; then the daily look
comes.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from dev.entra import Entra
from dev.wire import Clock
from shared.operations import reconcile as reconciliation
from shared.operations.reconcile import Reconciled, reconcile
from tests.histories.memory import MemoryWorld
from tests.microsoft import Store, selling
from tests.world import NOON, World

Act = Callable[[Store, str], object]
# A webhook, by when it was sent, and after which act it arrives.
Telling = list[tuple[int, int]]

WAYS = 14
DAY = timedelta(days=1)


def seats(quantity: int) -> Act:
    return lambda store, id_: store.market.play.change_quantity(id_, quantity)


def another_plan(store: Store, id_: str) -> None:
    store.market.play.change_plan(id_, "business-plan")


def renewal(store: Store, id_: str) -> None:
    store.market.play.renew(id_)


def suspension(store: Store, id_: str) -> None:
    store.market.play.suspend(id_)


def reinstatement(store: Store, id_: str) -> None:
    store.market.play.reinstate(id_)


def end(store: Store, id_: str) -> None:
    store.market.play.unsubscribe(id_)


SEQUENCES: dict[str, list[Act]] = {
    "more seats, fewer, another plan": [seats(8), seats(3), another_plan],
    "a renewal and more seats": [renewal, seats(9), renewal],
    "a suspension and its end": [suspension, reinstatement, seats(6), renewal],
    "two suspensions": [suspension, reinstatement, suspension, reinstatement],
    "a suspension that lasts": [renewal, seats(7), suspension],
    "a suspension that ends it": [seats(4), suspension, end],
    "a whole life": [seats(8), another_plan, suspension, reinstatement, seats(2), renewal, end],
}


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra) -> Iterator[Store]:
    def make_world(**changed: str) -> World:
        return MemoryWorld(**changed)

    with selling(entra, make_world) as opened:
        yield opened


def ways(sent_after: list[int]) -> list[Telling]:
    """Each webhook as it was sent; none at all; the others lost, late or twice at random."""
    draw, last = Random(len(sent_after)), max(sent_after)  # noqa: S311 - the same ways each time
    told: list[Telling] = [list(enumerate(sent_after)), []]
    for _ in range(WAYS):
        arriving = [number for number in range(len(sent_after)) for _ in range(draw.choice((0, 1, 1, 2)))]
        draw.shuffle(arriving)
        told.append([(number, draw.randint(sent_after[number], last + 1)) for number in arriving])
    return told


def play(store: Store, acts: list[Act]) -> list[tuple[Telling, dict[str, Any]]]:
    """What is stored of each purchase in the end, by how it was told."""
    sent_after = rehearse(store, acts)
    bought = {store.automatic(quantity=5): telling for telling in ways(sent_after)}
    store.market.outbox.url = None
    sent: dict[str, list[Any]] = {id_: [] for id_ in bought}
    for moment in range(len(acts) + 1):
        for id_ in bought if moment < len(acts) else ():
            acts[moment](store, id_)
        store.advance(seconds=11)
        collect(store, sent)
        for id_, telling in bought.items():
            for number, arrives in telling:
                if arrives == moment:
                    assert store.tell(store.token(), sent[id_][number]).status == 200
    store.advance(days=1)
    errors: list[BaseException] = []
    reconcile(store.services, errors.append)
    assert errors == []
    return [(telling, known(store, id_)) for id_, telling in bought.items()]


def rehearse(store: Store, acts: list[Act]) -> list[int]:
    """After which act each webhook of a sequence is sent."""
    id_ = store.automatic(quantity=5)
    store.market.outbox.url, url = None, store.market.outbox.url
    sent: dict[str, list[Any]] = {id_: []}
    sent_after: list[int] = []
    for moment, act in enumerate(acts):
        act(store, id_)
        store.advance(seconds=11)
        collect(store, sent)
        sent_after += [moment] * (len(sent[id_]) - len(sent_after))
    drain(store)
    store.market.outbox.url = url
    return sent_after


def collect(store: Store, sent: dict[str, list[Any]]) -> None:
    for delivery in drain(store):
        sent[delivery["subscriptionId"]].append(delivery)


def drain(store: Store) -> list[Any]:
    outbox = store.market.outbox
    taken = [delivery.payload for delivery in outbox.waiting]
    outbox._waiting.clear()  # noqa: SLF001 - they are delivered by hand
    return taken


def known(store: Store, id_: str) -> dict[str, Any]:
    """What is stored, but for when we learnt of it."""
    state = store.state(id_)
    learnt = {"first_seen": None, "unpaid_from": bool(state["unpaid_from"]), "ended_at": bool(state["ended_at"])}
    return {**state, **learnt, "record_id": "", "salt": ""}


@pytest.mark.parametrize("name", SEQUENCES)
def test_however_webhooks_arrive_the_next_look_ends_in_the_same_state(store: Store, name: str) -> None:
    (_, whole), *others = play(store, SEQUENCES[name])

    assert [(telling, state) for telling, state in others if state != whole] == []
    assert whole["pending_operation"] == ""


def test_without_the_daily_look_what_was_lost_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "_when_due", lambda *_: Reconciled())
    (_, whole), *others = play(store, SEQUENCES["more seats, fewer, another plan"])

    assert [] in [telling for telling, state in others if state != whole]
