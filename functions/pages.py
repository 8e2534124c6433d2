"""Answers for people in a browser: small, self-contained pages that nobody keeps."""

import functools
from html import escape

import azure.functions as func

from functions.edge import Handler, endpoint, problem
from shared.domain.errors import Refusal, Unavailable
from shared.settings import SettingsInvalid
from shared.telemetry import note

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # With no-referrer a browser would send our own forms with the origin null.
    "Referrer-Policy": "same-origin",
}


class Html(str):
    """Markup that may be shown as it is; every other text is escaped."""

    __slots__ = ()


def page(title: str, *content: str, status: int = 200, headers: dict[str, str] | None = None) -> func.HttpResponse:
    """A page of one heading and paragraphs."""
    body = "\n".join(part if isinstance(part, Html) else f"<p>{escape(part)}</p>" for part in content)
    text = (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<h1>{escape(title)}</h1>\n{body}\n</html>\n"
    )
    return func.HttpResponse(text, status_code=status, headers=_HEADERS | (headers or {}), mimetype="text/html")


def link(url: str, text: str) -> Html:
    """A paragraph with a link."""
    return Html(f'<p><a href="{escape(url)}">{escape(text)}</a></p>')


def see_other(path: str, cookie: str = "") -> func.HttpResponse:
    """On to another page of ours."""
    headers = {**_HEADERS, "Location": path, **({"Set-Cookie": cookie} if cookie else {})}
    return func.HttpResponse(status_code=303, headers=headers)


def page_endpoint(handler: Handler) -> Handler:
    """Every answer of a function for people: the handler's own, or a page that says what was refused."""

    @functools.wraps(handler)
    def answer(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return handler(req)
        except SettingsInvalid:
            raise
        except Refusal as refusal:
            if isinstance(refusal, Unavailable):
                note(refusal)
            told = problem(refusal)
            after = told.headers.get("Retry-After")
            return page(
                "This did not work",
                refusal.sentence,
                status=told.status_code,
                headers={"Retry-After": after} if after else None,
            )

    return endpoint(answer)
