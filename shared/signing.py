"""Keys at work: licenses signed with ES256, and keyed hashes that stand in for people."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import jwt

from shared.domain.entitlement import LONGEST_LICENSE
from shared.domain.keys import HashKey, SigningKey, encode, in_use
from shared.domain.people import Person
from shared.ports import Clock

TYPE = "lic+jwt"

# A license that was signed just before a key was replaced, by an instance whose clock lags.
_STILL_NEEDED = LONGEST_LICENSE + timedelta(hours=1)


def bind(salt: str, address: str) -> str:
    """What ties a license to a normalised address without naming it: SHA-256 over the salt's text and the address."""
    return encode(hashlib.sha256(f"{salt}{address}".encode()).digest())


class LicenseSigner:
    """Signs with the newest key in use and publishes every key that a verifier may meet."""

    def __init__(self, keys: Sequence[SigningKey], clock: Clock) -> None:
        self._keys = keys
        self._private = {key.id: jwt.PyJWK(dict(key.private)) for key in keys}
        self._clock = clock

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact JWS over the claims."""
        key = in_use(self._keys, self._clock().timestamp())[0]
        return jwt.encode(
            dict(claims), self._private[key.id].key, algorithm="ES256", headers={"typ": TYPE, "kid": key.id}
        )

    def published(self) -> list[dict[str, str]]:
        """In use, about to be, or replaced so recently that its licenses still live."""
        now = self._clock().timestamp()
        current = in_use(self._keys, now - _STILL_NEEDED.total_seconds())
        oldest = current[0].use_from if current else 0.0
        return [
            {**key.public, "kid": key.id, "use": "sig", "alg": "ES256"}
            for key in sorted(self._keys, key=lambda key: key.use_from)
            if key.use_from >= oldest
        ]


class KeyedIdentities:
    """Partitions of the people table: key id and HMAC-SHA256, so that they can be re-keyed and name nobody."""

    def __init__(self, keys: Sequence[HashKey], clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def key_ids(self) -> list[str]:
        """The keys that may have written, the one that writes now first."""
        return [key.id for key in self._readable()]

    def of_address(self, address: str) -> list[str]:
        """The partitions of a normalised address, the one to write to first."""
        return self._under_each_key(f"address\0{address}")

    def of_person(self, person: Person) -> list[str]:
        """The partitions of a person, the one to write to first."""
        return self._under_each_key(f"person\0{person.tenant}.{person.object_id}")

    def _readable(self) -> list[HashKey]:
        # A key that is about to be used may be in use on an instance whose clock runs ahead.
        writing = in_use(self._keys, self._clock().timestamp())
        return writing + [key for key in self._keys if key not in writing]

    def _under_each_key(self, text: str) -> list[str]:
        return [f"{key.id}.{hmac.new(key.key, text.encode(), hashlib.sha256).hexdigest()}" for key in self._readable()]
