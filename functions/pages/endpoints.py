"""Functions for people: a page at its route and in each language, and a page for whatever is refused."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import azure.functions as func

from functions.caller import Session, caller
from functions.edge import Handler, Surprise, endpoint, problem
from functions.pages.answering import show
from functions.pages.language import LANGUAGES, language_of
from functions.pages.policy import Allows, headers_of
from functions.pages.rendering import render
from shared.domain.errors import Refusal, SignedOut, Unavailable
from shared.services import Services
from shared.settings import SettingsInvalid
from shared.telemetry import note, report, report_settings

PageHandler = Callable[[func.HttpRequest, Services], func.HttpResponse]


def page_endpoint(services: Callable[[], Services], at: str = "/") -> Callable[[PageHandler], Handler]:
    """Every answer of a function for people: the handler's own, or a page that says what was refused and what next.

    ``at`` is the page to return to from there; empty for where one is.
    """

    def decorate(handler: PageHandler) -> Handler:
        def answer(req: func.HttpRequest) -> func.HttpResponse:
            try:
                outside = services()
            except SettingsInvalid as invalid:
                if not wants_page(req):
                    raise
                report_settings(invalid.problems)
                return _without_settings(req, invalid)
            try:
                return handler(req, outside)
            except Refusal as refusal:
                if isinstance(refusal, Unavailable):
                    note(refusal)
                return show_refusal(req, outside, refusal, at)
            except Exception as error:  # noqa: BLE001 - a surprise gets a page, too
                report(error)
                return show_refusal(req, outside, Surprise(), at, status=500)

        return endpoint(answer)

    return decorate


def pages_at(
    functions: func.Blueprint, services: Callable[[], Services], name: str, route: str, methods: Sequence[str]
) -> Callable[[PageHandler], Handler]:
    """Registers a page at its route, as the function ``name``, and in each language, as ``name_fr`` at `fr/route`."""

    def decorate(handler: PageHandler) -> Handler:
        answer = page_endpoint(services, at="")(handler)
        at = {name: route} | {f"{name}_{language}": f"{language}/{route}" for language in LANGUAGES}
        for each, where in at.items():
            functions.function_name(each)(functions.route(where, methods=list(methods))(answer))
        return answer

    return decorate


def wants_page(req: func.HttpRequest) -> bool:
    """Whether a browser asks, for somebody who looks at it."""
    return "text/html" in req.headers.get("accept", "")


def _without_settings(req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
    """The problem as a bare page: all that a frame names stands in the settings."""
    told, language = problem(refusal), language_of(req)
    text = render(language, "misconfigured.html", {"language": language, "refusal": refusal})
    headers = {**told.headers, **headers_of(secrets.token_urlsafe(16), Allows())}
    return func.HttpResponse(text, status_code=told.status_code, headers=headers, mimetype="text/html")


def show_refusal(
    req: func.HttpRequest,
    outside: Services,
    refusal: Refusal,
    at: str,
    *,
    status: int = 0,
    template: str = "refused.html",
    **context: Any,  # noqa: ANN401 - whatever its template shows, and what else an answer has
) -> func.HttpResponse:
    """A page that says what was refused, with a next step."""
    told = problem(refusal, status=status)
    kept = {name: told.headers[name] for name in ("Allow", "Retry-After") if name in told.headers}
    try:
        session = who(req, outside)
    except Refusal:
        # The page is there to say what was refused, whoever asks.
        session = None
    number = told.status_code
    return show(req, outside, template, session=session, status=number, headers=kept, at=at, refusal=refusal, **context)


def who(req: func.HttpRequest, outside: Services) -> Session | None:
    """Who is signed in, for pages that need nobody."""
    try:
        return caller(req, outside)
    except SignedOut:
        return None
