"""Everything that no other function takes: unknown routes and wrong methods get a proper problem, not the host's page.

The host matches routes in the alphabetical order of function names, so this name must come last.
"""

from collections.abc import Callable

import azure.functions as func

from functions.edge import endpoint
from shared.domain.errors import MethodNotAllowed, NotFound
from shared.services import Services

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_ALLOWED = {
    "api/health": ("GET",),
    "api/license": ("OPTIONS", "POST"),
    "api/webhooks/paddle": ("POST",),
    ".well-known/jwks.json": ("GET",),
}


def blueprint(_services: Callable[[], Services]) -> func.Blueprint:
    """The catch-all."""
    functions = func.Blueprint()

    @functions.function_name("zz_nowhere")
    @functions.route("{*path}", methods=_METHODS)
    @endpoint
    def zz_nowhere(req: func.HttpRequest) -> func.HttpResponse:
        allowed = _ALLOWED.get((req.route_params.get("path") or "").lower().rstrip("/"))
        raise MethodNotAllowed(allowed) if allowed else NotFound

    return functions
