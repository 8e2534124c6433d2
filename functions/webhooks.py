"""What marketplaces send. A 200 means that it is stored, or that there is nothing to store; all else, come again."""

from collections.abc import Callable, Iterable

import azure.functions as func

from functions.edge import Handler, body_of, endpoint
from shared.operations.receive_message import receive_message
from shared.services import Services

_MOST_BYTES = 1024 * 1024


def blueprint(services: Callable[[], Services], marketplaces: Iterable[str]) -> func.Blueprint:
    """One route for each marketplace there is. Each is set up over there as the address to send to, for good."""
    functions = func.Blueprint()
    for name in marketplaces:
        route = functions.route(f"api/webhooks/{name}", methods=["POST"])
        functions.function_name(f"webhook_{name}")(route(_webhook(services, name)))
    return functions


def _webhook(services: Callable[[], Services], name: str) -> Handler:
    @endpoint
    def webhook(req: func.HttpRequest) -> func.HttpResponse:
        receive_message(services(), name, req.headers, body_of(req, _MOST_BYTES))
        # The marketplace keeps what we answer, so that it is nothing.
        return func.HttpResponse(status_code=200)

    return webhook
