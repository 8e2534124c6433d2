"""The part of NCrontab that cronsim reads alike: six fields, seconds first, always UTC."""

import re
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from dev.host.index import AppRefused

_VALUE = r"(\d+|[a-z]{3})"
_ANY_FIELD = rf"(\*|{_VALUE}(-{_VALUE})?)(/\d+)?"
# cronsim would also take 7 for Sunday, and let 5/2 step up to it.
_WEEKDAY = r"([0-6]|[a-z]{3})"
_WEEKDAYS = rf"(\*(/\d+)?|{_WEEKDAY}(-{_WEEKDAY}(/\d+)?)?)"
_EPOCH = datetime.fromtimestamp(0, UTC)


class Schedule:
    """Refuses an expression that the two libraries understand differently, or that NCrontab rejects."""

    def __init__(self, name: str, expression: str) -> None:
        self._expression = expression
        try:
            *others, weekdays = expression.split()
            [_, _, _, days, _] = others
            CronSim(expression, _EPOCH)
        except (ValueError, CronSimError) as error:
            raise AppRefused(f"{name}: the schedule {expression!r} is not six fields of NCrontab.") from error
        if not all(_known(_ANY_FIELD, field) for field in others) or not _known(_WEEKDAYS, weekdays):
            raise AppRefused(f"{name}: the schedule {expression!r} is no NCrontab, or read differently here.")
        if not days.startswith("*") and not weekdays.startswith("*"):
            raise AppRefused(
                f"{name}: the schedule {expression!r} restricts both day-of-month and day-of-week;"
                " Azure wants both to match, where other readers are content with either."
            )

    def after(self, moment: datetime) -> datetime:
        """The first whole second later than this moment at which the schedule is due."""
        return next(CronSim(self._expression, moment.astimezone(UTC)))


def _known(term: str, field: str) -> bool:
    return all(re.fullmatch(term, part, re.IGNORECASE) for part in field.split(","))
