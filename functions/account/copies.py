"""A copy of one's data as a file."""

import json

import azure.functions as func

from functions.caller import Session
from functions.edge import NO_STORE
from shared.operations.copy_data import copy_data
from shared.services import Services

_HEADERS = {
    **NO_STORE,
    "Content-Disposition": 'attachment; filename="my-data.json"',
    "X-Content-Type-Options": "nosniff",
}


def copy_of(outside: Services, session: Session, request: str = "") -> func.HttpResponse:
    """Everything that is held about who asks, to be kept by them; with the number under which they asked for it."""
    content = copy_data(outside, session.person) | ({"request": request} if request else {})
    text = json.dumps(content, indent=2, ensure_ascii=False)
    return func.HttpResponse(text, headers=_HEADERS, mimetype="application/json", charset="utf-8")
