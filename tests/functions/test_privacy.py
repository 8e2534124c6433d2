"""The notice at collection says of every stored field what its annotation says, and of the past what was."""

from datetime import date, timedelta

import pytest

from functions.pages import LANGUAGES
from shared.domain.inventory import Category, Held, Past, Purpose, Recipient
from shared.domain.notice import entries, listed_past, summaries
from shared.domain.records import RECORDS, Record, held_fields
from tests.functions.reading import Page, read
from tests.runtime.asking import ask
from tests.world import NOON

ALL: tuple[type[Record], ...] = (Record, *RECORDS)
ENDED = Past(Category.USAGE, Purpose.ORDER_OF_SURPLUS, Recipient.VENDOR, date(2026, 3, 2))


def rows(page: Page) -> list[list[str]]:
    """The cells of every row that describes something."""
    found = []
    for row in page.all("tr"):
        cells = [" ".join("".join(cell.itertext()).split()) for cell in row]
        if row[-1].tag.endswith("td"):
            found.append(cells)
    return found


def said(held: Held) -> list[str]:
    words = [held.category, held.purpose, held.basis, held.source, held.recipients, held.keep]
    return [*(word.value for word in words), "yes" if held.exported else "no"]


def test_every_stored_field_is_told_with_all_that_is_said_of_it(quiet: str) -> None:
    page = read(ask(quiet, "GET", "/privacy"))

    told = [(field, cells[1:]) for cells in rows(page) if len(cells) == 8 for field in cells[0].split(", ")]
    expected = [
        (name, said(held))
        for record in ALL
        for name, held in held_fields(record).items()
        if record is Record or name not in Record.model_fields
    ]
    assert sorted(told) == sorted(expected)


def test_every_category_is_summed_up(quiet: str) -> None:
    page = read(ask(quiet, "GET", "/privacy"))

    [usage] = [cells for cells in rows(page) if cells[0] == Category.USAGE.value]
    assert (
        usage[1:]
        == said(held_fields(next(record for record in RECORDS if record.__name__ == "Seat"))["last_used"])[1:-1]
    )
    assert [cells[0] for cells in rows(page) if len(cells) == 6] == [found.category.value for found in summaries()]


def test_nothing_that_is_said_of_a_field_is_lost_in_the_summary() -> None:
    told = {found.category: found for found in summaries()}

    for each in (entry.held for found in entries().values() for entry in found):
        summary = told[each.category]
        assert each.purpose in summary.purposes
        assert each.basis in summary.bases
        assert each.source in summary.sources
        assert each.recipients in summary.recipients
        assert each.keep in summary.keeps


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_record_has_its_title_in_each_language(quiet: str, language: str) -> None:
    page = read(ask(quiet, "GET", f"/{language}/privacy"))

    titles = ["".join(element.itertext()) for element in page.all("summary")]
    assert len(titles) == len(set(titles)) == len(ALL)


@pytest.mark.parametrize(
    "says",
    [
        "Responsible for it is Vendor OÜ, Estonia.",
        "the marketplace that you buy from",
        "Nothing is sold, nothing is shared for advertising",
        "a supervisory authority: the one of Estonia",
        "the attorney general",
        "somebody decides who had no part in it",
        "written authorisation",
        "In the last twelve months nothing was kept that is not listed above.",
        "for ten minutes",
    ],
)
def test_the_page_says_what_it_must(quiet: str, says: str) -> None:
    assert says.lower() in read(ask(quiet, "GET", "/privacy")).text("main").lower()


@pytest.mark.parametrize(("days", "is_listed"), [(0, True), (365, True), (366, False), (800, False)])
def test_a_category_that_is_no_longer_kept_is_listed_for_twelve_months(days: int, is_listed: bool) -> None:  # noqa: FBT001 - a case
    today = ENDED.ended_on + timedelta(days=days)

    assert listed_past(today, [ENDED]) == ([ENDED] if is_listed else [])


def test_a_category_that_is_no_longer_kept_is_told(quiet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.privacy.listed_past", lambda _: [ENDED])

    told = read(ask(quiet, "GET", "/privacy")).text("main")

    assert (
        "last use by day, to tell the vendor of use, and to order surplus seats, seen by the vendor, until 2 March"
        in told
    )
    assert NOON.date() == ENDED.ended_on
