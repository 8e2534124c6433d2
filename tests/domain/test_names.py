"""Ids that marketplaces made become keys only if storage takes them; only our own references are looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import EventMalformed
from shared.domain.names import is_reference, new_reference, subscription_id, vendor_id

REFUSED_BY_STORAGE = ["/", "\\", "#", "?", "\t", "\n", "\r", "\x00", "\x7f", "\x9f", "\ud800"]


@pytest.mark.parametrize("character", [*REFUSED_BY_STORAGE, " ", "%", "'", "+", ".", "é", "٣"])
@pytest.mark.parametrize("text", ["{}", "sub_{}1", "sub_1{}"])
def test_an_id_that_cannot_be_a_key_is_malformed(text: str, character: str) -> None:
    with pytest.raises(EventMalformed):
        vendor_id(text.format(character))


@pytest.mark.parametrize("text", ["", "a" * 129])
def test_an_id_is_neither_empty_nor_endless(text: str) -> None:
    with pytest.raises(EventMalformed):
        vendor_id(text)


@pytest.mark.parametrize("text", ["a", "a" * 128, "sub_01h04vsc0qhwtsbsxh3422wjs4", "ntfsimevt_1", "A-B_c"])
def test_any_other_stays_as_it_is(text: str) -> None:
    assert vendor_id(text) == text
    assert subscription_id("paddle", text) == f"paddle.{text}"


@given(st.text(st.characters()))
def test_whatever_comes_is_a_plain_id_or_malformed(text: str) -> None:
    try:
        found = vendor_id(text)
    except EventMalformed:
        return
    assert found == text
    assert found.isascii()
    assert not set(found) & set(REFUSED_BY_STORAGE)


def test_a_reference_of_ours_is_known_by_its_form() -> None:
    assert is_reference(new_reference("0123456789abcdef" * 2))


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        ["ref_"],
        "",
        "ref_",
        "ref_" + "0" * 31,
        "ref_" + "0" * 33,
        "ref_" + "0" * 32 + "\n",
        "ref_" + "G" * 32,
        "ref_" + "A" * 32,
        "ref_" + "٣" * 32,
        "REF_" + "0" * 32,
    ],
)
def test_nothing_else_is(text: object) -> None:
    assert not is_reference(text)
