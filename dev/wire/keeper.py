"""A stand-in's world in a file, so that it outlives a restart."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dev.trouble import Trouble


class Keeper:
    """One file, written whole or not at all, and only if there is something new to write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = ""
        self._lock = threading.Lock()

    def restore(self, restore: Callable[[dict[str, Any]], None]) -> None:
        """Hand over what was kept, if there is something. Raises Trouble."""
        if not self._path.exists():
            return
        try:
            restore(json.loads(self._path.read_text()))
        except (AttributeError, LookupError, TypeError, ValueError):
            raise Trouble(
                f"{self._path.name} in {self._path.parent} cannot be read: drop the local data with make dev-reset."
            ) from None

    def keep(self, text: str) -> None:
        with self._lock:
            if text == self._written:
                return
            made = self._path.with_suffix(".new")
            made.write_text(text)
            made.replace(self._path)
            self._written = text
