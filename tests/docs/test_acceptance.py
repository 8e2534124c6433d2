"""The acceptance tables have every row once, and every test that a row names exists."""

import re

import pytest

from tests.docs.pages import read, rows
from tests.docs.test_promises import names_of_tests

NOT_SHOWN = "not shown yet: "
PAGES = {"docs/acceptance-paddle.md": 24, "docs/acceptance-microsoft.md": 24, "docs/acceptance-identity.md": 29}
every_page = pytest.mark.parametrize(("page", "last"), PAGES.items())
every_row = pytest.mark.parametrize(
    ("does", "shows"),
    [pytest.param(does, shows, id=f"{page} {row}") for page in PAGES for row, does, shows in rows(read(page))],
)


@every_page
def test_every_row_is_there_once_and_in_order(page: str, last: int) -> None:
    assert [row for row, *_ in rows(read(page))] == [str(number) for number in range(1, last + 1)]


@every_row
def test_a_row_names_tests_that_exist_or_says_what_is_not_shown_yet(does: str, shows: str) -> None:
    named, _, missing = shows.partition(NOT_SHOWN)
    found = re.findall(r"`(test_\w+)`", named)

    assert does
    assert set(found) - names_of_tests() == set()
    assert len(found) == len(set(found))
    assert found or missing
    assert "`test_" not in missing


@every_page
def test_what_only_the_vendor_can_show_is_listed_with_its_row(page: str, last: int) -> None:
    listed = re.findall(r"^- Row (\d+): ", read(page).partition("## What only")[2], re.MULTILINE)

    assert listed
    assert {int(row) for row in listed} <= set(range(1, last + 1))
    assert len(listed) == len(set(listed))
