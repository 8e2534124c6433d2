"""The one thing that a lookup may write: the day on which a license was last used, and only of a license (P04)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.records import Seat
from shared.ports import Change, Conflict, StorageUnavailable, Stored
from shared.storage import keys
from shared.storage.tables import AzureTables
from tests.functions.serving import question, serving
from tests.paddle import Subscription, deliver
from tests.world import BOB, MALLORY, World

BOBS = BOB.addresses[0]


def seat(world: World, bought: Subscription) -> Stored[Seat]:
    [found] = world.tables.find(keys.seats(bought.partition))
    return found


def last_use(world: World) -> dict[str, str]:
    """Every day of last use that is stored anywhere."""
    rows = [row for table in world.rows().values() for row in table]
    return {row["RowKey"]: row["last_used"] for row in rows if row.get("last_used")}


def test_last_use_is_noted_by_day_once_a_day(base: str, world: World, bought: Subscription) -> None:
    question(base, BOBS)
    assert last_use(world) == {seat(world, bought).row.key: "2026-03-02"}
    noted = seat(world, bought).etag

    world.clock.advance(hours=11)
    question(base, BOBS)
    assert seat(world, bought).etag == noted

    world.clock.advance(hours=2)
    question(base, BOBS)
    assert last_use(world) == {seat(world, bought).row.key: "2026-03-03"}


def test_last_use_is_not_noted_once_the_license_has_ended(base: str, world: World, bought: Subscription) -> None:
    deliver(world, *bought.canceled())
    world.clock.now = bought.now + timedelta(minutes=1)

    assert question(base, BOBS).json["code"] == "NO_LICENSE"
    assert last_use(world) == {}


def test_last_use_is_not_noted_of_who_objected(base: str, world: World, bought: Subscription) -> None:
    found = seat(world, bought)
    world.tables.write(Change(found, found.record.model_copy(update={"objected_to_last_use": True})))

    assert question(base, BOBS).json["code"] == "LICENSED"
    assert last_use(world) == {}


@pytest.mark.usefixtures("bought")
def test_asking_about_an_address_without_a_seat_leaves_nothing(base: str, world: World) -> None:
    before = world.rows()

    for address in (MALLORY.addresses[0], "nobody@contoso.example"):
        question(base, address)

    assert world.rows() == before


class ReadOnly:
    """Storage that answers, and refuses every write."""

    def __init__(self, tables: AzureTables, refusal: Exception) -> None:
        self.find_together = tables.find_together
        self.read_together = tables.read_together
        self._refusal = refusal

    def write(self, *_: object) -> None:
        raise self._refusal


@pytest.mark.usefixtures("bought")
@pytest.mark.parametrize("refusal", [Conflict(inserted=False), StorageUnavailable()], ids=repr)
def test_a_license_is_answered_although_last_use_cannot_be_noted(world: World, refusal: Exception) -> None:
    services = replace(world.services, tables=ReadOnly(world.tables, refusal))  # type: ignore[arg-type]

    with serving(lambda: services) as base:
        assert question(base, BOBS).json["code"] == "LICENSED"
