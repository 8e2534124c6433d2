"""Every way in which a sign-in comes to nothing ends on a page that leads on."""

from collections.abc import Mapping, Sequence
from typing import Any

import azure.functions as func

from functions.pages import show_refusal
from functions.sign_in.paths import language_in, start_page
from shared.domain.errors import ApprovalRequired, Refusal, Unavailable
from shared.domain.people import Person
from shared.ports import APPROVAL
from shared.services import Services


def fail(
    req: func.HttpRequest,
    outside: Services,
    refusal: Refusal,
    then: str = "/",
    content: dict[str, Any] | None = None,
    cookies: Sequence[str] = (),
) -> func.HttpResponse:
    """The page. ``content`` is what was kept of the attempt, if that is still known."""
    state = content["state"] if content else {}
    return show_refusal(
        req,
        outside,
        refusal,
        start_page(language_in(then)),
        template="sign_in_failed.html",
        cookies=cookies,
        then=then,
        consent=bool(content and content["purpose"] == "assign"),
        approval=_approval(outside, state, language_in(then)) if isinstance(refusal, ApprovalRequired) else "",
    )


def _approval(outside: Services, state: Mapping[str, Any], language: str) -> str:
    """Where somebody allows what the attempt asked for; they come back to a page in the language that was chosen."""
    name = f"{APPROVAL}.{language}" if language else APPROVAL
    tenant = Person(*state["person"]).tenant if state["person"] else ""
    try:
        return outside.sign_in.approval_url(tenant, f"{outside.issuer}/sign-in/callback", state["permission"], name)
    except Unavailable:
        return ""
