"""Signing in with Microsoft 365, and out: `GET /sign-in?then=`, `GET /sign-in/callback`, `POST /sign-out`."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import azure.functions as func

from functions.caller import (
    ATTEMPT,
    Session,
    cookies_named,
    ended_cookie,
    ended_cookies,
    form_of,
    open_cookie,
    sealed_cookie,
    session_cookie,
)
from functions.pages import page_endpoint, see_other, show, who
from functions.sign_in.failing import fail
from functions.sign_in.paths import language_in, page_of_ours, purpose_of, start_page
from shared.domain.errors import Refusal, SignInExpired, Unavailable
from shared.operations.sign_in_person import Purpose, begin_consent, begin_sign_in, finish_sign_in
from shared.operations.sign_out import sign_out_everywhere
from shared.ports import APPROVAL, Attempt
from shared.services import Services
from shared.telemetry import note

_LASTS = timedelta(minutes=10)
# Browsers send every attempt with every request, and the host takes no header of any length.
_MOST_ATTEMPTS = 4


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """There, back, and out."""
    functions = func.Blueprint()

    @functions.function_name("sign_in")
    @functions.route("sign-in", methods=["GET"])
    @page_endpoint(services)
    def sign_in(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        then = page_of_ours(req.params.get("then", ""))
        attempt, purpose = _begin(req, outside, then)
        content = {"state": attempt.state, "then": then, "purpose": purpose}
        cookie = sealed_cookie(outside, _name_of(attempt.name), content, _LASTS)
        return see_other(attempt.url, *_too_many(req, outside), cookie)

    @functions.function_name("sign_in_callback")
    @functions.route("sign-in/callback", methods=["GET"])
    @page_endpoint(services)
    def sign_in_callback(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        answer = {name: str(value) for name, value in req.params.items()}
        about, _, language = answer.get("state", "").partition(".")
        if about == APPROVAL:
            return _say_what_was_decided(req, outside, answer, language)
        name = _name_of(answer.get("state", ""))
        content = open_cookie(req, outside, name, _LASTS)
        return _come_back(req, outside, name, content, answer) if content else fail(req, outside, SignInExpired())

    @functions.function_name("sign_out")
    @functions.route("sign-out", methods=["POST"])
    @page_endpoint(services)
    def sign_out(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = who(req, outside)
        form = form_of(req, outside, session) if session else {}
        everywhere = bool(session and form.get("everywhere") and session.account)
        if session and everywhere:
            sign_out_everywhere(outside, session.account)
        return show(
            req,
            outside,
            "sign_out.html",
            cookies=ended_cookies(req, outside),
            at=start_page(language_in(form.get("then", ""))),
            everywhere=everywhere,
            elsewhere=_sign_out_elsewhere(outside),
        )

    return functions


def _begin(req: func.HttpRequest, outside: Services, then: str) -> tuple[Attempt, Purpose]:
    back = f"{outside.issuer}/sign-in/callback"
    session = who(req, outside)
    if session and req.params.get("permission") == "directory":
        return begin_consent(outside, back, session.visitor, next(iter(session.addresses), "")), "assign"
    purpose = purpose_of(then)
    return begin_sign_in(outside, back, purpose, choose_account="choose" in req.params), purpose


def _name_of(state: str) -> str:
    """Each attempt has a cookie of its own, so that tabs do not overwrite each other's."""
    return ATTEMPT + "".join(re.findall(r"[\w-]", state[:8], re.ASCII))


def _too_many(req: func.HttpRequest, outside: Services) -> list[str]:
    names = cookies_named(req, outside, ATTEMPT)
    return [ended_cookie(outside, name) for name in names] if len(names) >= _MOST_ATTEMPTS else []


def _come_back(
    req: func.HttpRequest, outside: Services, name: str, content: dict[str, Any], answer: dict[str, str]
) -> func.HttpResponse:
    used, then = ended_cookie(outside, name), str(content["then"])
    purpose = next(each for each in get_args(Purpose) if each == content["purpose"])
    try:
        arrival = finish_sign_in(outside, purpose, content["state"], answer)
    except Refusal as refusal:
        if isinstance(refusal, Unavailable):
            note(refusal)
        return fail(req, outside, refusal, then, content, cookies=[used])
    visitor = arrival.visitor
    session = Session(
        visitor.person,
        arrival.name,
        arrival.addresses,
        visitor.signed_in_at,
        visitor.account,
        visitor.is_administrator,
    )
    before = who(req, outside)
    if before and before.person == session.person:
        # What they have open in other tabs can still be sent.
        session = replace(session, csrf=before.csrf)
    return see_other(then, session_cookie(outside, session), used)


def _say_what_was_decided(
    req: func.HttpRequest, outside: Services, answer: dict[str, str], language: str
) -> func.HttpResponse:
    """To who decided for everybody, and need not be signed in here. A refusal has been seen to come with both words."""
    is_allowed = answer.get("admin_consent", "").lower() == "true" and "error" not in answer
    session = who(req, outside)
    return show(req, outside, "sign_in_approval.html", session=session, at=start_page(language), is_allowed=is_allowed)


def _sign_out_elsewhere(outside: Services) -> str:
    """Where Microsoft's own session ends; nothing while Entra is away, since here it has ended."""
    try:
        return outside.sign_in.sign_out_url(f"{outside.issuer}/")
    except Unavailable:
        return ""
