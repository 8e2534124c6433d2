"""The page `/account`: its forms post to it and are answered by it, since what it tells is nobody else's business."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import azure.functions as func

from functions.account.acts import Told, act
from functions.account.closing import close, close_all, preview, preview_all
from functions.account.copies import copy_of
from functions.caller import Session, caller, form_of
from functions.pages import pages_at, show
from shared.domain.entitlement import entitlement, grace_ends
from shared.domain.portability import described
from shared.domain.rights import NO_TOKENS
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import seats_of
from shared.operations.held_about import Kept, held_about
from shared.operations.note_request import note_request, requests_of
from shared.operations.preview_closing import portal_of, preview_closing
from shared.services import Services

Form = Mapping[str, str]
Answer = Callable[[func.HttpRequest, Services, Session, Form], func.HttpResponse]


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The page in each language, to look at and to act on."""

    @pages_at(functions, services, "account", "account", ["GET"])
    def account(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        return _show(req, outside, caller(req, outside), Told())

    @pages_at(functions, services, "account_changed", "account", ["POST"])
    def account_changed(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        form = form_of(req, outside, session)
        answer = _ANSWERS.get(form.get("do", ""))
        if answer:
            return answer(req, outside, session, form)
        return _show(req, outside, session, act(outside, session, form.get("do", "")))


def _show(req: func.HttpRequest, outside: Services, session: Session, told: Told) -> func.HttpResponse:
    person, now = session.person, outside.clock()
    account = account_of(outside, person)
    seats = seats_of(outside, person, account.row.partition if account else "")
    closing = preview_closing(outside, person)
    return show(
        req,
        outside,
        "account.html",
        session=session,
        told=told,
        account=account.record if account else None,
        allows_tokens=account is not None and NO_TOKENS not in account.record.objections,
        bought=[
            (header, portal_of(outside, header.row.partition), grace_ends(header.record, now, outside.terms))
            for header in (*closing.ends, *closing.goes, *closing.stays)
        ],
        seats=[
            (each, entitlement(each.header.record, each.seat.record, now, outside.terms).code.value) for each in seats
        ],
        held=_by_kind(held_about(outside, person)),
        requests=requests_of(outside, account),
        administers=bool(session.visitor.administers),
        plans={plan.name: plan.title for plan in outside.terms.plans},
    )


def _by_kind(held: Iterable[Kept]) -> dict[str, list[tuple[Kept, dict[str, Any]]]]:
    found: dict[str, list[tuple[Kept, dict[str, Any]]]] = {}
    for kept in held:
        found.setdefault(kept.kind, []).append((kept, described(kept.stored.record, kept.goes_at)))
    return found


def _copy(_: func.HttpRequest, outside: Services, session: Session, __: Form) -> func.HttpResponse:
    """A copy that was asked for, so that it is noted; of whom nothing is held, nothing is noted either."""
    account = account_of(outside, session.person)
    if account is None and not held_about(outside, session.person):
        return copy_of(outside, session)
    number = note_request(outside, "access", account.row.partition if account else "")
    return copy_of(outside, session, number)


_ANSWERS: Mapping[str, Answer] = {
    "copy": _copy,
    "preview": preview,
    "preview organisation": preview_all,
    "close": close,
    "close organisation": close_all,
}
