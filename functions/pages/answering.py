"""Answers for people in a browser: self-contained pages that nobody keeps."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func

from functions.caller import Session
from functions.edge import NO_STORE
from functions.pages.language import LANGUAGES, in_language, language_of, path_of, url
from functions.pages.policy import Allows, headers_of
from functions.pages.rendering import render, static
from shared.services import Services


def show(  # noqa: PLR0913 - a page has that many parts
    req: func.HttpRequest,
    outside: Services,
    template: str,
    *,
    session: Session | None = None,
    status: int = 200,
    cookies: Iterable[str] = (),
    headers: Mapping[str, str] | None = None,
    script: str = "",
    allows: Allows | None = None,
    public: bool = False,
    at: str = "",
    **context: Any,  # noqa: ANN401 - whatever its template shows
) -> func.HttpResponse:
    """A page in the frame. ``session`` is who is signed in, ``script`` a file of static that stands in the page.

    ``public`` pages may be found by search engines and are counted where Fathom is set; all others are nobody's
    business. ``at`` is the page that one returns to from one that has no address of its own, and gives it its language.
    """
    nonce = secrets.token_urlsafe(16)
    language, path = language_of(req, at), path_of(req, at)
    # Whatever somebody put behind the question mark, we do not pass it on.
    counted = public and bool(outside.vendor.fathom_site_id) and not urlsplit(req.url).query
    frame = {
        "address": outside.issuer + url(req, path, at),
        "counted": counted,
        "current": "" if at else path,
        "csrf": session.csrf if session else "",
        "language": language,
        "languages": [(code, name, in_language(code, path)) for code, name in LANGUAGES.items()],
        "nonce": nonce,
        "origin": outside.issuer,
        "path": path,
        "public": public,
        "script": static(script) if script else "",
        "session": session,
        "style": static("style.css"),
        "url": lambda to: url(req, to, at),
        "vendor": outside.vendor,
    }
    text = render(language, template, {**frame, **context})
    allowed = _with_fathom(outside, allows or Allows()) if counted else allows or Allows()
    answered = {**NO_STORE, **headers_of(nonce, allowed), "Content-Language": language, **(headers or {})}
    return _with_cookies(func.HttpResponse(text, status_code=status, headers=answered, mimetype="text/html"), cookies)


def see_other(path: str, *cookies: str) -> func.HttpResponse:
    """On to another page; give ``url(req, path)`` so that the language stays."""
    return _with_cookies(func.HttpResponse(status_code=303, headers={**NO_STORE, "Location": path}), cookies)


def _with_cookies(response: func.HttpResponse, cookies: Iterable[str]) -> func.HttpResponse:
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


def _with_fathom(outside: Services, allows: Allows) -> Allows:
    """Its script counts by asking for an image, or sends a beacon, where the script itself comes from."""
    parts = urlsplit(outside.vendor.fathom_script_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return replace(allows, connects=(*allows.connects, origin), images=(*allows.images, origin))
