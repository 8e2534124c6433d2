"""Random histories in real storage, against a model that knows what was delivered, and what was asked of whom."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.open_account import open_account
from shared.operations.release_seat import release_seat
from shared.operations.take_events import Recorded
from tests.histories.deletions import early, late
from tests.histories.model import Bought
from tests.histories.stored import Dump, Entity, broken, stored
from tests.operations.stories import seat_of
from tests.paddle import Payload, Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, NOON, World, colleague, empty_tables

PEOPLE = [ALICE, BOB, MALLORY, colleague(1), colleague(2)]
people = st.sampled_from(PEOPLE)

Told = tuple[Bought, Payload]
CHANGES: dict[str, Callable[[Subscription], list[Payload]]] = {
    "bought": Subscription.bought,
    "renewed": Subscription.renewed,
    "renewal failed": Subscription.renewal_failed,
    "recovered": Subscription.recovered,
    "cancellation scheduled": Subscription.cancel_scheduled,
    "cancellation undone": Subscription.cancel_undone,
    "canceled": Subscription.canceled,
    "paused": Subscription.paused,
    "resumed": Subscription.resumed,
    "one seat": lambda bought: bought.resized(1),
    "two seats": lambda bought: bought.resized(2),
    "four seats": lambda bought: bought.resized(4),
}


class Histories(RuleBasedStateMachine):
    """Two people buy, administrators assign and release, Paddle tells late and twice, add-ins ask, the purge runs."""

    world: ClassVar[World]
    subscriptions = Bundle("subscriptions")
    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.world.clock.now = NOON
        if any(self.world.rows().values()):
            empty_tables(self.world)
        self.all: list[Bought] = []
        self.dumped: Dump | None = None

    def rows(self) -> Dump:
        """Everything that is stored, read again only after something may have changed it."""
        if self.dumped is None:
            self.dumped = self.world.rows()
        return self.dumped

    def rows_after(self) -> Dump:
        self.dumped = None
        return self.rows()

    @rule(
        target=subscriptions,
        buyer=st.sampled_from([ALICE, BOB, None]),
        kind=st.sampled_from(["person", "organisation"]),
        quantity=st.integers(1, 3),
        told=st.booleans(),
    )
    def buy(self, buyer: Assignee | None, kind: str, quantity: int, *, told: bool) -> Bought:
        reference = self.world.checkout(buyer, kind) if buyer else None
        self.dumped = None
        paddle = Subscription(reference, quantity=quantity, now=self.world.clock())
        bought = Bought(paddle, buyer, kind)
        self.all.append(bought)
        if told:
            for event in paddle.bought():
                self.deliver((bought, event))
        return bought

    @rule(target=events, bought=subscriptions, change=st.sampled_from(sorted(CHANGES)), told=st.booleans())
    def happen(self, bought: Bought, change: str, *, told: bool) -> Any:  # noqa: ANN401 - what hypothesis makes of it
        paddle, clock = bought.paddle, self.world.clock
        if paddle.status == "canceled":
            return multiple()
        paddle.now = max(paddle.now, clock())
        happened = [(bought, event) for event in CHANGES[change](paddle)]
        clock.now = max(clock.now, paddle.now)
        for one in happened if told else []:
            self.deliver(one)
        return multiple(*happened)

    @rule(told=events)
    def deliver(self, told: Told) -> None:
        bought, event = told
        before = self.rows()
        (recorded,) = deliver(self.world, event)
        after = self.rows_after()
        if recorded is Recorded.NOTHING_TO_STORE:
            assert bought.is_long_over(event, self.world.clock())
            return
        bought.hear(event)
        header = header_of(after, bought)
        assert header is not None, "a purchase was lost"
        self.check_owner(bought, header, before)
        self.check_own_seat(bought, header, seated(after, bought))

    def check_owner(self, bought: Bought, header: Entity, before: Dump) -> None:
        references = {row["PartitionKey"]: row for row in before["references"]}
        reference = references.get(bought.paddle.reference)
        if reference is not None and not header["owner_kind"]:
            accounts = {row["PartitionKey"] for row in stored(before, "accounts", "account")}
            assert reference["account"] not in accounts, "an open account did not get what it bought"

    def check_own_seat(self, bought: Bought, header: Entity, there: set[str]) -> None:
        if bought.buyer and bought.kind == "person" and header["account"] and not bought.was_seated:
            expected = {bought.buyer.name} if bought.is_live() and bought.quantity() == 1 else set()
            assert there == expected
            bought.seats = there
            bought.was_seated = bool(there)
        assert there == bought.seats

    @rule(bought=subscriptions, person=people)
    def assign(self, bought: Bought, person: Assignee) -> None:
        expected = bought.refusal(person, header_of(self.rows(), bought))
        self.dumped = None
        if expected is not None:
            with pytest.raises(expected):
                assign_seat(self.world.services, bought.paddle.partition, person)
            return
        assign_seat(self.world.services, bought.paddle.partition, person)
        bought.seats.add(person.name)
        bought.was_seated = True

    @rule(bought=subscriptions, person=people)
    def release(self, bought: Bought, person: Assignee) -> None:
        if header_of(self.rows(), bought) is None:
            return
        self.dumped = None
        key = seat_of(self.world, bought.paddle, person)
        was_there = release_seat(self.world.services, bought.paddle.partition, key)
        assert was_there == (person.name in bought.seats)
        bought.seats.discard(person.name)

    @rule()
    def ask(self) -> None:
        rows, now = self.rows(), self.world.clock()
        self.dumped = None
        for person in PEOPLE:
            expected = any(bought.covers(person, rows, now) for bought in self.all)
            assert (self.world.code(person) != "NO_LICENSE") == expected, person.name

    @rule()
    def ask_as_a_stranger(self) -> None:
        before = self.rows()
        assert self.world.license("stranger@nowhere.example")["code"] == "NO_LICENSE"
        assert self.rows_after() == before

    @rule(hours=st.sampled_from([1, 24, 72, 14 * 24, 31 * 24, 100 * 24]))
    def wait(self, hours: int) -> None:
        self.world.clock.advance(hours=hours)

    @rule()
    def purge(self) -> None:
        before, now = self.rows(), self.world.clock()
        self.world.paddle.calls.clear()
        self.world.purge()
        after = self.rows_after()
        assert early(before, after, now) == []
        assert late(after, now) == []
        for bought in self.all:
            header = header_of(after, bought)
            if header is None:
                bought.forget()
            bought.seats &= seated(after, bought)
            if header is not None and self.world.paddle.asked(f"/subscriptions/{bought.paddle.id}"):
                bought.learn(now)
                self.check_own_seat(bought, header, seated(after, bought))

    @rule(buyer=st.sampled_from([ALICE, BOB]))
    def close_account(self, buyer: Assignee) -> None:
        account = open_account(self.world.services, buyer.person, buyer.name, buyer.addresses)
        mine = [row for row in stored(self.rows_after(), "subscriptions", "subscription") if row["account"] == account]
        erase_account(self.world.services, account)
        left = self.rows_after()
        headers = stored(left, "subscriptions", "subscription")
        assert not any(row["PartitionKey"] == account for row in left["accounts"])
        for bought in self.all:
            header = header_of(left, bought)
            if header is None:
                bought.forget()
            elif header["ending"]:
                bought.seats.clear()
        for row in mine:
            kept = [header for header in headers if header["PartitionKey"] == row["PartitionKey"]]
            lives_on = row["owner_kind"] == "organisation" or row["status"] != "ended"
            assert [header["owner_kind"] for header in kept] == ([kind_left(row)] if lives_on else [])

    @invariant()
    def nothing_is_broken(self) -> None:
        rows = self.rows()
        assert broken(self.world, rows) == []
        for bought in self.all:
            assert seated(rows, bought) == bought.seats

    def teardown(self) -> None:
        """Everything ends, and once its time has passed nothing of it is left anywhere."""
        for bought in self.all:
            bought.paddle.now = max(bought.paddle.now, self.world.clock())
            if bought.paddle.status != "canceled":
                bought.paddle.canceled()
            deliver(self.world, bought.paddle.tell())
        self.world.clock.now = max([self.world.clock(), *(bought.paddle.now for bought in self.all)])
        self.ask_nobody_has_a_license()
        for days in (31, 370, 400, 31):
            self.world.clock.advance(days=days)
            while self.world.purge().looked:
                pass
        assert {name: rows for name, rows in self.world.rows().items() if rows} == {}

    def ask_nobody_has_a_license(self) -> None:
        assert {self.world.code(person) for person in PEOPLE} == {"NO_LICENSE"}


def kind_left(header: Entity) -> str:
    """Whose a purchase is once its buyer has left."""
    return "organisation" if header["owner_kind"] == "organisation" else ""


def header_of(rows: Dump, bought: Bought) -> Entity | None:
    headers = stored(rows, "subscriptions", "subscription")
    return next((row for row in headers if row["PartitionKey"] == bought.paddle.partition), None)


def seated(rows: Dump, bought: Bought) -> set[str]:
    """The names on a purchase's seats."""
    seats = stored(rows, "subscriptions", "seat.")
    return {seat["name"] for seat in seats if seat["PartitionKey"] == bought.paddle.partition}


def test_random_histories_keep_every_promise_about_seats(world: World) -> None:
    Histories.world = world
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=settings().max_examples // 5,
            stateful_step_count=16,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
