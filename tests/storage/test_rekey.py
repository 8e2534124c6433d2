"""The people index moves to another key while licenses keep working, however often the command dies on its way."""

import json
import logging
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.domain.records import AccountHint, SeatHint
from shared.operations.assign_seat import assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.hints import place_hints
from shared.operations.open_account import open_account
from shared.operations.rekey_people import rekey_people
from shared.operations.release_seat import release_seat
from shared.ports import Insert, StorageUnavailable, Stored, Write
from shared.services import Services
from shared.storage import keys
from support import commands
from tests.histories.around import AroundTables, over
from tests.histories.faults import FaultyTables
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, NOON, StandingClock, World, WorldMaker, colleague, hash_key

SEATED = [BOB, colleague(1), colleague(2)]
OLD, NEW = hash_key("old"), hash_key("new", NOON.timestamp() + 3600)


@dataclass
class Moving:
    """A world in the middle of a rotation: everything was written under the old key, and the new one writes now."""

    world: World
    subscription: str
    account: str
    seats: list[Stored[Any]] = field(default_factory=list)

    @property
    def services(self) -> Services:
        return self.world.services

    def under(self, key: str) -> list[str]:
        """The kinds of rows that stand under a key."""
        rows = self.world.rows()["people"]
        return sorted(row["RowKey"].split(".")[0] for row in rows if row["PartitionKey"].startswith(f"{key}."))

    def licensed(self) -> bool:
        codes = {self.world.code(person) for person in SEATED}
        second = self.world.license(BOB.addresses[1])["code"]
        return codes | {second} == {"LICENSED"} and self.alice() == self.account

    def alice(self) -> str:
        """Alice's account, made anew if it is not found."""
        return open_account(self.services, ALICE.person, ALICE.name, ALICE.addresses)

    def rekey(self) -> int:
        return rekey_people(self.services, "old")


@dataclass
class Interrupted(AroundTables):
    """Something happens right before each write."""

    act: Callable[[Write], object]

    def write(self, *writes: Write) -> list[Stored[Any]]:
        self.act(writes[0])
        return super().write(*writes)


def both_keys() -> str:
    return json.dumps([OLD, NEW])


@pytest.fixture
def moving(make_world: WorldMaker) -> Moving:
    world = make_world(IDENTITY_HASH_KEYS=both_keys())
    bought = Subscription(world.checkout())
    deliver(world, *bought.bought())
    seats = [assign_seat(world.services, bought.partition, person) for person in SEATED]
    account = open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)
    world.clock.advance(hours=2)
    return Moving(world, bought.partition, account, seats)


def test_everything_moves_and_everyone_keeps_their_license(moving: Moving) -> None:
    before = moving.under("old")
    assert before == ["account", "seat", "seat", "seat", "seat"]

    assert moving.rekey() == 0

    assert moving.under("old") == []
    assert moving.under("new") == before
    assert moving.licensed()


def test_afterwards_the_old_key_may_leave_the_settings(moving: Moving) -> None:
    moving.rekey()

    without_old = {**moving.world.env, "IDENTITY_HASH_KEYS": json.dumps([NEW])}
    moving.world = World(without_old, StandingClock(moving.world.clock()))

    assert moving.licensed()


def test_before_it_ran_the_old_key_may_not_leave(moving: Moving) -> None:
    without_old = {**moving.world.env, "IDENTITY_HASH_KEYS": json.dumps([NEW])}
    moving.world = World(without_old, StandingClock(moving.world.clock()))

    assert not moving.licensed()


def test_running_again_changes_nothing(moving: Moving) -> None:
    moving.rekey()
    before = moving.world.rows()

    assert moving.rekey() == 0

    assert moving.world.rows() == before


@pytest.mark.parametrize("after", [False, True], ids=["before a call", "after a call"])
def test_it_resumes_wherever_it_died_and_licenses_work_at_every_step(moving: Moving, *, after: bool) -> None:
    for call in range(1, 100):
        tables = FaultyTables(moving.world.tables, fails_at=call, after=after)
        try:
            left = rekey_people(over(moving.services, tables), "old")
            break
        except StorageUnavailable:
            assert moving.licensed()

    assert (left, moving.under("old")) == (0, [])
    assert len(moving.under("new")) == 5
    assert moving.licensed()
    assert call > 5


def test_what_no_seat_lists_is_counted_until_the_purge_removes_it(moving: Moving) -> None:
    header = moving.world.tables.read(keys.subscription(moving.subscription))
    assert header
    mallory = moving.seats[0].record.model_copy(update={"addresses": ("m@evil.example",), "hints": ("0" * 32,)})
    before = moving.world.clock.now
    moving.world.clock.now = NOON
    # An assignment that died after its hints.
    place_hints(moving.services, moving.subscription, keys.seat_key(header.record.salt, MALLORY.person), mallory)
    moving.world.clock.now = before

    assert moving.rekey() == 1
    assert moving.under("old") == ["seat"]

    moving.world.clock.advance(days=2)
    moving.world.purge()
    assert moving.rekey() == 0
    assert moving.under("old") == []
    assert moving.licensed()


def test_what_is_left_is_counted_without_a_word_about_unknown_fields(
    moving: Moving, caplog: pytest.LogCaptureFixture
) -> None:
    mallory = moving.services.identities.of_address("m@evil.example")[1]
    for number, seat in enumerate(["seat.nobody", moving.seats[0].row.key]):
        hint = SeatHint(subscription=moving.subscription, seat=seat)
        moving.world.tables.write(Insert(keys.seat_hint(mallory, f"{number:032}"), hint))

    with caplog.at_level(logging.WARNING):
        assert moving.rekey() == 2

    assert caplog.records == []


def test_a_seat_released_while_its_hint_moves_leaves_nothing_for_long(moving: Moving) -> None:
    bob = moving.seats[0]

    def release(write: Write) -> None:
        if isinstance(write, Insert) and isinstance(write.record, SeatHint):
            release_seat(moving.services, moving.subscription, bob.row.key)

    rekey_people(over(moving.services, Interrupted(moving.world.tables, release)), "old")

    assert moving.world.code(BOB) == "NO_LICENSE"
    moving.world.clock.advance(days=3)
    moving.world.purge()
    assert (moving.under("old"), moving.under("new")) == ([], ["account", "seat", "seat"])


def test_an_account_erased_while_its_row_moves_leaves_nothing(moving: Moving) -> None:
    def erase(write: Write) -> None:
        if isinstance(write, Insert) and isinstance(write.record, AccountHint):
            erase_account(moving.services, moving.account)

    rekey_people(over(moving.services, Interrupted(moving.world.tables, erase)), "old")

    assert "account" not in moving.under("old") + moving.under("new")


def test_an_account_row_whose_account_is_gone_goes(moving: Moving) -> None:
    row = keys.account_hint("old.nobody")
    moving.world.tables.write(Insert(row, AccountHint(account="gone")))

    assert moving.rekey() == 0
    assert moving.under("new").count("account") == 1


def test_a_key_whose_name_begins_another_is_another_key(make_world: WorldMaker) -> None:
    world = make_world(IDENTITY_HASH_KEYS=json.dumps([hash_key("k1", 1), hash_key("k10", 2)]))
    world.checkout()

    assert rekey_people(world.services, "k1") == 0
    assert [row["PartitionKey"].split(".")[0] for row in world.rows()["people"]] == ["k10"]


def test_the_operator_is_told_how_much_is_left(moving: Moving, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.rekey(moving.services, Namespace(old_key="old")) == 0
    assert capsys.readouterr().out == "0 rows are left under old.\n"


def test_the_operator_cannot_move_the_key_that_writes(moving: Moving, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.rekey(moving.services, Namespace(old_key="new")) == 2

    assert capsys.readouterr().err.startswith("new is the key that writes now")
    assert len(moving.under("old")) == 5
