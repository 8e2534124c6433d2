"""The front door, `GET /`: what this is and where to go, for whoever the add-in sent and for whoever is lost."""

from collections.abc import Callable

import azure.functions as func

from functions.edge import Handler
from functions.pages import LANGUAGES, page_endpoint, show, who
from shared.services import Services


def front_door(services: Callable[[], Services]) -> Handler:
    """The page at `/`, a path that only the catch-all can have: an empty route means the function's name."""

    @page_endpoint(services)
    def home(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        return show(req, outside, "home.html", session=who(req, outside), public=True)

    return home


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The page in each language."""
    functions = func.Blueprint()
    answer = front_door(services)
    for language in LANGUAGES:
        functions.function_name(f"home_{language}")(functions.route(language, methods=["GET"])(answer))
    return functions
