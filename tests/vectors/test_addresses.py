"""Addresses have one written form, on the server and in add-ins: `addresses.json`."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import AddressInvalid
from shared.domain.people import normalise_address
from tests.vectors.node import in_javascript, load

CASES: list[dict[str, Any]] = load("addresses.json")["cases"]


def normalised(raw: str) -> str | None:
    try:
        return normalise_address(raw)
    except AddressInvalid:
        return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])
def test_each_raw_text_has_the_written_form_of_the_file(case: dict[str, Any]) -> None:
    assert normalised(case["raw"]) == case["normalised"]


def test_javascript_writes_the_same_but_where_the_file_says_why_it_cannot() -> None:
    written = in_javascript("normaliseAddress", [case["raw"] for case in CASES])

    assert written == [case.get("javascript", case["normalised"]) for case in CASES]
    assert all("why" in case and case["javascript"] != case["normalised"] for case in CASES if "javascript" in case)


def test_the_file_explains_every_case_and_repeats_none() -> None:
    assert all(set(case) - {"javascript", "why"} == {"note", "raw", "normalised"} for case in CASES)
    assert len({case["raw"] for case in CASES}) == len({case["note"] for case in CASES}) == len(CASES)


def test_wherever_the_server_encodes_a_character_an_add_in_encodes_it_too() -> None:
    # Less Han, Hangul and what nobody may use, which are many and alike.
    points = [*range(0x3100), *range(0xF900, 0x10000), *range(0x10400, 0x10450)]
    known = [chr(point) for point in points if unicodedata.category(chr(point)) != "Cn"]
    local = [f"a{character}b@contoso.example" for character in known]
    domain = [f"x@a{character}b.example" for character in known if character not in "/\\?#"]

    here = [normalised(raw) for raw in local + domain]
    there = in_javascript("normaliseAddress", local + domain)

    assert here[: len(local)] == there[: len(local)]
    pairs = zip(here[len(local) :], there[len(local) :], strict=True)
    assert not [ours for ours, theirs in pairs if ours != theirs and (ours is None or ours.isascii())]


letters = st.characters(exclude_categories=["Cs", "Cn"])
addresses = st.builds("{}@{}.{}".format, st.text(letters), st.text(letters), st.sampled_from(["example", "Example."]))


@given(addresses)
def test_the_written_form_of_a_written_form_is_itself(raw: str) -> None:
    once = normalised(raw)
    if once is not None and unicodedata.is_normalized("NFC", once):
        assert normalised(once) == once


@given(addresses)
def test_what_is_written_has_one_at_and_nothing_invisible_that_ends_a_line(raw: str) -> None:
    once = normalised(raw)
    if once is not None:
        assert once.count("@") == 1
        assert len(once.split()) == len(once.splitlines()) == 1


@given(st.text(st.characters()))
def test_whatever_is_asked_is_an_address_or_refused(raw: str) -> None:
    assert normalised(raw) is None or "@" in raw


plain = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="@"), min_size=1)


@given(plain, plain)
def test_capitals_and_surrounding_space_make_no_difference(local: str, domain: str) -> None:
    written = normalise_address(f"{local}@{domain}")

    assert normalise_address(f"\u3000{local.upper()}@{domain.upper()}\t") == written == f"{local}@{domain}".lower()
