"""What was typed before Microsoft has to ask for something: it waits in the browser, sealed, until its writer is back.

No URL may carry it, and a form may not lead off this site.
"""

from collections.abc import Mapping
from datetime import timedelta

import azure.functions as func

from functions.caller import BEGUN, Session, open_cookie, sealed_cookie
from shared.domain.people import Person
from shared.services import Services

Typed = Mapping[str, str]

NOTHING: Typed = {"address": "", "list": ""}
# As long as somebody may take to sign in.
_LASTS = timedelta(minutes=10)
# What browsers keep of a cookie; its attributes count in some.
_MOST_BYTES = 4000


def typed_in(form: Mapping[str, str]) -> Typed:
    """The part of a form that somebody wrote; a list that goes in parts is whole again."""
    rest = [*form.get("list", "").split(), *form.get("rest", "").split()] if "rest" in form else []
    return {"address": form.get("address", ""), "list": "\n".join(rest) or form.get("list", "")}


def begun_cookies(outside: Services, session: Session, typed: Typed) -> list[str]:
    """The cookie that keeps it; none where nothing was typed, or more than a browser keeps."""
    cookie = sealed_cookie(outside, BEGUN, {"p": session.person, **typed}, _LASTS)
    return [cookie] if any(typed.values()) and len(cookie) <= _MOST_BYTES else []


def begun_by(req: func.HttpRequest, outside: Services, session: Session) -> Typed:
    """What this person typed before they went to Microsoft, and nobody else."""
    content = open_cookie(req, outside, BEGUN, _LASTS)
    if content is None or Person(*content["p"]) != session.person:
        return NOTHING
    return {name: str(content[name]) for name in NOTHING}
