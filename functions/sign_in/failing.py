"""Every way in which a sign-in comes to nothing ends on a page that leads on."""

from collections.abc import Mapping, Sequence
from typing import Any

import azure.functions as func

from functions.pages import show_refusal
from shared.domain.errors import ApprovalRequired, Refusal, Unavailable
from shared.domain.people import Person
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
        "/",
        template="sign_in_failed.html",
        cookies=cookies,
        then=then,
        consent=bool(content and content["purpose"] == "assign"),
        approval=_approval(outside, state) if isinstance(refusal, ApprovalRequired) else "",
    )


def _approval(outside: Services, state: Mapping[str, Any]) -> str:
    """Where somebody allows what the attempt asked for."""
    tenant = Person(*state["person"]).tenant if state["person"] else ""
    try:
        return outside.sign_in.approval_url(tenant, f"{outside.issuer}/sign-in/callback", state["permission"])
    except Unavailable:
        return ""
