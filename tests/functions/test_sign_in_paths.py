"""Where a sign-in may lead back to: a page of this site, and nowhere else."""

import time

import pytest

from functions.sign_in.paths import page_of_ours, purpose_of


@pytest.mark.parametrize(
    "then", ["/", "/seats", "/account", "/fr/seats", "/buy?plan=team&_ptxn=txn_01h", "/privacy/", "/fr", "/sign"]
)
def test_pages_of_ours_are_returned_to(then: str) -> None:
    assert page_of_ours(then) == then


@pytest.mark.parametrize(
    "then",
    [
        "",
        "seats",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\evil.example",
        "\\\\evil.example",
        "/seats//evil.example",
        "https:evil.example",
        "https://evil.example/",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/%2f/evil.example",
        "/%5cevil.example",
        "%2F%2Fevil.example",
        "/seats\r\nSet-Cookie: a=b",
        "/seats\n",
        "/seats%0d%0aX:y",
        "/\t/evil.example",
        "/seats ",
        " /seats",
        "/seats#x",
        "/@evil.example",
        "/seats;x",
        "/sé",
        "/\uff0fevil.example",
        "/?then=https://evil.example",
        "/sign-in",
        "/sign-in/callback?code=x",
        "/SIGN-IN",
        "/fr/sign-in",
        "/sign-out",
        "/api/seats/export",
        "/" + "a" * 200,
    ],
)
def test_everything_else_is_the_start_page(then: str) -> None:
    assert page_of_ours(then) == "/"


def test_a_long_text_takes_no_longer() -> None:
    began = time.monotonic()

    assert page_of_ours("/" + "a/" * 99 + "!") == "/"
    assert page_of_ours("/a" * 500_000 + "!") == "/"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("then", ["/buy", "/buy?plan=team", "/landing", "/fr/buy", "/DE/landing/"])
def test_who_buys_or_activates_signs_in_for_that(then: str) -> None:
    assert purpose_of(then) == "buy"


@pytest.mark.parametrize("then", ["/", "/seats", "/account", "/fr", "/fr/seats", "/privacy", "/buys", "/x/buy"])
def test_everybody_else_visits(then: str) -> None:
    assert purpose_of(then) == "visit"
