"""Whether the app can serve."""

from collections.abc import Callable

import azure.functions as func

from functions.edge import NO_STORE, endpoint
from shared.operations.check_health import check_health
from shared.services import Services


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """Health without a token: 200 and nothing else, or 503."""
    functions = func.Blueprint()

    @functions.function_name("health")
    @functions.route("api/health", methods=["GET"])
    @endpoint
    def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the trigger's one argument
        check_health(services())
        return func.HttpResponse(status_code=200, headers=NO_STORE)

    return functions
