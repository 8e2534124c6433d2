"""What is handed to a browser so that only we can read it again, and only for a while."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.domain.keys import HashKey, in_use
from shared.ports import Clock


class Sealer:
    """Seals by the newest key in use, and opens by all, also those that other instances use already."""

    def __init__(self, keys: Sequence[HashKey], clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def seal(self, purpose: str, content: Mapping[str, Any]) -> str:
        """Unpadded base64url. What is sealed for one purpose opens for no other."""
        told = json.dumps([purpose, content], separators=(",", ":")).encode()
        return self._fernet().encrypt_at_time(told, self._now()).decode().rstrip("=")

    def open(self, purpose: str, sealed: str, lasts: timedelta) -> dict[str, Any] | None:
        """The content; None for what is old, was not sealed by us, or not for this purpose."""
        padded = (sealed + "=" * (-len(sealed) % 4)).encode(errors="replace")
        try:
            told = self._fernet().decrypt_at_time(padded, int(lasts.total_seconds()), self._now())
        except InvalidToken:
            return None
        made_for, content = json.loads(told)
        return content if made_for == purpose else None

    def _fernet(self) -> MultiFernet:
        writing = in_use(self._keys, self._clock().timestamp())
        reading = [key for key in self._keys if key not in writing]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key.key)) for key in (*writing, *reading)])

    def _now(self) -> int:
        return int(self._clock().timestamp())
