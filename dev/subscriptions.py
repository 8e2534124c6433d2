"""Which subscriptions there are: what the Paddle stand-in knows of them, and to whom they belong here."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dev.desk import Desk
from dev.trouble import Trouble
from shared.domain.records import Subscription
from shared.services import utc_now
from shared.storage import keys

Entity = dict[str, Any]

_FOR_WHOM = {"organisation": "for the organisation", "person": "for the buyer alone", "": "unclaimed"}


def known(desk: Desk) -> Sequence[Entity]:
    """Every one, in the order of purchase. Raises Trouble."""
    every: list[Entity] = desk.vendor("paddle").do("subscriptions")
    return every


def find(desk: Desk, id: str | None) -> Entity:  # noqa: A002 - what Paddle calls it
    """The subscription of that id; without one, the organisation's: its first that still lives, else its last.

    Raises Trouble.
    """
    every = known(desk)
    if id is not None:
        found = next((each for each in every if each["id"] == id), None)
        if found is None:
            raise Trouble(f"There is no subscription {id}: list them with the command subscriptions.")
        return found
    last = None
    for each in every:
        if _header(desk, each).owner_kind == "organisation":
            if each["status"] != "canceled":
                return each
            last = each
    if last is None:
        raise Trouble("There is no subscription yet: make one with the command purchase.")
    return last


def partition(desk: Desk, subscription: str | None) -> str:
    """What the server calls a subscription: of Paddle's by its id, of any marketplace by its whole name."""
    return subscription if subscription and "." in subscription else f"paddle.{find(desk, subscription)['id']}"


def describe(desk: Desk, it: Entity) -> str:
    """A subscription in two lines."""
    header, [item, *_] = _header(desk, it), it["items"]
    plan = json.loads(desk.env["PADDLE_PRICES"]).get(item["price"]["id"], "another product")
    seats = "1 seat" if item["quantity"] == 1 else f"{item['quantity']} seats"
    status = "cancelled" if it["status"] == "canceled" else it["status"].replace("_", " ")
    facts = [plan, seats, _FOR_WHOM[header.owner_kind], status]
    if it["scheduled_change"]:
        facts.append(f"ending on {_day(datetime.fromisoformat(it['scheduled_change']['effective_at']))}")
    if header.paid_through and it["status"] != "canceled":
        facts.append(f"{'paid' if header.paid_through > utc_now() else 'was paid'} through {_day(header.paid_through)}")
    return f"{it['id']}\n  {', '.join(facts)}"


def is_still_paid(it: Entity) -> bool:
    """Whether the period that could not be charged is yet to begin."""
    return datetime.fromisoformat(it["current_billing_period"]["starts_at"]) > utc_now()


def _header(desk: Desk, it: Entity) -> Subscription:
    stored = desk.services.tables.read(keys.subscription(f"paddle.{it['id']}"))
    return stored.record if stored else Subscription()


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).day} {moment:%B %Y}"
