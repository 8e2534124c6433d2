"""Several subscriptions for one person: the best wins by a written rule, in whatever order they are found."""

import itertools
from datetime import timedelta

import pytest

from shared.domain.entitlement import NONE, Code, Entitlement, best
from tests.domain.test_entitlement import BUSINESS, TEAM, TERMS
from tests.world import NOON

SOONER, LATER = NOON + timedelta(days=1), NOON + timedelta(days=2)

# From worst to best: code, then plan, then end, then the subscription's name.
RANKED = [
    ("paddle.z", NONE),
    ("paddle.y", Entitlement(Code.GRACE, TEAM, SOONER)),
    ("paddle.x", Entitlement(Code.GRACE, TEAM, LATER)),
    ("paddle.w", Entitlement(Code.GRACE, BUSINESS, SOONER)),
    ("paddle.v", Entitlement(Code.LICENSED, TEAM, SOONER)),
    ("paddle.u", Entitlement(Code.LICENSED, TEAM, SOONER + timedelta(microseconds=1))),
    ("paddle.t", Entitlement(Code.LICENSED, TEAM, LATER)),
    ("paddle.s", Entitlement(Code.LICENSED, TEAM, None)),
    ("paddle.b", Entitlement(Code.LICENSED, BUSINESS, SOONER)),
    ("paddle.c", Entitlement(Code.LICENSED, BUSINESS, SOONER)),
]


@pytest.mark.parametrize(("worse", "better"), [*itertools.combinations(RANKED, 2)])
def test_of_two_the_better_wins(worse: tuple[str, Entitlement], better: tuple[str, Entitlement]) -> None:
    assert best([worse, better], TERMS) is better[1]
    assert best([better, worse], TERMS) is better[1]


@pytest.mark.parametrize("chosen", [*itertools.combinations(RANKED, 4)])
def test_the_order_in_which_they_are_found_does_not_matter(chosen: tuple[tuple[str, Entitlement], ...]) -> None:
    answers = {id(best([*order], TERMS)) for order in itertools.permutations(chosen)}

    assert answers == {id(chosen[-1][1])}


def test_of_equals_the_same_one_wins_each_time() -> None:
    first, second = Entitlement(Code.LICENSED, TEAM), Entitlement(Code.LICENSED, TEAM)

    assert best([("paddle.a", first), ("paddle.b", second)], TERMS) is second
    assert best([("paddle.b", second), ("paddle.a", first)], TERMS) is second


def test_nothing_found_is_a_no() -> None:
    assert best([], TERMS) is NONE
