"""Where buyers arrive from Microsoft's store: `GET /landing?token=`, sign in, confirm, `POST /landing`."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import azure.functions as func

from functions.caller import LANDING, Session, caller, form_of, open_cookie, sealed_cookie
from functions.pages import pages_at, see_other, show, url, who
from shared.domain.errors import NotFound, NotYours
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import OwnerKind
from shared.operations.land import Landed, activate_purchase, resolve_purchase, see_purchase
from shared.services import Services

# As long as somebody may take to sign in.
_LASTS = timedelta(minutes=30)


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The page and its one form."""
    functions = func.Blueprint()

    @pages_at(functions, services, "landing", "landing", ["GET"])
    def landing(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        token = _purchase_token(req.url)
        return _arrive(req, outside, token) if token else _show(req, outside)

    @pages_at(functions, services, "landing_confirmed", "landing", ["POST"])
    def landing_confirmed(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        form = form_of(req, outside, session)
        subscription = _subscription(req, outside)
        if not subscription:
            return _say(req, outside, "lost", session)
        if not session.account:
            return _show(req, outside)
        kind: OwnerKind = "person" if form.get("owner") == "person" else "organisation"
        try:
            activate_purchase(outside, subscription, session.account, session.visitor, kind)
        except NotFound:
            return _say(req, outside, "gone", session)
        except NotYours:
            return _show(req, outside)
        return see_other(url(req, "/landing"))

    return functions


def _purchase_token(address: str) -> str:
    """The token as Microsoft made it: decoded once, since what the platform decodes loses a raw plus sign."""
    for part in urlsplit(address).query.split("&"):
        name, _, value = part.partition("=")
        if name == "token":
            return unquote(value).replace(" ", "+")
    return ""


def _arrive(req: func.HttpRequest, outside: Services, token: str) -> func.HttpResponse:
    """Only the subscription's name travels on, sealed; the token is out of the address bar, too."""
    try:
        subscription = resolve_purchase(outside, token)
    except NotFound:
        return _say(req, outside, "expired", who(req, outside), status=400)
    cookie = sealed_cookie(outside, LANDING, {"subscription": subscription}, _LASTS)
    return see_other(url(req, "/landing"), cookie)


def _subscription(req: func.HttpRequest, outside: Services) -> str:
    content = open_cookie(req, outside, LANDING, _LASTS)
    return str(content["subscription"]) if content else ""


def _show(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
    session = who(req, outside)
    subscription = _subscription(req, outside)
    if not subscription:
        return _say(req, outside, "lost", session)
    if not session:
        return _say(req, outside, "signed out", None)
    try:
        landed = see_purchase(outside, subscription, session.visitor)
    except NotFound:
        return _say(req, outside, "gone", session)
    if not landed.is_party:
        return _say(req, outside, "colleague's" if landed.is_colleague else "stranger's", session, status=403)
    plan = outside.terms.plan(landed.plan)
    if landed.status == "ended" or plan is None:
        return _say(req, outside, "gone", session)
    return _say(req, outside, _state(landed, session), session, plan=plan.title, landed=landed)


def _state(landed: Landed, session: Session) -> str:
    match landed.status, landed.owner:
        case _, "somebody":
            return "somebody's"
        case "pending", "visitor":
            return "activating"
        case _, "nobody" if landed.quantity > 1 and _is_personal(session):
            return "too many"
        case _, "nobody":
            return "to confirm" if session.account else "account first"
        case "suspended", _:
            return "unpaid"
    return "active"


def _is_personal(session: Session | None) -> bool:
    return session is not None and session.person.tenant == PERSONAL_TENANT


def _say(  # noqa: PLR0913 - a state of the page, and what it is about
    req: func.HttpRequest,
    outside: Services,
    state: str,
    session: Session | None,
    *,
    status: int = 200,
    plan: str = "",
    landed: Landed | None = None,
) -> func.HttpResponse:
    return show(
        req,
        outside,
        "landing.html",
        session=session,
        status=status,
        state=state,
        plan=plan,
        form={},
        is_personal=_is_personal(session),
        quantity=landed.quantity if landed else 0,
        is_trial=bool(landed and landed.is_trial),
        is_for_visitor=bool(landed and landed.is_for_visitor),
    )
