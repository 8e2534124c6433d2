"""The commands that play the vendors: something happens there, and its webhooks go to the running server."""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence

from dev.desk import Desk
from dev.people import ALICE
from dev.subscriptions import Entity, describe, find, is_still_paid, known
from dev.trouble import Trouble
from dev.vendor import Attempt, Fault
from shared.domain.records import OwnerKind
from shared.operations.open_account import open_account
from shared.operations.open_checkout import open_checkout

_OK = 200
_COMMANDS: Mapping[str, str] = {
    "fail-renewal": "fail_renewal",
    "schedule-cancel": "schedule",
    "undo-cancel": "undo",
}
_PLAIN = {"order": None, "twice": False, "delay": 0.0}


def purchase(desk: Desk, chosen: Namespace) -> None:
    """Buy, at a checkout that Alice began unless told otherwise. Raises Trouble."""
    reference = chosen.reference
    price = _price(desk.env, chosen.plan)
    if reference is None and chosen.buyer != "nobody":
        reference = _begin_checkout(desk, chosen.buyer)
    bought = {
        "price": price,
        "quantity": chosen.seats or (1 if chosen.buyer == "person" else 5),
        "custom_data": {"ref": reference} if reference else None,
        "months_ago": int(chosen.month_ago),
    }
    _tell(desk, "purchase", bought, chosen)


def buy_for_demo(desk: Desk) -> None:
    """The demo organisation's purchase, a month ago, so that a renewal is due. Raises Trouble."""
    wanted = {"buyer": "organisation", "seats": 5, "plan": "team", "reference": None, "month_ago": True, "quiet": True}
    purchase(desk, Namespace(**wanted, **_PLAIN))


def play(desk: Desk, chosen: Namespace) -> None:
    """Play the story that the command names. Raises Trouble."""
    played = find(desk, chosen.subscription)
    _tell(desk, _COMMANDS.get(chosen.command, chosen.command), {"id": played["id"]}, chosen)


def change_seats(desk: Desk, chosen: Namespace) -> None:
    """Buy more seats, or give some up. Raises Trouble."""
    changed = find(desk, chosen.subscription)
    items = [{"price_id": item["price"]["id"], "quantity": chosen.seats} for item in changed["items"]]
    _tell(desk, "change", {"id": changed["id"], "items": items}, chosen)


def show_subscriptions(desk: Desk, _chosen: Namespace) -> None:
    """Say what the stand-in knows. Raises Trouble."""
    acted_on = find(desk, None)["id"]
    for each in known(desk):
        print(f"{describe(desk, each)}{'  <- acted on by default' if each['id'] == acted_on else ''}")


def play_anything(desk: Desk, chosen: Namespace) -> None:
    """Run any command of a stand-in, or list what there is. Raises Trouble."""
    vendor = desk.vendor(chosen.vendor)
    if chosen.what is None:
        for name, takes in vendor.get("").items():
            print(f"  {name}{takes}")
        return
    answered, webhooks = vendor.tell(chosen.what, dict(chosen.given))
    _show(vendor.attempts(webhooks))
    print(json.dumps(answered, indent=2))


def _tell(desk: Desk, command: str, given: Mapping[str, object], chosen: Namespace) -> None:
    """Paddle knows first; then it tells. Raises Trouble."""
    paddle = desk.vendor("paddle")
    answered, webhooks = paddle.tell(command, given, *_faults(chosen))
    if chosen.delay:
        print(f"  delivered in {chosen.delay:g} seconds…", flush=True)
    attempts = paddle.attempts(webhooks, chosen.delay)
    if not chosen.quiet:
        _show(attempts)
    lost = sum(each["status"] != _OK and not each["dropped"] for each in attempts)
    if lost:
        raise Trouble(f"{lost} of {len(attempts)} deliveries were not taken; Paddle tries them again.")
    if not chosen.quiet:
        _show_what_became(desk, find(desk, answered if command == "purchase" else str(given["id"])))


def _faults(chosen: Namespace) -> Sequence[Fault]:
    ordered: list[Fault] = [{"kind": chosen.order}] if chosen.order else []
    if chosen.twice:
        ordered.append({"kind": "duplicate"})
    if chosen.delay:
        ordered.append({"kind": "delay", "seconds": chosen.delay})
    return ordered


def _show(attempts: Sequence[Attempt]) -> None:
    for each in attempts:
        outcome = "lost on the way" if each["dropped"] else each["status"] or "no answer"
        print(f"  {each['what']:<24} {outcome}")


def _show_what_became(desk: Desk, it: Entity) -> None:
    print(describe(desk, it))
    if it["status"] == "past_due" and is_still_paid(it):
        print("  Since what was paid for still runs, licenses change only then.")


def _begin_checkout(desk: Desk, kind: OwnerKind) -> str:
    account = open_account(desk.services, ALICE.person, ALICE.name, ALICE.addresses)
    return open_checkout(desk.services, account, kind)


def _price(env: Mapping[str, str], plan: str) -> str:
    prices: dict[str, str] = json.loads(env["PADDLE_PRICES"])
    for price, sold in prices.items():
        if sold == plan:
            return price
    raise Trouble(f"There is no plan {plan}: there are {', '.join(sorted(set(prices.values())))}.")
