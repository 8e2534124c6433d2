"""Request budgets: per network and per address, by the minute, in memory that is bounded and names nobody."""

import json
from collections.abc import Iterator

import pytest

from functions import budgets
from functions.budgets import Budgets, source_of
from shared.domain.errors import AddressInvalid, TooManyRequests
from tests.functions.serving import JSON, LICENSE, assert_problem, question, serving
from tests.runtime.asking import ask
from tests.world import NOON, StandingClock, World, environment

ORIGIN = ("Origin", "https://addin.vendor.example")

SOURCES = {
    "": "unknown",
    "203.0.113.7": "203.0.113.0/24",
    "203.0.113.7:51234": "203.0.113.0/24",
    " 203.0.113.7 ": "203.0.113.0/24",
    "10.0.0.1, 203.0.113.7:51234": "203.0.113.0/24",
    "203.0.113.7,10.0.0.1": "10.0.0.0/24",
    "nonsense, 203.0.113.7": "203.0.113.0/24",
    "203.0.113.7, nonsense": "unknown",
    "203.0.113.7,": "unknown",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48",
    "[2001:db8:1:2::3]": "2001:db8:1::/48",
    "[2001:db8:1:2::3]:443": "2001:db8:1::/48",
    "10.0.0.1, [2001:db8:1:2::3]:443": "2001:db8:1::/48",
    "::1": "::/48",
    "fe80::1%eth0": "fe80::/48",
    "[fe80::1%25eth0]:80": "fe80::/48",
    # How a listener for both protocols writes an IPv4 client.
    "::ffff:203.0.113.7": "203.0.113.0/24",
    "[::ffff:203.0.113.7]:51234": "203.0.113.0/24",
    "[2001:db8:1:2::3": "2001:db8:1::/48",
    "[]": "unknown",
    "203.0.113.7:1:2": "unknown",
    "203.0.113.0/24": "unknown",
    "203.0.113": "unknown",
    "203.0.113.07": "unknown",
    "999.0.0.1": "unknown",
    "bob@contoso.example": "unknown",
    "unknown": "unknown",
    "_hidden": "unknown",
    "%" * 5000: "unknown",
    "[" * 5000: "unknown",
    "\ud800": "unknown",
}


@pytest.mark.parametrize(("forwarded_for", "source"), SOURCES.items(), ids=[text[:40] for text in SOURCES])
def test_a_source_is_the_network_that_the_front_end_saw(forwarded_for: str, source: str) -> None:
    assert source_of(forwarded_for) == source


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Budgets:
    monkeypatch.setattr(budgets, "PER_SOURCE", 3)
    monkeypatch.setattr(budgets, "PER_ADDRESS", 2)
    monkeypatch.setattr(budgets, "MOST_KEYS", 10)
    return Budgets()


@pytest.fixture(scope="module")
def outside() -> World:
    return World(environment())


def test_what_is_spent_is_forgotten_when_the_minute_ends(small: Budgets) -> None:
    clock = StandingClock(NOON.replace(second=45))
    for _ in range(3):
        small.spend_source("203.0.113.7", clock)

    with pytest.raises(TooManyRequests) as refused:
        small.spend_source("203.0.113.9", clock)
    assert refused.value.retry_after == 15
    small.spend_source("198.51.100.7", clock)

    clock.advance(seconds=15)
    small.spend_source("203.0.113.7", clock)


def test_an_address_is_one_however_it_is_written(small: Budgets, outside: World) -> None:
    identities, clock = outside.services.identities, outside.clock
    for spelling in ("bob@contoso.example", " BOB@Contoso.example "):
        small.spend_address(spelling, identities, clock)

    with pytest.raises(TooManyRequests):
        small.spend_address("Bob@contoso.example", identities, clock)
    small.spend_address("alice@contoso.example", identities, clock)
    with pytest.raises(AddressInvalid):
        small.spend_address("no address", identities, clock)


def kept(small: Budgets) -> Iterator[str]:
    """Every key that is held in memory."""
    for budget in (small._sources, small._addresses):  # noqa: SLF001 - what is kept has no door, and needs none
        yield from budget._spent  # noqa: SLF001 - the same


def test_what_is_kept_names_nobody(small: Budgets, outside: World) -> None:
    small.spend_source("203.0.113.7:51234", outside.clock)
    small.spend_source("[2001:db8:1:2::3]:443", outside.clock)
    small.spend_address("bob@contoso.example", outside.services.identities, outside.clock)

    [network, prefix, address] = kept(small)
    assert [network, prefix] == ["203.0.113.0/24", "2001:db8:1::/48"]
    assert [address] == outside.services.identities.of_address("bob@contoso.example")


def test_what_is_kept_is_bounded_within_the_minute_too(small: Budgets, outside: World) -> None:
    for number in range(100):
        small.spend_source(f"2001:db8:{number:x}::1", outside.clock)
        small.spend_address(f"bob{number}@contoso.example", outside.services.identities, outside.clock)

        assert len([*kept(small)]) <= 2 * 10


@pytest.mark.usefixtures("small")
def test_an_address_that_is_asked_for_too_often_is_refused_until_the_minute_ends(world: World) -> None:
    with serving(lambda: world.services) as base:
        for _ in range(2):
            assert question(base, "bob@contoso.example").status == 200
        answer = question(base, "Bob@Contoso.example", [*JSON, ORIGIN])

        assert_problem(answer, 429, "TOO_MANY_REQUESTS")
        assert answer.header("retry-after") == ["60"]
        assert answer.header("access-control-allow-origin") == [ORIGIN[1]]
        assert answer.header("access-control-expose-headers") == ["Retry-After"]
        world.clock.advance(seconds=60)
        assert question(base, "bob@contoso.example").status == 200


@pytest.mark.usefixtures("small")
def test_a_network_spends_with_bad_questions_too_and_cannot_call_itself_another(world: World) -> None:
    with serving(lambda: world.services) as base:
        for number in range(3):
            spoofed = ("X-Forwarded-For", f"198.51.{number}.1")
            assert ask(base, "POST", LICENSE, [*JSON, spoofed], b"?").status == 400

        assert_problem(question(base, "bob@contoso.example"), 429, "TOO_MANY_REQUESTS")
        # Keys and health are for everybody, always.
        assert ask(base, "GET", "/.well-known/jwks.json").status == 200
        assert ask(base, "GET", "/api/health").status == 200


def test_the_budgets_are_generous() -> None:
    assert budgets.PER_SOURCE >= 1000
    assert budgets.PER_ADDRESS >= 10
    assert budgets.MOST_KEYS * len(json.dumps("k1." + "f" * 64)) < 10 * 1024 * 1024
