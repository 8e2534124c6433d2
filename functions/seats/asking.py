"""What the routes about seats have in common: who asks, what their script sent, and how a seat is written in JSON."""

from collections.abc import Callable
from typing import Any

import azure.functions as func

from functions.caller import Session, caller, refuse_unless_our_script, script_body_of
from functions.edge import NO_STORE, Handler, document, endpoint, members_of
from shared.domain.errors import BodyNotAsDocumented
from shared.domain.names import object_id
from shared.domain.people import Person
from shared.domain.rights import Visitor
from shared.domain.seat_list import ShownSeat
from shared.services import Services

Json = dict[str, Any]
JsonHandler = Callable[[func.HttpRequest, Services, Visitor], func.HttpResponse]
BodyHandler = Callable[[Services, Visitor, Json], Json]

# A hundred addresses of the greatest length, and what JSON adds.
_MOST_BYTES = 64 * 1024
_MOST_TEXTS = 100
_LONGEST_TEXT = 512


def json_endpoint(services: Callable[[], Services]) -> Callable[[JsonHandler], Handler]:
    """A route for a page's script; whatever changes something must come from a page of ours."""

    def decorate(handler: JsonHandler) -> Handler:
        def answer(req: func.HttpRequest) -> func.HttpResponse:
            outside = services()
            session = caller(req, outside)
            if req.method != "GET":
                refuse_unless_our_script(req, outside, session)
            return handler(req, outside, session.visitor)

        return endpoint(answer)

    return decorate


def body_endpoint(services: Callable[[], Services], *members: str) -> Callable[[BodyHandler], Handler]:
    """The same for JSON in and JSON out; the body has just these members."""

    def decorate(handler: BodyHandler) -> Handler:
        def answer(req: func.HttpRequest) -> func.HttpResponse:
            outside = services()
            session = caller(req, outside)
            content = members_of(_body(req, outside, session), frozenset(members))
            return document(handler(outside, session.visitor, content), NO_STORE)

        return endpoint(answer)

    return decorate


def _body(req: func.HttpRequest, outside: Services, session: Session) -> bytes:
    return script_body_of(req, outside, session, "application/json", _MOST_BYTES)


def text(value: object) -> str:
    """A member that must be a text. Raises BodyNotAsDocumented."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise BodyNotAsDocumented
    return value


def texts(value: object) -> list[str]:
    """A member that must be a list of at most a hundred texts. Raises BodyNotAsDocumented."""
    if not isinstance(value, list) or len(value) > _MOST_TEXTS:
        raise BodyNotAsDocumented
    return [text(each) for each in value]


def colleague(visitor: Visitor, value: object) -> Person:
    """Somebody of the visitor's tenant, by object id. Raises BodyNotAsDocumented."""
    found = object_id(text(value))
    if not found:
        raise BodyNotAsDocumented
    return Person(visitor.person.tenant, found)


def seat_id(subscription: str, key: str) -> str:
    """What names a seat outside: its subscription and its hash, neither of which names anybody."""
    return f"{subscription}.{key.removeprefix('seat.')}"


def seat_of(text: str) -> tuple[str, str]:
    """The subscription and the row key that an id names."""
    subscription, _, digest = text.rpartition(".")
    return subscription, f"seat.{digest}"


def seat_json(subscription: str, seat: ShownSeat) -> Json:
    """A seat as scripts get it."""
    return {
        "id": seat_id(subscription, seat.key),
        "name": seat.name,
        "addresses": list(seat.addresses),
        "assigned_on": seat.assigned_on.isoformat() if seat.assigned_on else None,
        "ends_at": seat.ends_at.isoformat() if seat.ends_at else None,
        "kept": seat.kept,
    }
