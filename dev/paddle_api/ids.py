"""Ids and moments as Paddle writes them.

Ids: https://developer.paddle.com/api-reference/about/paddle-ids
"""

import itertools
import secrets
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from dev.wire import Clock

# Crockford's letters and digits in their order, so that later ids sort later.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_TICK = timedelta(milliseconds=7, microseconds=310)


class Stamps:
    """Moments of which no two are alike, and ids in the order of the moments."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: datetime | None = None
        self._numbers: Iterator[int] = itertools.count()
        self._lock = threading.Lock()

    def moment(self) -> datetime:
        """Now, or a little after the last."""
        with self._lock:
            now = self._clock()
            self._last = now if self._last is None or now > self._last else self._last + _TICK
            return self._last

    def go_on(self, last: datetime) -> None:
        """Every moment from now on is later than this one."""
        self._last = last

    def id(self, kind: str) -> str:
        milliseconds = int((self._last or self._clock()).timestamp() * 1000)
        return f"{kind}_{_text(milliseconds, 10)}{_text(next(self._numbers), 6)}{_text(secrets.randbits(50), 10)}"


def text(moment: datetime) -> str:
    """In UTC, with as many digits of a second as it takes: none, ``.5`` or ``.00731``."""
    whole, _, fraction = f"{moment:%Y-%m-%dT%H:%M:%S.%f}".partition(".")
    digits = fraction.rstrip("0")
    return f"{whole}.{digits}Z" if digits else f"{whole}Z"


def _text(number: int, length: int) -> str:
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(length)))
