"""The same as JSON: a copy of everything that is held, and closing."""

from collections.abc import Callable
from typing import Any

import azure.functions as func

from functions.account.copies import copy_of
from functions.caller import SESSION, caller, ended_cookie, script_body_of
from functions.edge import NO_STORE, document, endpoint, members_of
from shared.domain.errors import BodyNotAsDocumented
from shared.operations.close_account import Closed, close_account
from shared.operations.close_organisation import close_organisation
from shared.services import Services


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The routes."""

    @functions.function_name("account_export")
    @functions.route("api/account/export", methods=["GET"])
    @endpoint
    def account_export(req: func.HttpRequest) -> func.HttpResponse:
        outside = services()
        return copy_of(outside, caller(req, outside))

    @functions.function_name("account_close")
    @functions.route("api/account/close", methods=["POST"])
    @endpoint
    def account_close(req: func.HttpRequest) -> func.HttpResponse:
        outside = services()
        session = caller(req, outside)
        what = members_of(script_body_of(req, outside, session, "application/json"), frozenset({"close"}))["close"]
        if what == "organisation":
            return document(_receipt(close_organisation(outside, session.visitor)), NO_STORE)
        if what != "account":
            raise BodyNotAsDocumented
        receipt = _receipt(close_account(outside, session.person))
        return document(receipt, {**NO_STORE, "Set-Cookie": ended_cookie(outside, SESSION)})


def _receipt(closed: Closed | None) -> dict[str, Any]:
    """Without a number where nothing was held, since then nothing was done either."""
    closed = closed or Closed("")
    return {
        "request": closed.number,
        "seats": closed.seats,
        "stayed": closed.stayed,
        "ended": [
            {
                "subscription": ended.subscription,
                "plan": ended.plan,
                "cancelled": ended.ending in {"", "asked"},
                "cancel_at": ended.portal_url if ended.ending == "elsewhere" else "",
            }
            for ended in closed.ended
        ],
    }
