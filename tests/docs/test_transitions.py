"""The table of what each event means is what the code does, and leaves out no word that a vendor may say."""

import re

import pytest

from shared.marketplaces.microsoft import reading as microsoft
from shared.marketplaces.paddle import events as paddle
from tests.docs.pages import read, rows
from tests.docs.transitions import page

PAGE = read("docs/transitions.md")
REDUNDANT = {"subscription.imported", "subscription.resumed"}


def test_the_page_of_transitions_is_what_the_code_does() -> None:
    assert page() == PAGE


@pytest.mark.parametrize("word", [*paddle._STATUS, *microsoft._STATUS])  # noqa: SLF001 - the vendors' words
def test_every_status_of_a_vendor_has_its_row(word: str) -> None:
    assert len([row for row in rows(PAGE.partition("## Paddle")[0]) if f"`{word}`" in row[1] + row[2]]) == 1


def test_every_kind_of_event_that_is_read_is_told_somewhere() -> None:
    told = " ".join(row[1] for row in rows(PAGE.partition("## Paddle")[2]))
    said = {word.rpartition(".")[2] for word in re.findall(r"`([\w.]+)`", told)}

    assert {kind.partition(".")[2] for kind in paddle.EVENT_TYPES - REDUNDANT} - said == set()
    assert {"ChangePlan", "ChangeQuantity", "Reinstate", "Suspend", "Unsubscribe", "Renew", "Subscribe"} <= said
