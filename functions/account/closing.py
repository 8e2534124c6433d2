"""Closing by forms: what it would do, whether it is meant, and the receipt."""

from collections.abc import Iterable, Mapping
from typing import Literal

import azure.functions as func

from functions.caller import Session, ended_cookies
from functions.pages import show
from shared.operations.close_account import Closed, close_account
from shared.operations.close_organisation import close_organisation
from shared.operations.note_request import requests_of
from shared.operations.preview_closing import Preview, portal_of, preview_closing, preview_organisation
from shared.services import Services

What = Literal["account", "organisation"]
Form = Mapping[str, str]


def preview(req: func.HttpRequest, outside: Services, session: Session, _: Form) -> func.HttpResponse:
    """What closing one's account would do."""
    return _ask(req, outside, session, "account", preview_closing(outside, session.person))


def preview_all(req: func.HttpRequest, outside: Services, session: Session, _: Form) -> func.HttpResponse:
    """What closing one's whole organisation would do. Raises NotAnAdministrator."""
    return _ask(req, outside, session, "organisation", preview_organisation(outside, session.visitor))


def close(req: func.HttpRequest, outside: Services, session: Session, form: Form) -> func.HttpResponse:
    """Close it, if that is meant, and sign out."""
    if form.get("confirmed") != "yes":
        return preview(req, outside, session, form)
    closed = close_account(outside, session.person)
    return _receipt(req, outside, None, "account", closed, cookies=ended_cookies(req, outside))


def close_all(req: func.HttpRequest, outside: Services, session: Session, form: Form) -> func.HttpResponse:
    """Close the organisation, if that is meant. Raises NotAnAdministrator, SignInTooOld."""
    if form.get("confirmed") != "yes":
        return preview_all(req, outside, session, form)
    return _receipt(req, outside, session, "organisation", close_organisation(outside, session.visitor))


def _ask(req: func.HttpRequest, outside: Services, session: Session, what: What, preview: Preview) -> func.HttpResponse:
    return show(
        req,
        outside,
        "account_closing.html",
        session=session,
        what=what,
        preview=preview,
        portals={header.row.partition: portal_of(outside, header.row.partition) for header in preview.ends},
        numbers=[noted.number for noted in requests_of(outside, preview.account)],
        plans=_plans(outside),
    )


def _receipt(
    req: func.HttpRequest,
    outside: Services,
    session: Session | None,
    what: What,
    closed: Closed | None,
    cookies: Iterable[str] = (),
) -> func.HttpResponse:
    return show(
        req,
        outside,
        "account_closed.html",
        session=session,
        cookies=cookies,
        what=what,
        closed=closed,
        plans=_plans(outside),
    )


def _plans(outside: Services) -> dict[str, str]:
    return {plan.name: plan.title for plan in outside.terms.plans}
