"""Everything that no other function takes: `/`, and a proper no for unknown routes and wrong methods.

The host matches routes in the alphabetical order of function names, so this name must come last.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import azure.functions as func

from functions.edge import Handler, endpoint
from functions.pages import show_refusal, wants_page
from shared.domain.errors import MethodNotAllowed, NotFound
from shared.services import Services

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_PARAMETER = re.compile(r"\\{[^/]*\\}")


def blueprint(
    others: Sequence[func.Blueprint], services: Callable[[], Services], front_door: Handler
) -> func.Blueprint:
    """The catch-all behind all others, whose routes it knows."""
    functions = func.Blueprint()
    routes = [*_routes(others), (re.compile(""), ["GET"])]

    @functions.function_name("zz_nowhere")
    @functions.route("{*path}", methods=_METHODS)
    @endpoint
    def zz_nowhere(req: func.HttpRequest) -> func.HttpResponse:
        path = req.route_params.get("path") or ""
        if req.method == "GET" and not path:
            return front_door(req)
        found = path.rstrip("/") if path.strip("/") else path
        allowed = {method for route, methods in routes if route.fullmatch(found) for method in methods}
        refusal = MethodNotAllowed(tuple(sorted(allowed))) if allowed else NotFound()
        if wants_page(req):
            return show_refusal(req, services(), refusal, at="/")
        raise refusal

    return functions


def _routes(blueprints: Sequence[func.Blueprint]) -> Iterator[tuple[re.Pattern[str], list[str]]]:
    # An app tells its functions once only, and the real one must tell Azure.
    app = func.FunctionApp(func.AuthLevel.ANONYMOUS)
    for found in blueprints:
        app.register_functions(found)
    for function in app.get_functions():
        trigger = function.get_trigger()
        if trigger and function.is_http_function():
            declared = trigger.get_dict_repr()
            template = _PARAMETER.sub("[^/]+", re.escape(declared["route"]))
            yield re.compile(template, re.IGNORECASE), [str(method) for method in declared["methods"]]
