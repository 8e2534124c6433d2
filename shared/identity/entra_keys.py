"""Entra's public keys, kept for a day and asked for again when a new one appears.

PyJWT's own client fetches past the one door for outgoing calls and fails when its cache has aged and Entra is away.
"""

import threading
from datetime import datetime, timedelta

import jwt

from shared.web import Call, Unreachable, Web

_KEPT = timedelta(hours=24)
_SERVED_STALE = timedelta(hours=48)
_COOLDOWN = timedelta(seconds=30)


class EntraKeys:
    """The keys of one authority by their id."""

    def __init__(self, web: Web, url: str) -> None:
        self._web = web
        self._url = url
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None

    def key(self, kid: str, now: datetime) -> jwt.PyJWK | None:
        """The key of that id; None if Entra has none. Raises Unreachable where it cannot be known."""
        with self._lock:
            if self._is_older_than(_KEPT, now) or (kid not in self._keys and self._may_ask(now)):
                self._fetch(now)
            return self._keys.get(kid)

    def _is_older_than(self, age: timedelta, now: datetime) -> bool:
        return self._fetched_at is None or now - self._fetched_at > age

    def _may_ask(self, now: datetime) -> bool:
        # Ids are made up by whoever calls us; they must not make us call Entra each time.
        return self._asked_at is None or now - self._asked_at >= _COOLDOWN

    def _fetch(self, now: datetime) -> None:
        if not self._may_ask(now):
            if self._is_older_than(_SERVED_STALE, now):
                raise Unreachable
            return
        self._asked_at = now
        try:
            answer = self._web.call(Call("GET", self._url))
            self._keys = _read(answer.json())
        except Unreachable:
            if self._is_older_than(_SERVED_STALE, now):
                raise
            return
        self._fetched_at = now


def _read(document: object) -> dict[str, jwt.PyJWK]:
    try:
        keys = jwt.PyJWKSet.from_dict(document if isinstance(document, dict) else {}).keys
    except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
        raise Unreachable from None
    return {key.key_id: key for key in keys if key.key_id}
