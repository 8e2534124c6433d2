"""Entra's public keys, kept for a day and asked for again when a new one appears.

PyJWT's own client fetches past the one door for outgoing calls and fails when its cache has aged and Entra is away.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from shared.deadline import holding
from shared.domain.errors import Unavailable
from shared.web import Call, Unreachable, Web

_KEPT = timedelta(hours=24)
_SERVED_STALE = timedelta(hours=48)
_COOLDOWN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class EntraKey:
    """A key, and whom it may sign for: issuers by name, or with `{tenantid}` where the tenant goes.

    https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
    """

    public: jwt.PyJWK
    issuers: frozenset[str]

    def may_sign_for(self, issuer: str, tenant: str) -> bool:
        """Whether a token of this issuer about this tenant may be signed with it."""
        return any(template.replace("{tenantid}", tenant) == issuer for template in self.issuers)


class EntraKeys:
    """The keys of one authority by their id."""

    def __init__(self, web: Web, url: str) -> None:
        self._web = web
        self._url = url
        self._lock = threading.Lock()
        self._keys: dict[str, EntraKey] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._failed = False

    def key(self, kid: str, now: datetime) -> EntraKey | None:
        """The key of that id; None if Entra has none. Raises Unavailable where it cannot be known."""
        with holding(self._lock):
            if self._is_older_than(_KEPT, now) or kid not in self._keys:
                self._refresh(now)
            if self._is_older_than(_SERVED_STALE, now) or (self._failed and kid not in self._keys):
                raise Unreachable
            return self._keys.get(kid)

    def _is_older_than(self, age: timedelta, now: datetime) -> bool:
        return self._fetched_at is None or now - self._fetched_at > age

    def _refresh(self, now: datetime) -> None:
        # Ids are made up by whoever calls us; they must not make us call Entra each time.
        if self._asked_at is not None and now - self._asked_at < _COOLDOWN:
            return
        self._asked_at = now
        try:
            self._keys = _read(self._web.call(Call("GET", self._url)).json())
        except Unavailable:
            # What is known goes on being good for a while, but says nothing of a key that is not.
            self._failed = True
            return
        self._fetched_at, self._failed = now, False


def _read(document: object) -> dict[str, EntraKey]:
    try:
        listed = document["keys"] if isinstance(document, dict) else []
        keys = jwt.PyJWKSet(listed).keys
    except (jwt.PyJWTError, AttributeError, KeyError, TypeError, ValueError):
        raise Unreachable from None
    # PyJWT does not tell this member.
    issuers: defaultdict[str, set[str]] = defaultdict(set)
    for entry in listed:
        issuers[str(entry.get("kid"))].add(str(entry.get("issuer", "")))
    return {
        key.key_id: EntraKey(key, frozenset(issuers[key.key_id]))
        for key in keys
        if key.key_id and key.key_type == "RSA"
    }
