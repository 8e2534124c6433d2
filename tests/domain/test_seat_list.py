"""The list of seats as an administrator sees it: searched, sorted, page by page, without the day of last use."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.records import Seat
from shared.domain.seat_list import Sort, Wanted, page_of
from tests.world import NOON, TENANT

DAY = date(2026, 3, 2)


def seat(name: str, *addresses: str, ends: int = 0, assigned: int = 0) -> Seat:
    return Seat(
        tenant=TENANT,
        object_id=name,
        name=name,
        addresses=addresses or (f"{name.lower()}@contoso.example",),
        hints=(),
        assigned_on=DAY + timedelta(days=assigned),
        ends_at=NOON + timedelta(days=ends) if ends else None,
    )


SEATS = {
    "seat.1": seat("Bob", "z@contoso.example", assigned=2),
    "seat.2": seat("alice", ends=3),
    "seat.3": seat("Çelik", "c.work@contoso.example", "mail@contoso.example", assigned=1),
    "seat.4": seat("Ｂob", ends=1),
}


def names(search: str = "", sort: Sort = "name") -> list[str]:
    return [shown.key[-1] for shown in page_of(SEATS, Wanted(search, sort)).seats]


@pytest.mark.parametrize(
    ("sort", "order"), [("name", "2143"), ("address", "2314"), ("assigned", "1324"), ("ends", "4213")]
)
def test_the_list_is_sorted_as_asked_and_equals_stay_in_order(sort: Sort, order: str) -> None:
    assert "".join(names(sort=sort)) == order
    assert "".join(names(sort=f"-{sort}")) == order[::-1]  # type: ignore[arg-type] # it is one of them


@pytest.mark.parametrize(
    ("search", "found"),
    [("", "2143"), ("BOB", "14"), ("çel", "3"), ("mail@", "3"), ("work çelik", "3"), ("work bob", ""), ("=1", "")],
)
def test_every_word_is_searched_in_names_and_addresses(search: str, found: str) -> None:
    assert "".join(names(search)) == found


@given(st.integers(0, 40), st.integers(1, 12))
def test_the_pages_together_are_the_list_each_seat_once(number: int, size: int) -> None:
    seats = {f"seat.{place:02}": seat(f"Person {place % 7}") for place in range(number)}
    after, seen = "", list[str]()
    for _ in range(number + 1):
        page = page_of(seats, Wanted(after=after, size=size))
        assert (page.found, page.begins_at) == (number, len(seen))
        seen += [shown.key for shown in page.seats]
        after = page.next
        if not after:
            break

    assert seen == [shown.key for shown in page_of(seats, Wanted(size=number + 1)).seats]


def test_a_page_goes_on_where_it_was_though_its_last_seat_is_gone() -> None:
    first = page_of(SEATS, Wanted(size=2))
    left = {key: found for key, found in SEATS.items() if key != first.seats[-1].key}

    assert [shown.key for shown in page_of(left, Wanted(after=first.next, size=2)).seats] == ["seat.3"]
    assert first.next == "2.seat.1"


@pytest.mark.parametrize("after", ["x", "-1", "٣.seat.9", "9999999999999.", ".", "1e3.seat"])
def test_a_cursor_that_is_none_begins_at_the_beginning(after: str) -> None:
    assert page_of(SEATS, Wanted(after=after)).begins_at == 0


def test_a_cursor_behind_the_end_shows_nothing() -> None:
    assert page_of(SEATS, Wanted(after="99.seat.9")).seats == ()


def test_what_is_shown_has_no_day_of_last_use() -> None:
    used = SEATS["seat.1"].model_copy(update={"last_used": date(1999, 9, 9)})

    [shown] = page_of({"seat.1": used}, Wanted()).seats

    assert {name for name in dir(shown) if not name.startswith("_")} == {
        *("key", "name", "addresses", "assigned_on", "ends_at", "kept")
    }
