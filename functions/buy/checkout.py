"""The checkout, laid over a page of ours, and the page after paying, which grants nothing by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import azure.functions as func

from functions.buy.attempts import Attempt, attempt_cookie, attempt_of
from functions.caller import Session, caller
from functions.pages import Allows, pages_at, show
from shared.domain.errors import Unavailable
from shared.operations.buy import activate_now, arrived_for
from shared.services import Services
from shared.telemetry import note

# What a buyer would call long; Paddle's part is done within seconds.
_TAKES = timedelta(minutes=2)
# What it tells by itself comes within seconds.
_ASK_EVERY = timedelta(minutes=1)


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The pages."""

    @pages_at(functions, services, "buy_checkout", "buy/checkout", ["GET"])
    def buy_checkout(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        attempt = attempt_of(req, outside, session)
        if attempt is None or attempt.arrived:
            return _show_arrival(req, outside, session, attempt)
        return show_payment(req, outside, session, attempt.marketplace, attempt)

    @pages_at(functions, services, "buy_arrived", "buy/arrived", ["GET"])
    def buy_arrived(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        attempt = attempt_of(req, outside, session)
        if attempt and not attempt.arrived:
            attempt = _look(outside, attempt)
        return _show_arrival(req, outside, session, attempt)


def show_payment(
    req: func.HttpRequest, outside: Services, session: Session | None, marketplace: str, attempt: Attempt | None = None
) -> func.HttpResponse:
    """The one page with a marketplace's script. Without an attempt, the script finds in the address what is to be paid.

    That is where the marketplace's own messages lead to.
    """
    overlay = outside.sellers[marketplace].overlay
    plan = outside.terms.plan(attempt.plan) if attempt else None
    return show(
        req,
        outside,
        "buy_checkout.html",
        session=session,
        script="buy.js",
        allows=Allows(
            scripts=overlay.scripts,
            styles=overlay.styles,
            frames=overlay.frames,
            connects=overlay.connects,
            images=overlay.styles,
            payments=overlay.frames,
            popups=True,
        ),
        overlay=overlay,
        attempt=attempt,
        plan=plan.title if plan else "",
    )


def _look(outside: Services, attempt: Attempt) -> Attempt:
    """The attempt, with what was seen. Whoever waits looks often; the marketplace is asked now and then."""
    now = int(outside.clock().timestamp())
    if now - attempt.asked >= _ASK_EVERY.total_seconds():
        attempt = replace(attempt, asked=now)
        try:
            activate_now(outside, attempt.marketplace, attempt.transaction)
        except Unavailable as refusal:
            note(refusal)
    return replace(attempt, arrived=arrived_for(outside, attempt.account, attempt.transaction))


def _show_arrival(
    req: func.HttpRequest, outside: Services, session: Session, attempt: Attempt | None
) -> func.HttpResponse:
    plan = outside.terms.plan(attempt.plan) if attempt else None
    return show(
        req,
        outside,
        "buy_arrived.html",
        session=session,
        cookies=[attempt_cookie(outside, attempt)] if attempt else [],
        script="buy.js",
        allows=Allows(connects=("'self'",)),
        state=_state(outside, attempt),
        attempt=attempt,
        plan=plan.title if plan else "",
    )


def _state(outside: Services, attempt: Attempt | None) -> str:
    if attempt is None:
        return "none"
    if attempt.arrived:
        return "arrived"
    late = outside.clock().timestamp() - attempt.began > _TAKES.total_seconds()
    return "late" if late else "waiting"
