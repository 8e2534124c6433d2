"""Sealed values: ours alone, for one purpose, for a while, across a rotation of keys."""

import json
from datetime import timedelta

import pytest

from shared.identity.sealing import Sealer
from shared.settings import read_settings
from tests.world import NOON, StandingClock, environment, hash_key

HOUR = timedelta(hours=1)
CONTENT = {"subscription": "microsoft.5ab"}


def sealer(*keys: dict[str, object], clock: StandingClock | None = None) -> Sealer:
    settings = read_settings(environment(SESSION_KEYS=json.dumps(keys)), NOON.timestamp())
    return Sealer(settings.session_keys, clock or StandingClock())


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ours(clock: StandingClock) -> Sealer:
    return sealer(hash_key("s1"), clock=clock)


def test_what_is_sealed_opens_again(ours: Sealer) -> None:
    sealed = ours.seal("landing", CONTENT)

    assert ours.open("landing", sealed, HOUR) == CONTENT
    assert "microsoft" not in sealed
    assert sealed.replace("-", "").replace("_", "").isalnum()


def test_it_opens_for_no_other_purpose(ours: Sealer) -> None:
    assert ours.open("session", ours.seal("landing", CONTENT), HOUR) is None


def test_it_opens_until_its_time_is_over(ours: Sealer, clock: StandingClock) -> None:
    sealed = ours.seal("landing", CONTENT)

    clock.advance(hours=1)
    assert ours.open("landing", sealed, HOUR) == CONTENT
    clock.advance(seconds=1)
    assert ours.open("landing", sealed, HOUR) is None


def test_what_comes_from_the_future_does_not_open(ours: Sealer, clock: StandingClock) -> None:
    clock.advance(minutes=5)
    sealed = ours.seal("landing", CONTENT)
    clock.advance(minutes=-5)

    assert ours.open("landing", sealed, HOUR) is None


def test_another_installations_seal_does_not_open(ours: Sealer) -> None:
    assert ours.open("landing", sealer(hash_key("s1")).seal("landing", CONTENT), HOUR) is None


def test_not_one_character_may_differ(ours: Sealer) -> None:
    sealed = ours.seal("landing", CONTENT)

    for place in range(len(sealed) - 1):
        other = "A" if sealed[place] != "A" else "B"
        assert ours.open("landing", sealed[:place] + other + sealed[place + 1 :], HOUR) is None


@pytest.mark.parametrize("sealed", ["", "?", "A" * 5000, "é", "\ud800", "=" * 8, "gAAAAA"])
def test_rubbish_does_not_open(ours: Sealer, sealed: str) -> None:
    assert ours.open("landing", sealed, HOUR) is None


def test_keys_are_known_before_they_are_used_and_after(clock: StandingClock) -> None:
    old, new = hash_key("s1"), hash_key("s2", NOON.timestamp() + 60)
    before, both, after = sealer(old, clock=clock), sealer(old, new, clock=clock), sealer(new, old, clock=clock)

    assert before.open("landing", both.seal("landing", CONTENT), HOUR) == CONTENT
    clock.advance(seconds=60)
    sealed = after.seal("landing", CONTENT)
    assert both.open("landing", sealed, HOUR) == CONTENT
    assert before.open("landing", sealed, HOUR) is None
