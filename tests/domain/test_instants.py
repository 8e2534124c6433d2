"""Vendors' timestamps at full precision, and how ours are stored."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.instants import day_of, parse, sortable, write_instant

WHOLE = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("digits", range(10))
def test_fractions_of_no_to_nine_digits_are_read_and_sorted(digits: int) -> None:
    text = "2026-03-02T12:00:00" + ("." + "987654321"[:digits] if digits else "") + "Z"

    assert parse(text) == WHOLE + timedelta(microseconds=int("987654321"[:digits].ljust(9, "0")[:6]))
    assert sortable(text) == "2026-03-02T12:00:00." + "987654321"[:digits].ljust(9, "0") + "Z"


def test_more_digits_than_nine_are_cut() -> None:
    assert sortable("2026-03-02T12:00:00.12345678999Z") == "2026-03-02T12:00:00.123456789Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T12:00:00+00:00",
        "2026-03-02T12:00:00-00:00",
        "2026-03-02T17:30:00+05:30",
        "2026-03-01T22:00:00-14:00",
        "2026-03-02t12:00:00z",
    ],
)
def test_every_offset_is_the_same_moment(text: str) -> None:
    assert parse(text) == WHOLE
    assert sortable(text) == "2026-03-02T12:00:00.000000000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-02",
        "2026-03-02T12:00:00",
        "2026-03-02 12:00:00Z",
        "2026-03-02T12:00Z",
        "2026-3-2T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T12:00:60Z",
        "0000-01-01T00:00:00Z",
        "2026-03-02T12:00:00.Z",
        "2026-03-02T12:00:00Z\n",
        " 2026-03-02T12:00:00Z",
        "٢٠٢٦-03-02T12:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "2026-03-02T12:00:00+0000",
    ],
)
def test_what_is_no_timestamp_is_a_value_error(text: str) -> None:
    for read in (parse, sortable):
        with pytest.raises(ValueError, match=r"timestamp|must be|out of range"):
            read(text)


aware = st.datetimes(timezones=st.just(UTC))
nanoseconds = st.integers(0, 999)


def written(moment: datetime, nanos: int, digits: int) -> str:
    fraction = f"{moment.microsecond:06}{nanos:03}"[:digits]
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + ("." + fraction if fraction else "") + "Z"


@given(aware, aware, nanoseconds, nanoseconds)
def test_sortable_texts_sort_as_time_does(one: datetime, other: datetime, nanos: int, more: int) -> None:
    first, second = sortable(written(one, nanos, 9)), sortable(written(other, more, 9))

    assert (first < second) == ((one, nanos) < (other, more))
    assert len(first) == len(second) == 30


@given(aware, nanoseconds, st.integers(0, 9))
def test_what_is_parsed_is_never_later_than_what_was_written(moment: datetime, nanos: int, digits: int) -> None:
    parsed = parse(written(moment, nanos, digits))

    assert parsed <= moment
    assert digits < 6 or parsed == moment


@given(aware, aware)
def test_stored_instants_come_back_and_sort_as_time_does(one: datetime, other: datetime) -> None:
    assert parse(write_instant(one)) == one
    assert (write_instant(one) < write_instant(other)) == (one < other)


def test_an_instant_of_another_zone_is_stored_as_utc() -> None:
    there = WHOLE.astimezone(timezone(timedelta(hours=13)))

    assert write_instant(there) == "2026-03-02T12:00:00.000000Z"
    assert day_of(there) == WHOLE.date()
