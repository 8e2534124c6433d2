"""How things are named across the server: ids that marketplaces made, and references that we made."""

import re

from shared.domain.errors import EventMalformed

_VENDOR_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_SUBSCRIPTION_ID = re.compile(r"[a-z]{1,32}\.[A-Za-z0-9_-]{1,128}", re.ASCII)
_SEAT_KEY = re.compile(r"seat\.[0-9a-f]{64}", re.ASCII)
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_REFERENCE = re.compile(r"ref_[0-9a-f]{32}", re.ASCII)


def vendor_id(text: str) -> str:
    """An id that a marketplace made, fit to be a key. Raises EventMalformed for what could not be one."""
    if not _VENDOR_ID.fullmatch(text):
        raise EventMalformed
    return text


def subscription_id(marketplace: str, text: str) -> str:
    """What names a subscription everywhere: `<marketplace>.<the marketplace's id>`. Raises EventMalformed."""
    return f"{marketplace}.{vendor_id(text)}"


def is_subscription(text: str) -> bool:
    """Whether a text that came from a browser could name a subscription; one that could not is not looked up."""
    return _SUBSCRIPTION_ID.fullmatch(text) is not None


def is_seat_key(text: str) -> bool:
    """Whether a text that came from a browser could be the row key of a seat."""
    return _SEAT_KEY.fullmatch(text) is not None


def object_id(text: str) -> str:
    """An object id of a directory that came from a browser; empty where it could be none."""
    lowered = text.strip().lower()
    return lowered if _OBJECT_ID.fullmatch(lowered) else ""


def new_reference(random_hex: str) -> str:
    """A checkout's reference over 32 random hex digits."""
    return f"ref_{random_hex}"


def is_reference(text: object) -> bool:
    """Whether a text could be a reference of ours; one that could not is not looked up."""
    return isinstance(text, str) and _REFERENCE.fullmatch(text) is not None
