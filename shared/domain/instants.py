"""Points in time: UTC, fixed width in storage, and vendors' timestamps at full precision."""

import re
from datetime import UTC, date, datetime, timedelta

# Fractions of 0 to 9 digits occur in one vendor's events, so these texts do not sort; see `sortable`.
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII
)

_PLAUSIBLE_YEARS = range(2000, 2200)


def parse(text: str) -> datetime:
    """An RFC 3339 timestamp as an aware UTC datetime, cut to microseconds. ValueError if it is none."""
    return _whole_seconds(text) + timedelta(microseconds=int(_fraction(text)[:6]))


def plausible(text: str) -> str:
    """The timestamp itself. ValueError unless a living subscription could bear it: rules add months to it."""
    if parse(text).year not in _PLAUSIBLE_YEARS:
        raise ValueError("not a timestamp of our time")
    return text


def sortable(text: str) -> str:
    """An RFC 3339 timestamp as fixed-width UTC text with nine digits, which sorts as time does."""
    return f"{_naive(_whole_seconds(text)).isoformat()}.{_fraction(text)}Z"


def write_instant(moment: datetime) -> str:
    """How an instant is stored: fixed width, UTC, so that text order is time order."""
    return f"{_naive(moment).isoformat(timespec='microseconds')}Z"


def day_of(moment: datetime) -> date:
    """The UTC day of a moment."""
    return moment.astimezone(UTC).date()


def _naive(moment: datetime) -> datetime:
    # isoformat() pads years below 1000, which strftime() does not everywhere.
    return moment.astimezone(UTC).replace(tzinfo=None)


def _match(text: str) -> re.Match[str]:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 timestamp")
    return match


def _fraction(text: str) -> str:
    return (_match(text)[3] or "").ljust(9, "0")


def _whole_seconds(text: str) -> datetime:
    day, time, _, sign, hours, minutes = _match(text).groups()
    moment = datetime.fromisoformat(f"{day}T{time}+00:00")
    if sign is None:
        return moment
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        return moment - offset if sign == "+" else moment + offset
    except OverflowError as error:
        raise ValueError("not an RFC 3339 timestamp") from error
