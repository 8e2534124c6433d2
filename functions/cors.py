"""Which pages may read an answer. This is no access control: what anyone may ask, curl may ask too."""

import functools
from collections.abc import Callable

import azure.functions as func

from functions.edge import Handler, endpoint
from shared.services import Services

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "86400",
}


def allow_addin(services: Callable[[], Services]) -> Callable[[Handler], Handler]:
    """Lets pages of the add-in's origins read every answer, refusals too, and answers their preflights."""

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def answer(req: func.HttpRequest) -> func.HttpResponse:
            is_preflight = req.method == "OPTIONS"
            response = preflight(req) if is_preflight else handler(req)
            response.headers["Vary"] = "Origin"
            origin = req.headers.get("origin", "")
            if _is_allowed(origin, services):
                # Classic Outlook sends its origin with a trailing slash and wants to read exactly that back.
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
                if is_preflight:
                    response.headers.update(_PREFLIGHT)
            return response

        return answer

    @endpoint
    def preflight(_req: func.HttpRequest) -> func.HttpResponse:
        services()
        return func.HttpResponse(status_code=204)

    return decorate


def allow_anyone(handler: Handler) -> Handler:
    """Public keys are for everybody."""

    @functools.wraps(handler)
    def answer(req: func.HttpRequest) -> func.HttpResponse:
        response = handler(req)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


def _is_allowed(origin: str, services: Callable[[], Services]) -> bool:
    try:
        return origin.removesuffix("/") in services().addin_origins
    except Exception:  # noqa: BLE001 - the answer says so already, and nobody's page may read it
        return False
