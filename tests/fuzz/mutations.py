"""What can be wrong with a JSON document: each place of it missing, null, of another type, repeated, huge, or odd."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.functions.sentinels import ADDRESS, NAME

Path = tuple[str | int, ...]
MISSING, REPEATED = object(), object()
# Stands for what is nested deeper than can be copied, until it is written.
DEEP = "nested without end"
_DEPTH = 20_000

_STATUSES = [
    "active",
    "trialing",
    "past_due",
    "paused",
    "canceled",
    "inactive",
    "levitating",
    "InProgress",
    "Succeeded",
]
_STATUSES += ["Subscribed", " Subscribed ", "Suspended", "Unsubscribed", "NotStarted", "PendingFulfillmentStart"]
_ACTIONS = ["refund", "credit", "chargeback", "chargeback_reverse", "chargeback_warning", "cancel", "pause", "resume"]
_ACTIONS += ["ChangePlan", "ChangeQuantity", "Reinstate", "Suspend", "Subscribe", "Unsubscribe", "Transfer", "teleport"]
_STATES = ["approved", "rejected", "reversed", "pending_approval", "full", "partial", "tax", "proration"]
_ORIGINS = ["web", "api", "subscription_recurring", "subscription_charge", "subscription_payment_method_change"]
_KINDS = [
    "subscription.created",
    "subscription.canceled",
    "transaction.completed",
    "adjustment.updated",
    "customer.updated",
]
_SOLD = ["pri_team", "pri_business", "pri_other", "team", "business", "add-in"]
_WORDS = [*_STATUSES, *_ACTIONS, *_STATES, *_ORIGINS, *_KINDS, *_SOLD]
_TEXTS = [
    "",
    " ",
    "0",
    "-1",
    "1e3",
    "NaN",
    "null",
    "true",
    "\u0000",
    "\ud800",
    "é",
    "\u202e",
    "a/b",
    "a\\b",
    "#",
    "?",
    "'",
]
_TEXTS += ["ntfsimevt_01", "$batch", "..", "ref_" + "0" * 32, "EUR", "XXX", "x" * 129, "x" * 40_000, ADDRESS, NAME]
_TIMES = ["2026-03-02", "2026-03-02T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"]
_TIMES += [
    "2026-02-30T00:00:00Z",
    "1970-01-01T00:00:00+14:00",
    "2026-03-02T12:00:00.1234567890123Z",
    "10000-01-01T00:00:00Z",
]
_NUMBERS: list[float] = [0, 1, -1, 0.5, 1e308, float("nan"), float("inf"), 100_000_000, 100_000_001, 2**31 - 1, 2**31]
_NUMBERS += [2**53, 10**30, 10**400]
_OTHERS: list[object] = [None, True, False, [], {}, [[]], [None], {"id": {"id": 1}}, [1] * 5000]

VALUES: tuple[object, ...] = (MISSING, REPEATED, DEEP, *_OTHERS, *_NUMBERS, *_TIMES, *_TEXTS, *_WORDS)


def places(content: object, here: Path = ()) -> Iterator[Path]:
    """Every place in a document but the whole."""
    pairs: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(content, dict):
        pairs = iter(content.items())
    elif isinstance(content, list):
        pairs = iter(enumerate(content))
    for name, child in pairs:
        yield (*here, name)
        yield from places(child, (*here, name))


def changed(content: object, place: Path, value: object) -> Any:  # noqa: ANN401 - any JSON
    """A copy with another value at a place; where the place is gone already, as it was."""
    copied: Any = copy.deepcopy(content)
    *way, last = place
    spot = copied
    for step in way:
        if not _has(spot, step):
            return copied
        spot = spot[step]
    if not _has(spot, last):
        return copied
    if value is MISSING:
        del spot[last]
    elif value is REPEATED:
        spot[last] = [spot[last], spot[last]] if isinstance(spot, dict) else spot[last]
    else:
        spot[last] = value
    return copied


def random_change(content: object, draw: Random) -> Any:  # noqa: ANN401 - any JSON
    """One to three changes; now and then only personal data beside what is there."""
    for _ in range(draw.choice([0, 1, 1, 1, 2, 3])):
        content = changed(content, draw.choice([*places(content)] or [()]), draw.choice(VALUES)) if content else content
    return content


def written(content: object, draw: Random) -> bytes:
    """As bytes: now and then with every member twice, cut short, in another encoding, or with bytes that are none."""
    text = json.dumps(content).replace(f'"{DEEP}"', "[" * _DEPTH + "]" * _DEPTH)
    match draw.randrange(40):
        case 0:
            text = text.replace('"id": ', '"id": "first", "id": ')
        case 1:
            text = text[: draw.randrange(len(text) + 1)]
        case 2:
            return text.encode("utf-16")
        case 3:
            return text.encode() + b"\xff\xfe"
        case 4:
            return b"\xef\xbb\xbf" + text.encode()
        case _:
            pass
    return text.encode(errors="surrogatepass")


def _has(spot: object, step: str | int) -> bool:
    if isinstance(spot, dict):
        return step in spot
    return isinstance(spot, list) and isinstance(step, int) and step < len(spot)
