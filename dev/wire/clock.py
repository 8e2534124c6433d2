"""The stand-ins' own clock: it runs like anyone's until it is told otherwise."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Runs, or stands still at the moment it was given until it is moved."""

    def __init__(self, standing: datetime | None = None) -> None:
        self._standing = standing
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return self._standing or datetime.now(UTC) + self._ahead

    def set(self, now: datetime) -> None:
        """From now on the clock stands still."""
        self._standing = now

    def advance(self, **by: float) -> None:
        """By so many days, hours, minutes, seconds; a running clock goes on running."""
        if self._standing is None:
            self._ahead += timedelta(**by)
        else:
            self._standing += timedelta(**by)
