"""Whether the app can serve: settings are read by now, so what is left to ask is storage."""

from shared.ports import Outside
from shared.storage import keys


def check_health(outside: Outside) -> None:
    """Raises StorageUnavailable where one read of storage fails."""
    outside.tables.read(keys.subscription("none.health"))
