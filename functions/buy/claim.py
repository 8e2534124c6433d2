"""`/buy/claim`: for whoever paid and sees nothing, by what stands on the invoice; every refusal is the same."""

from collections.abc import Callable, Mapping

import azure.functions as func

from functions.caller import Session, caller, form_of
from functions.edge import problem
from functions.pages import pages_at, see_other, show, url
from shared.domain.errors import ClaimRefused
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import OwnerKind
from shared.operations.claim_by_proof import Claimant, claim_by_transaction
from shared.services import Services


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The page and its form."""

    @pages_at(functions, services, "buy_claim", "buy/claim", ["GET"])
    def buy_claim(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        return _show(req, outside, caller(req, outside), {})

    @pages_at(functions, services, "buy_claimed", "buy/claim", ["POST"])
    def buy_claimed(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        form = form_of(req, outside, session)
        if not session.account:
            return see_other(url(req, "/buy/claim"))
        claimant = Claimant(session.account, session.person, session.is_administrator)
        kind: OwnerKind = "person" if form.get("owner") == "person" else "organisation"
        try:
            claimed = claim_by_transaction(
                outside, claimant, form.get("transaction", "").strip(), form.get("invoice", ""), kind
            )
        except ClaimRefused as refusal:
            return _show(req, outside, session, form, refusal)
        return see_other(url(req, "/seats" if claimed.record.tenant else "/account"))


def _show(
    req: func.HttpRequest,
    outside: Services,
    session: Session,
    form: Mapping[str, str],
    refusal: ClaimRefused | None = None,
) -> func.HttpResponse:
    return show(
        req,
        outside,
        "buy_claim.html",
        session=session,
        status=problem(refusal).status_code if refusal else 200,
        refusal=refusal,
        is_personal=session.person.tenant == PERSONAL_TENANT,
        form=form,
    )
