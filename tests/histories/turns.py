"""Two operations at once, one storage call at a time, in an order that the test chooses; and all those orders."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TypeVar

from shared.domain.errors import Refusal
from shared.ports import Tables
from tests.histories.around import AroundTables

T = TypeVar("T")
Act = Callable[[Tables], object]


@dataclass(frozen=True)
class Step:
    """Who went, and who could have gone."""

    chosen: int
    ready: tuple[int, ...]


@dataclass
class Turns:
    """Lets exactly one of several threads run, from one of its storage calls to its next."""

    count: int
    changed: Condition = field(default_factory=Condition)
    waiting: set[int] = field(default_factory=set)
    done: set[int] = field(default_factory=set)
    turn: int | None = None

    def take(self, me: int) -> None:
        """Called before a storage call: returns when it is our turn."""
        with self.changed:
            self.waiting.add(me)
            self.turn = None
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.turn == me)
            self.waiting.discard(me)

    def finish(self, me: int) -> None:
        with self.changed:
            self.done.add(me)
            self.turn = None
            self.changed.notify_all()

    def ready(self) -> tuple[int, ...]:
        """Who waits for a turn, once everyone does or is done."""
        with self.changed:
            assert self.changed.wait_for(self._is_still, timeout=30), "an operation neither called storage nor ended"
            return tuple(sorted(self.waiting))

    def give(self, chosen: int) -> None:
        with self.changed:
            self.turn = chosen
            self.changed.notify_all()

    def _is_still(self) -> bool:
        return self.turn is None and len(self.waiting | self.done) == self.count


@dataclass
class SteppedTables(AroundTables):
    """Storage whose every call waits for its turn."""

    turns: Turns
    me: int

    def call(self, act: Callable[[], T]) -> T:
        self.turns.take(self.me)
        return act()


def run_in_turns(tables: Tables, acts: Sequence[Act], choices: Sequence[int]) -> list[Step]:
    """Run the acts at once: storage calls in the chosen order, and beyond it without a switch. Refusals are fine."""
    turns, surprises = Turns(len(acts)), list[BaseException]()

    def work(me: int) -> None:
        try:
            acts[me](SteppedTables(tables, turns, me))
        except Refusal:
            pass
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            surprises.append(error)
        finally:
            turns.finish(me)

    threads = [Thread(target=work, args=(me,)) for me in range(len(acts))]
    for thread in threads:
        thread.start()
    steps: list[Step] = []
    while ready := turns.ready():
        wanted = choices[len(steps)] if len(steps) < len(choices) else steps[-1].chosen if steps else ready[0]
        steps.append(Step(wanted if wanted in ready else ready[0], ready))
        turns.give(steps[-1].chosen)
    for thread in threads:
        thread.join()
    if surprises:
        raise surprises[0]
    return steps


def all_orders(run: Callable[[Sequence[int]], list[Step]], most_switches: int | None = None) -> Iterator[list[int]]:
    """Run once in each order that there is, or in each that takes the turn from a running act so often at most."""
    left: list[list[int]] = [[]]
    while left:
        begun = left.pop()
        steps = run(begun)
        chosen = [step.chosen for step in steps]
        yield chosen
        for at in range(len(begun), len(steps)):
            for other in set(steps[at].ready) - {chosen[at]}:
                order = [*chosen[:at], other]
                if most_switches is None or _switches(order, steps) <= most_switches:
                    left.append(order)


def _switches(order: Sequence[int], steps: Sequence[Step]) -> int:
    return sum(order[at] != order[at - 1] and order[at - 1] in steps[at].ready for at in range(1, len(order)))
