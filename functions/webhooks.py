"""What marketplaces send. A 200 means that it is stored, or that there is nothing to store; all else, come again."""

from collections.abc import Callable

import azure.functions as func

from functions.edge import body_of, endpoint
from shared.operations.receive_message import receive_message
from shared.services import Services

_MOST_BYTES = 1024 * 1024


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """One route for each marketplace."""
    functions = func.Blueprint()

    @functions.function_name("webhook_paddle")
    @functions.route("api/webhooks/paddle", methods=["POST"])
    @endpoint
    def webhook_paddle(req: func.HttpRequest) -> func.HttpResponse:
        return _receive(services(), "paddle", req)

    @functions.function_name("webhook_microsoft")
    @functions.route("api/webhooks/microsoft", methods=["POST"])
    @endpoint
    def webhook_microsoft(req: func.HttpRequest) -> func.HttpResponse:
        return _receive(services(), "microsoft", req)

    return functions


def _receive(outside: Services, name: str, req: func.HttpRequest) -> func.HttpResponse:
    receive_message(outside, name, req.headers, body_of(req, _MOST_BYTES))
    # The marketplace keeps what we answer, so that it is nothing.
    return func.HttpResponse(status_code=200)
