"""Whether the app can serve."""

from collections.abc import Callable
from http import HTTPStatus

import azure.functions as func

from functions.edge import NO_STORE, endpoint
from shared.operations.check_health import check_health
from shared.services import Services


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """Health without a token: 200 and nothing else, or 503."""
    functions = func.Blueprint()

    @functions.function_name("health")
    @functions.route("api/health", methods=["GET"])
    def health(req: func.HttpRequest) -> func.HttpResponse:
        # Why not is for the log; whoever asks without a token is told no more than that.
        works = check(req).status_code == HTTPStatus.OK
        return func.HttpResponse(status_code=200 if works else 503, headers=NO_STORE)

    @endpoint
    def check(_req: func.HttpRequest) -> func.HttpResponse:
        check_health(services())
        return func.HttpResponse()

    return functions
