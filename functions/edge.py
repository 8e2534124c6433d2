"""Where requests come in and answers go out: outcomes to responses, refusals to statuses, surprises to a mute 500."""

import functools
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import azure.functions as func

from shared.domain.errors import (
    ApprovalRequired,
    BadRequest,
    BodyNotAsDocumented,
    BodyNotJson,
    BodyTooLarge,
    ConsentDeclined,
    ConsentNeeded,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotAnAdministrator,
    NotFound,
    NotFromOurPage,
    Refusal,
    SignatureInvalid,
    SignedOut,
    SignInFailed,
    TooManyRequests,
    Unavailable,
)
from shared.domain.errors import Misconfigured as NotConfigured
from shared.settings import SettingsInvalid
from shared.telemetry import note, report, report_settings

Handler = Callable[[func.HttpRequest], func.HttpResponse]

NO_STORE = {"Cache-Control": "no-store"}

# The first that fits counts; a refusal that is none of these is a conflict with the state of things.
_STATUSES: tuple[tuple[type[Refusal], int], ...] = (
    (BadRequest, 400),
    (SignatureInvalid, 401),
    (SignedOut, 401),
    (NotFromOurPage, 403),
    (NotAnAdministrator, 403),
    (ConsentNeeded, 403),
    (ConsentDeclined, 403),
    (ApprovalRequired, 403),
    (SignInFailed, 400),
    (NotFound, 404),
    (MethodNotAllowed, 405),
    (BodyTooLarge, 413),
    (MediaTypeUnsupported, 415),
    (TooManyRequests, 429),
    (NotConfigured, 503),
    (Unavailable, 503),
    (Refusal, 409),
)


class RunFailed(Exception):
    """A timer's run failed. Azure logs what an error says, so this says nothing; what happened was reported."""


class Surprise(Refusal):
    """Whatever nobody expected; the log says where, the answer says nothing."""

    code = "INTERNAL"
    sentence = "Something went wrong here. It was noted."


def endpoint(handler: Handler) -> Handler:
    """Every answer of an HTTP function: the handler's own, or a problem document (RFC 9457)."""

    @functools.wraps(handler)
    def answer(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return handler(req)
        except SettingsInvalid as invalid:
            report_settings(invalid.problems)
            return problem(invalid)
        except Unavailable as refusal:
            note(refusal)
            return problem(refusal)
        except Refusal as refusal:
            return problem(refusal)
        except Exception as error:  # noqa: BLE001 - the one place where surprises end
            report(error)
            return problem(Surprise(), status=500)

    return answer


def timer(handler: Callable[[func.TimerRequest], None]) -> Callable[[func.TimerRequest], None]:
    """A timer's run: an error is reported by us, since the platform's worker catches it first. Raises RunFailed."""

    @functools.wraps(handler)
    def run(timer: func.TimerRequest) -> None:
        try:
            handler(timer)
        except SettingsInvalid as invalid:
            report_settings(invalid.problems)
        except Exception as error:  # noqa: BLE001 - the same for timers
            report(error)
        else:
            return
        raise RunFailed

    return run


def problem(refusal: Refusal, *, status: int = 0) -> func.HttpResponse:
    """A refusal as an application/problem+json document with its stable code."""
    number = status or next(number for kind, number in _STATUSES if isinstance(refusal, kind))
    document = {
        "type": "about:blank",
        "title": HTTPStatus(number).phrase,
        "status": number,
        "detail": refusal.sentence,
        "code": refusal.code,
    }
    headers = dict(NO_STORE)
    if isinstance(refusal, TooManyRequests | Unavailable | NotConfigured):
        headers["Retry-After"] = str(getattr(refusal, "retry_after", 5))
    if isinstance(refusal, MethodNotAllowed):
        headers["Allow"] = ", ".join(refusal.allowed)
    return func.HttpResponse(
        json.dumps(document), status_code=number, headers=headers, mimetype="application/problem+json"
    )


def document(content: Mapping[str, Any], headers: Mapping[str, str]) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(json.dumps(content), headers=dict(headers), mimetype="application/json")


def body_of(req: func.HttpRequest, most_bytes: int) -> bytes:
    """The raw body. Raises BodyTooLarge."""
    body = req.get_body()
    if len(body) > most_bytes:
        raise BodyTooLarge
    return bytes(body)


def members_of(body: bytes, members: frozenset[str]) -> dict[str, Any]:
    """The members of a closed JSON object, each exactly once. Raises BodyNotJson, BodyNotAsDocumented."""
    try:
        # Decoded first: left to itself, json also guesses UTF-16 and UTF-32, which no JSON on the wire is in.
        content = json.loads(body.decode(), object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError):
        raise BodyNotJson from None
    if not isinstance(content, dict) or set(content) != members:
        raise BodyNotAsDocumented
    return content


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise BodyNotAsDocumented
    return dict(pairs)
