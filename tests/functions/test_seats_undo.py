"""Undoing that a seat was taken back brings that seat back as it was, for who did it and for ten minutes."""

from collections.abc import Iterator
from datetime import date
from unittest.mock import Mock

import pytest

from shared.domain.errors import Unavailable
from shared.operations.keep_seat import keep_seat
from shared.operations.object_to import object_to_last_use
from shared.ports import Change
from shared.storage import keys
from tests.functions.reading import read
from tests.functions.seats import Browser, browser
from tests.functions.serving import serving
from tests.functions.test_seats_page import statuses, undo_of
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.operations.stories import codes, has_seat, organisation_with, seat_of, stamped
from tests.operations.visiting import DirectoryInMemory, administrator, with_directory
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, World, colleague


@pytest.fixture
def shared() -> World:
    return MemoryWorld()


@pytest.fixture
def directory(shared: World) -> DirectoryInMemory:
    return with_directory(shared, *(colleague(number) for number in range(5)))


@pytest.fixture
def alice(shared: World, directory: DirectoryInMemory) -> Iterator[Browser]:
    assert directory
    with serving(lambda: shared.services) as url:
        yield browser(url, shared, ALICE, administers=True)


def release(alice: Browser, bought: Subscription, number: int) -> str:
    page = alice.do(bought.partition, "release", seat=seat_of(alice.world, bought, colleague(number)))
    return undo_of(page)


def test_undo_brings_the_seat_back_as_it_was_and_asks_nobody(
    alice: Browser, shared: World, directory: DirectoryInMemory
) -> None:
    bought, [who, *_] = organisation_with(shared, 2)
    row = keys.seat(bought.partition, seat_of(shared, bought, who))
    object_to_last_use(shared.services, who.person)
    keep_seat(shared.services, administrator(shared), bought.partition, row.key, kept=True)
    shared.clock.advance(days=3)
    fresh = browser(alice.base, shared, ALICE, administers=True)
    directory.asked.clear()

    undo = release(fresh, bought, 0)
    assert not has_seat(shared, bought, who)
    fresh.do(bought.partition, "undo", undo=undo)

    seat = shared.services.tables.read(row)
    assert seat is not None
    assert (seat.record.objected_to_last_use, seat.record.last_used, seat.record.kept) == (True, None, True)
    assert (seat.record.assigned_on, seat.record.name, seat.record.addresses) == (
        date(2026, 3, 2),
        who.name,
        who.addresses,
    )
    assert (directory.asked, shared.code(who), broken(shared)) == ([], "LICENSED", [])
    assert "has a seat already" in statuses(fresh.do(bought.partition, "undo", undo=undo))


def test_what_undoes_tells_nothing_and_is_in_no_url(alice: Browser, shared: World) -> None:
    bought, [who] = organisation_with(shared, 1)
    shared.code(who)

    answer = alice.post(bought.partition, "release", seat=seat_of(shared, bought, who))

    assert who.person.object_id not in answer.body.decode()
    undo = undo_of(read(answer))
    assert undo not in " ".join(read(answer).links())
    assert not [text for text in (who.name, who.addresses[0], "last_used", "2026") if text in undo]


@pytest.mark.parametrize("purged", [False, True])
def test_undo_in_a_cut_restores_what_it_was_and_no_more(alice: Browser, shared: World, *, purged: bool) -> None:
    bought, people = organisation_with(shared, 3)
    deliver(shared, *bought.resized(2))
    shared.purge()
    losers = stamped(shared, bought)
    undo = release(alice, bought, int(losers.copy().pop()[-1]))
    if purged:
        # The cut is over without that seat.
        shared.purge()

    for _ in range(2):
        assert "has a seat" in statuses(alice.do(bought.partition, "undo", undo=undo))
        shared.purge()

    assert stamped(shared, bought) == losers
    assert sorted(codes(shared, people)) == ["GRACE", "LICENSED", "LICENSED"]
    assert broken(shared) == []
    assert alice.post(bought.partition, "give", person=BOB.person.object_id).status == 409
    shared.clock.advance(days=14)
    shared.purge()
    assert sorted(codes(shared, people)) == ["LICENSED", "LICENSED", "NO_LICENSE"]


def test_a_seat_that_somebody_else_has_by_now_is_not_brought_back(alice: Browser, shared: World) -> None:
    bought, _ = organisation_with(shared, 1)
    undo = release(alice, bought, 0)
    alice.do(bought.partition, "give", address=BOB.addresses[0])

    refused = alice.post(bought.partition, "undo", undo=undo)

    assert (refused.status, "are assigned" in statuses(read(refused))) == (409, True)
    assert broken(shared) == []


def test_a_seat_whose_end_has_come_does_not_come_back(alice: Browser, shared: World) -> None:
    bought, people = organisation_with(shared, 2)
    deliver(shared, *bought.resized(1))
    shared.purge()
    [loser] = stamped(shared, bought)
    shared.clock.advance(days=13, hours=23, minutes=55)
    late = browser(alice.base, shared, ALICE, administers=True)
    undo = release(late, bought, int(loser[-1]))
    shared.clock.advance(minutes=6)

    assert late.post(bought.partition, "undo", undo=undo).status == 409
    assert sorted(codes(shared, people)) == ["LICENSED", "NO_LICENSE"]


def test_undo_is_for_who_did_it_there_and_for_ten_minutes(
    alice: Browser, shared: World, directory: DirectoryInMemory
) -> None:
    bought, _ = organisation_with(shared, 1)
    other, _ = organisation_with(shared, 0, quantity=1)
    undo = release(alice, bought, 0)
    erin = browser(alice.base, shared, colleague(4), administers=True)
    assert directory

    for who, where, what in (
        (erin, bought, undo),
        (alice, other, undo),
        (alice, bought, undo[:-9] + "AAAAAAAAA"),
        (alice, bought, ""),
    ):
        refused = who.post(where.partition, "undo", undo=what)
        assert (refused.status, "no longer be undone" in statuses(read(refused))) == (409, True)
    shared.clock.advance(minutes=10, seconds=1)
    assert alice.post(bought.partition, "undo", undo=undo).status == 409
    assert not has_seat(shared, bought, colleague(0))


def test_undo_needs_no_permission_of_the_directory(alice: Browser, shared: World) -> None:
    bought, [who] = organisation_with(shared, 1)
    shared.services.sign_in.permissions.discard("directory")  # type: ignore[attr-defined]

    alice.do(bought.partition, "undo", undo=release(alice, bought, 0))

    assert shared.code(who) == "LICENSED"


def test_who_bought_for_themself_undoes_giving_their_seat_back(alice: Browser, shared: World) -> None:
    own = Subscription(shared.checkout(BOB, "person"), quantity=1)
    deliver(shared, *own.bought())
    bob = browser(alice.base, shared, BOB)
    released = bob.do(own.partition, "release", seat=seat_of(shared, own, BOB))

    bob.do(own.partition, "undo", undo=undo_of(released))

    assert shared.code(BOB) == "LICENSED"


def test_a_right_that_was_lost_undoes_nothing(alice: Browser, shared: World) -> None:
    bought, _ = organisation_with(shared, 1)
    undo = release(alice, bought, 0)
    stored = shared.services.tables.read(keys.subscription(bought.partition))
    assert stored
    shared.services.tables.write(Change(stored, stored.record.model_copy(update={"quantity": 5})))
    demoted = browser(alice.base, shared, ALICE)

    assert demoted.post(bought.partition, "undo", undo=undo).status == 403


def test_an_undo_that_storage_did_not_take_can_be_tried_again(
    alice: Browser, shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought, [who] = organisation_with(shared, 1)
    undo = release(alice, bought, 0)
    with monkeypatch.context() as failing:
        failing.setattr("functions.seats.acts.bring_back_seat", Mock(side_effect=Unavailable()))
        refused = alice.post(bought.partition, "undo", undo=undo)
    assert (refused.status, refused.header("retry-after")) == (503, ["5"])

    alice.do(bought.partition, "undo", undo=undo_of(read(refused)))

    assert shared.code(who) == "LICENSED"
