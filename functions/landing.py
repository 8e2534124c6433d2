"""Where buyers arrive from Microsoft's store: `GET /landing?token=`, sign in, confirm, `POST /landing`."""

from collections.abc import Callable
from datetime import timedelta
from html import escape
from urllib.parse import unquote, urlsplit

import azure.functions as func

from functions.caller import Session, caller, form_of, open_cookie, sealed_cookie
from functions.pages import Html, link, page, page_endpoint, see_other
from shared.domain.errors import NotFound, NotYours, SignedOut
from shared.domain.records import OwnerKind
from shared.operations.land import Landed, activate_purchase, resolve_purchase, see_purchase
from shared.operations.open_account import open_account
from shared.services import Services

_COOKIE = "landing"
# As long as somebody may take to sign in.
_LASTS = timedelta(minutes=30)

_AGAIN = (
    "Open your subscription in the Microsoft 365 admin center or the Azure portal, "
    "and choose Configure account or Manage account there."
)
_SIGN_IN = link("/sign-in?then=landing", "Sign in with Microsoft 365")
_ACCOUNT = link("/account", "Your account")


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The page and its one form."""
    functions = func.Blueprint()

    @functions.function_name("landing")
    @functions.route("landing", methods=["GET"])
    @page_endpoint
    def landing(req: func.HttpRequest) -> func.HttpResponse:
        outside = services()
        token = _purchase_token(req.url)
        return _arrive(outside, token) if token else _show(outside, req)

    @functions.function_name("landing_confirmed")
    @functions.route("landing", methods=["POST"])
    @page_endpoint
    def landing_confirmed(req: func.HttpRequest) -> func.HttpResponse:
        outside = services()
        session = caller(req, outside)
        form = form_of(req, outside, session)
        subscription = _subscription(req, outside)
        if not subscription:
            return _lost()
        account = session.account or open_account(outside, session.person, session.name, session.addresses)
        kind: OwnerKind = "person" if form.get("owner") == "person" else "organisation"
        try:
            activate_purchase(outside, subscription, account, session.person, kind)
        except NotFound:
            return _gone()
        except NotYours:
            return _show(outside, req)
        return see_other("/landing")

    return functions


def _purchase_token(url: str) -> str:
    """The token as Microsoft made it: decoded once, since what the platform decodes loses a raw plus sign."""
    for part in urlsplit(url).query.split("&"):
        name, _, value = part.partition("=")
        if name == "token":
            return unquote(value).replace(" ", "+")
    return ""


def _arrive(outside: Services, token: str) -> func.HttpResponse:
    """Only the subscription's name travels on, sealed; the token is out of the address bar, too."""
    try:
        subscription = resolve_purchase(outside, token)
    except NotFound:
        return page("This link has expired", "Such a link is good for a day.", _AGAIN, status=400)
    return see_other("/landing", sealed_cookie(outside, _COOKIE, {"subscription": subscription}, _LASTS))


def _subscription(req: func.HttpRequest, outside: Services) -> str:
    content = open_cookie(req, outside, _COOKIE, _LASTS)
    return str(content["subscription"]) if content else ""


def _show(outside: Services, req: func.HttpRequest) -> func.HttpResponse:
    subscription = _subscription(req, outside)
    if not subscription:
        return _lost()
    try:
        session = caller(req, outside)
    except SignedOut:
        return page("Welcome", "Sign in to see what was bought and to start using it.", _SIGN_IN)
    try:
        landed = see_purchase(outside, subscription, session.person, session.account)
    except NotFound:
        return _gone()
    return _page_for(outside, landed, session)


def _page_for(outside: Services, landed: Landed, session: Session) -> func.HttpResponse:
    if not landed.is_party:
        return _not_theirs(is_colleague=landed.is_colleague)
    plan = outside.terms.plan(landed.plan)
    if landed.status == "ended" or plan is None:
        return _gone()
    bought = f"{plan.title}, {landed.quantity} {'seat' if landed.quantity == 1 else 'seats'}"
    bought += ", as a free trial." if landed.is_trial else "."
    title, *content = _told(landed, session)
    return page(title, bought, *content)


def _told(landed: Landed, session: Session) -> tuple[str, ...]:
    match landed.status, landed.owner:
        case _, "somebody":
            return "This purchase is being looked after", "Somebody else activated it.", _ACCOUNT
        case "pending", "visitor":
            return "Almost there", "Microsoft has not confirmed yet.", _form(landed, session)
        case _, "nobody":
            return "Confirm your purchase", _form(landed, session)
        case "suspended", _:
            return "A payment is outstanding", "Nothing is lost. Microsoft asks you for the payment.", _ACCOUNT
    return "Your subscription is active", _ACCOUNT


def _form(landed: Landed, session: Session) -> Html:
    choice = ""
    if landed.quantity == 1:
        choice = (
            '<p><label><input type="radio" name="owner" value="person" required> For me</label>\n'
            '<label><input type="radio" name="owner" value="organisation"> For my organisation</label></p>\n'
        )
    return Html(
        f'<form method="post" action="/landing">\n<input type="hidden" name="csrf" value="{escape(session.csrf)}">\n'
        f"{choice}<button>Activate</button>\n</form>"
    )


def _not_theirs(*, is_colleague: bool) -> func.HttpResponse:
    if is_colleague:
        return page(
            "Somebody in your organisation bought this",
            "Whoever bought it activates it and can give you a seat: ask them, or your administrator.",
            status=403,
        )
    return page("This purchase belongs to somebody else", "Sign in as who bought it.", _SIGN_IN, status=403)


def _lost() -> func.HttpResponse:
    return page("Which purchase?", "This page is opened from your purchase at Microsoft.", _AGAIN)


def _gone() -> func.HttpResponse:
    return page("This subscription is over", "It has ended, or its plan is no longer sold.", link("/buy", "Buy anew"))
