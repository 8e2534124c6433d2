"""Webhooks on their way: signed anew at each attempt, tried again, and struck by the faults that were ordered."""

import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict

import requests

from dev.faults import Faults
from dev.wire.clock import Clock

_OK = range(200, 300)
_LONG_AGO = timedelta(days=1)

Payload = dict[str, Any]
# The headers for these bytes, signed at that moment, by the vendor or by somebody else.
Sign = Callable[[bytes, datetime, bool], Mapping[str, str]]


class Attempt(NamedTuple):
    """``status`` is none when there was no answer, and for what was dropped on the way."""

    what: str
    status: int | None
    at: datetime
    dropped: bool = False
    number: int = 0


class Report(TypedDict):
    """What became of the webhooks since one of them: ``next`` is the number of the one that is yet to come."""

    next: int
    attempts: list[dict[str, object]]
    unattempted: list[int]


@dataclass
class Delivery:
    """``answered`` hears of each attempt and answers whether to try no more; ``number`` tells them apart."""

    what: str
    payload: Payload
    answered: Callable[[Attempt], bool] = lambda _: False
    attempts: int = 0
    due: datetime | None = None
    drop: bool = False
    malformed: bool = False
    expired: bool = False
    forged: bool = False
    number: int = 0


@dataclass(frozen=True)
class Habits:
    """How one vendor delivers: how long it waits for an answer, and before the attempt after so many."""

    kind_member: str
    patience: float
    wait: Callable[[int], timedelta | None]


class Outbox:
    """To ``url``, once one is set. What is due leaves when something is posted, and at each ``tick``."""

    def __init__(self, clock: Clock, faults: Faults, habits: Habits, sign: Sign) -> None:
        self.url: str | None = None
        self.attempts: list[Attempt] = []
        self._clock, self._faults, self._habits, self._sign = clock, faults, habits, sign
        self._waiting: list[Delivery] = []
        self._held: list[Delivery] = []
        self._lock = threading.Lock()
        self._last = 0
        self._session = requests.Session()
        self._session.trust_env = False

    def post(self, deliveries: Sequence[Delivery]) -> None:
        """All of them in this order, unless a fault has it otherwise."""
        ahead: list[Delivery] = []
        behind: list[Delivery] = []
        shuffled = False
        for delivery in deliveries:
            delivery.due = self._clock()
            with self._lock:
                delivery.number = self._last = self._last + 1
            struck = self._faults.strike("webhooks", delivery.what)
            if "delay" in struck:
                delivery.due += timedelta(seconds=struck["delay"].seconds)
            if "unknown" in struck:
                delivery.payload = {**delivery.payload, self._habits.kind_member: "undocumented"}
            delivery.drop, delivery.malformed = "drop" in struck, "malformed" in struck
            delivery.expired, delivery.forged = "expired" in struck, "forged" in struck
            shuffled |= "shuffle" in struck
            place = behind if "reorder" in struck else ahead
            place.extend([delivery] * (2 if "duplicate" in struck else 1))
        if shuffled:
            secrets.SystemRandom().shuffle(ahead)
        with self._lock:
            # One that is alone waits for the next to overtake it.
            if ahead or len(behind) > 1:
                self._waiting += [*ahead, *reversed(behind), *self._held]
                self._held = []
            else:
                self._held += behind
        self.tick()

    def release(self) -> None:
        """What waits to be overtaken leaves."""
        with self._lock:
            self._waiting, self._held = self._waiting + self._held, []
        self.tick()

    def tick(self) -> None:
        """Attempt what is due by now, once each."""
        if self.url is None:
            return
        now = self._clock()
        with self._lock:
            due = [one for one in self._waiting if one.due is None or one.due <= now]
            self._waiting = [one for one in self._waiting if one not in due]
        for one in due:
            self._attempt(one, self.url)

    @property
    def waiting(self) -> list[Delivery]:
        with self._lock:
            return [*self._waiting, *self._held]

    def report(self, since: int = 0) -> Report:
        """Of each attempt, and of what was not attempted yet."""
        waiting = {one.number for one in self.waiting if one.number >= since and not one.attempts}
        tried = [each for each in list(self.attempts) if each.number >= since]
        told = [{**each._asdict(), "at": each.at.isoformat()} for each in tried]
        return Report(next=self._last + 1, attempts=told, unattempted=sorted(waiting))

    def kept(self) -> list[Payload]:
        """What still has to be delivered, to be kept in a file."""
        return [{"what": it.what, "payload": it.payload, "attempts": it.attempts} for it in self.waiting]

    def wait(self, attempts: int) -> timedelta | None:
        """Until the next attempt after so many, or none if that was the last."""
        return self._habits.wait(attempts)

    def close(self) -> None:
        self._session.close()

    def _attempt(self, it: Delivery, url: str) -> None:
        attempt = Attempt(it.what, None if it.drop else self._send(it, url), self._clock(), it.drop, it.number)
        self.attempts.append(attempt)
        it.attempts += 1
        enough = it.answered(attempt)
        pause = self.wait(it.attempts)
        if not enough and not it.drop and attempt.status not in _OK and pause is not None:
            it.due = self._clock() + pause
            with self._lock:
                self._waiting.append(it)

    def _send(self, it: Delivery, url: str) -> int | None:
        body = json.dumps(it.payload).encode()
        if it.malformed:
            body = body[: len(body) // 2]
        signed_at = self._clock() - (_LONG_AGO if it.expired else timedelta())
        headers = {"Content-Type": "application/json", **self._sign(body, signed_at, it.forged)}
        try:
            sent = self._session.post(
                url, data=body, headers=headers, timeout=self._habits.patience, allow_redirects=False
            )
        except requests.RequestException:
            return None
        return sent.status_code
