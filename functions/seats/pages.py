"""The page `/seats`: every form posts to it and is answered by it, since what it tells names people, as no URL may."""

from collections.abc import Callable
from typing import Any, get_args
from urllib.parse import quote

import azure.functions as func

from functions.caller import BEGUN, Session, caller, ended_cookie, form_of
from functions.edge import problem
from functions.pages import Allows, pages_at, show, url
from functions.seats.acts import Form, Told, act
from functions.seats.asking import seat_id
from functions.seats.begun import NOTHING, Typed, begun_by, begun_cookies, typed_in
from functions.seats.lists import MOST_LIST_BYTES
from shared.domain.entitlement import grace_ends
from shared.domain.errors import BodyTooLarge, NotFound
from shared.domain.people_list import ListTooLong, ListUnreadable
from shared.domain.seat_list import Sort, Wanted
from shared.operations.find_subscriptions import Theirs, seats_of, subscriptions_of
from shared.operations.show_seats import own_seat, preview_cut, show_seats
from shared.services import Services

# As many lines as with the script; each answer does some of them, and the rest waits in the page.
_MOST_FORM_BYTES = MOST_LIST_BYTES
# What names nobody. A search does.
_IN_URL = ("subscription", "sort", "after")
_ALSO_SAID = ("Retry-After",)
# What leads to Microsoft and back.
_LEADS_AWAY = {"CONSENT_NEEDED", "SIGNED_OUT", "SIGN_IN_TOO_OLD"}

# What the script is told by its code.
_LIST_PROBLEMS = {
    "LIST_UNREADABLE": ListUnreadable.sentence,
    "LIST_TOO_LONG": ListTooLong.sentence,
    "BODY_TOO_LARGE": ListTooLong.sentence,
}


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The page in each language, to look at and to change."""

    @pages_at(functions, services, "seats", "seats", ["GET"])
    def seats(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        asked = {name: req.params[name] for name in _IN_URL if name in req.params}
        back = begun_by(req, outside, session)
        used = [ended_cookie(outside, BEGUN)] if back is not NOTHING else []
        return _show(req, outside, session, asked, Told(), typed=back, cookies=used)

    @pages_at(functions, services, "seats_changed", "seats", ["POST"])
    def seats_changed(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        try:
            form = form_of(req, outside, session, _MOST_FORM_BYTES)
        except BodyTooLarge:
            # Only a list is that long.
            form, told = {}, Told("refused", refusal=ListTooLong())
        else:
            told = act(outside, session.visitor, form.get("subscription", ""), form)
        typed = typed_in(form) if told.refusal else NOTHING
        leads_away = told.refusal is not None and told.refusal.code in _LEADS_AWAY
        kept = begun_cookies(outside, session, typed) if leads_away else []
        return _show(req, outside, session, form, told, typed=typed, cookies=kept)


def _show(  # noqa: PLR0913 - who asks, what for, and what came of it
    req: func.HttpRequest,
    outside: Services,
    session: Session,
    form: Form,
    told: Told,
    *,
    typed: Typed,
    cookies: list[str],
) -> func.HttpResponse:
    theirs = subscriptions_of(outside, session.visitor)
    chosen = _chosen(theirs, form.get("subscription", ""))
    content = _content(outside, session, chosen, form, told) if chosen else {}
    refused = problem(told.refusal) if told.refusal else None
    then = url(req, "/seats") + (f"?subscription={chosen.name}" if chosen else "")
    return show(
        req,
        outside,
        "seats.html",
        session=session,
        status=refused.status_code if refused else 200,
        headers={name: refused.headers[name] for name in _ALSO_SAID if name in refused.headers} if refused else {},
        script="seats.js",
        allows=Allows(connects=("'self'",)),
        cookies=cookies,
        told=told,
        typed=typed,
        back=typed is not NOTHING and told.refusal is None,
        too_long=bool(typed["list"]) and not cookies,
        refused=told.refusal.code if told.refusal else "",
        subscriptions=[(each, outside.terms.plan(each.header.record.plan)) for each in theirs],
        chosen=chosen,
        seated=[] if chosen else seats_of(outside, session.person, session.account),
        then=quote(then, safe=""),
        approval=_approval(outside, session, told),
        seat_id=seat_id,
        link=f"{outside.issuer}/seats",
        **content,
    )


def _chosen(theirs: list[Theirs], name: str) -> Theirs | None:
    """The one that is named, else the first. Raises NotFound for one that is nothing to the visitor."""
    if not name:
        return theirs[0] if theirs else None
    found = next((each for each in theirs if each.name == name), None)
    if found is None:
        raise NotFound
    return found


def _content(outside: Services, session: Session, chosen: Theirs, form: Form, told: Told) -> dict[str, Any]:
    """What the page shows of a subscription: all of its seats to an administrator, one's own to a buyer."""
    own = own_seat(outside, session.visitor, chosen.header)
    header, terms = chosen.header.record, outside.terms
    until = grace_ends(header, outside.clock(), terms)
    shared = {"own": own, "plan": terms.plan(header.plan), "grace": terms.grace.days, "until": until}
    if chosen.role != "administrator":
        return shared
    wanted = _wanted(form)
    return {
        **shared,
        "wanted": wanted,
        "page": show_seats(outside, session.visitor, chosen.name, wanted),
        "cut": preview_cut(outside, session.visitor, chosen.name),
        "tried": told.tried,
        "list_problems": [*_LIST_PROBLEMS.items()],
    }


def _wanted(form: Form) -> Wanted:
    # A heading that is pressed, else as it was: of two fields of one name the first would count.
    sort = form.get("sort") or form.get("sorted", "name")
    return Wanted(
        search=form.get("search", ""),
        sort=sort if sort in get_args(Sort) else "name",  # type: ignore[arg-type] # it is one of them
        after=form.get("after", ""),
    )


def _approval(outside: Services, session: Session, told: Told) -> str:
    """Where an administrator allows the directory for everybody, where that is what is missing."""
    if told.refusal is None or told.refusal.code != "CONSENT_NEEDED":
        return ""
    return outside.sign_in.approval_url(session.person.tenant, f"{outside.issuer}/sign-in/callback")
