"""The commands that play Paddle: something happens to a subscription, and its events go to the running server."""

import json
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime

from dev.desk import Desk
from dev.paddle import stories
from dev.paddle.delivery import arrange, deliver
from dev.paddle.payloads import Payload
from dev.paddle.subscription import PERIOD, Buyer, Subscription, buy
from dev.people import ALICE
from dev.trouble import Trouble
from shared.domain.records import OwnerKind
from shared.operations.open_account import open_account
from shared.operations.open_checkout import open_checkout
from shared.services import utc_now

_OK = 200
_FOR_WHOM: Mapping[Buyer, str] = {
    "organisation": "for the organisation",
    "person": "for the buyer alone",
    "somebody": "with a given reference",
    "nobody": "unclaimed",
}
_PLAIN = {"order": "told", "twice": False, "delay": 0.0}


def purchase(desk: Desk, chosen: Namespace) -> None:
    """Buy, at a checkout that Alice began unless told otherwise. Raises Trouble."""
    price = _price(desk.env, chosen.plan)
    buyer: Buyer = "somebody" if chosen.reference else chosen.buyer
    reference = _begin_checkout(desk, buyer) if buyer in {"person", "organisation"} else chosen.reference
    seats = chosen.seats or (1 if buyer == "person" else 5)
    now = utc_now()
    bought = buy(buyer, reference, price, chosen.plan, seats, now - PERIOD if chosen.month_ago else now)
    desk.books.subscriptions[bought.id] = bought
    _tell(desk, bought, stories.purchase(bought, bought.bought_at), chosen)


def buy_for_demo(desk: Desk) -> Subscription:
    """The demo organisation's purchase, a period ago, so that a renewal is due. Raises Trouble."""
    wanted = {"buyer": "organisation", "seats": 5, "plan": "team", "reference": None, "month_ago": True, "quiet": True}
    purchase(desk, Namespace(**wanted, **_PLAIN))
    return desk.books.find(None)


def play(desk: Desk, chosen: Namespace) -> None:
    """Play the story that the command names. Raises Trouble."""
    played = desk.books.find(chosen.subscription)
    _tell(desk, played, stories.STORIES[chosen.command](played, utc_now()), chosen)


def change_seats(desk: Desk, chosen: Namespace) -> None:
    """Buy more seats, or give some up. Raises Trouble."""
    changed = desk.books.find(chosen.subscription)
    _tell(desk, changed, stories.change_seats(changed, utc_now(), chosen.seats), chosen)


def show_subscriptions(desk: Desk, _chosen: Namespace) -> None:
    """Say what the stand-in knows. Raises Trouble."""
    acted_on = desk.books.find(None)
    for known in desk.books.subscriptions.values():
        print(f"{describe(known, utc_now())}{'  <- acted on by default' if known is acted_on else ''}")


def describe(it: Subscription, now: datetime) -> str:
    """A subscription in two lines."""
    seats = "1 seat" if it.seats == 1 else f"{it.seats} seats"
    status = "cancelled" if it.status == "canceled" else it.status.replace("_", " ")
    facts = [it.plan, seats, _FOR_WHOM[it.buyer], status]
    if it.cancels:
        facts.append(f"ending on {_day(it.period_end)}")
    if it.paid_through and it.status != "canceled":
        facts.append(f"{'paid' if it.paid_through > now else 'was paid'} through {_day(it.paid_through)}")
    return f"{it.id}\n  {', '.join(facts)}"


def _tell(desk: Desk, it: Subscription, events: Sequence[Payload], chosen: Namespace) -> None:
    """Paddle knows first; then it tells. Raises Trouble."""
    desk.books.save(desk.place.paddle)
    deliveries = arrange(events, chosen.order, twice=chosen.twice)
    if chosen.delay:
        print(f"  delivered in {chosen.delay:g} seconds…", flush=True)
        time.sleep(chosen.delay)
    secret = desk.env["PADDLE_WEBHOOK_SECRETS"].partition(",")[0].strip()
    refused = 0
    for kind, status in deliver(desk.server, secret, deliveries, utc_now):
        refused += status != _OK
        if not chosen.quiet:
            print(f"  {kind:<24} {status}")
    if refused:
        raise Trouble(f"{refused} of {len(deliveries)} deliveries were not taken; Paddle would try them again.")
    if not chosen.quiet:
        print(describe(it, utc_now()))
        _say_if_nothing_shows(it)


def _say_if_nothing_shows(it: Subscription) -> None:
    if it.status == "past_due" and it.period_start > utc_now():
        print(f"  Since it is paid through {_day(it.period_start)}, licenses change only then.")


def _begin_checkout(desk: Desk, buyer: Buyer) -> str:
    kind: OwnerKind = "person" if buyer == "person" else "organisation"
    account = open_account(desk.services, ALICE.person, ALICE.name, ALICE.addresses)
    return open_checkout(desk.services, account, kind)


def _price(env: Mapping[str, str], plan: str) -> str:
    prices: dict[str, str] = json.loads(env["PADDLE_PRICES"])
    for price, sold in prices.items():
        if sold == plan:
            return price
    raise Trouble(f"There is no plan {plan}: there are {', '.join(sorted(set(prices.values())))}.")


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
