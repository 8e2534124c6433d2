"""`/buy`: what is sold, how many seats, for whom, and the marketplaces side by side (P07)."""

from collections.abc import Callable, Mapping

import azure.functions as func

from functions.buy.attempts import Attempt, attempt_cookie
from functions.buy.checkout import show_payment
from functions.caller import Session, caller, form_of
from functions.edge import problem
from functions.pages import pages_at, see_other, show, url, who
from shared.domain.errors import NotForSale
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import OwnerKind
from shared.operations.buy import start_purchase
from shared.operations.convert_purchase import convertible
from shared.services import Services

_LONGEST_NUMBER = 5


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The page and its form."""

    @pages_at(functions, services, "buy", "buy", ["GET"])
    def buy(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = who(req, outside)
        for name, seller in outside.sellers.items():
            if req.params.get(seller.overlay.link):
                return show_payment(req, outside, session, name)
        return _show(req, outside, session, {})

    @pages_at(functions, services, "buy_chosen", "buy", ["POST"])
    def buy_chosen(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        form = form_of(req, outside, session)
        if not session.account:
            return see_other(url(req, "/buy"))
        try:
            attempt = _begin(outside, session, form)
        except NotForSale as refusal:
            return _show(req, outside, session, form, refusal)
        return see_other(url(req, "/buy/checkout"), attempt_cookie(outside, attempt))


def _begin(outside: Services, session: Session, form: Mapping[str, str]) -> Attempt:
    marketplace, plan, number = form.get("marketplace", ""), form.get("plan", ""), form.get("seats", "")
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise NotForSale
    kind: OwnerKind = "person" if form.get("owner") == "person" else "organisation"
    checkout = start_purchase(outside, session.account, marketplace, plan, int(number), kind)
    began = int(outside.clock().timestamp())
    return Attempt(session.account, marketplace, checkout.transaction, plan, int(number), began)


def _show(
    req: func.HttpRequest,
    outside: Services,
    session: Session | None,
    form: Mapping[str, str],
    refusal: NotForSale | None = None,
) -> func.HttpResponse:
    return show(
        req,
        outside,
        "buy.html",
        session=session,
        status=problem(refusal).status_code if refusal else 200,
        public=session is None,
        refusal=refusal,
        plans=outside.terms.plans,
        markets=list(outside.marketplaces.values()),
        sellers=outside.sellers,
        stores=outside.stores,
        is_personal=session is not None and session.person.tenant == PERSONAL_TENANT,
        form=form,
        grown=convertible(outside, session.visitor) if session else [],
    )
