"""The notice at collection, `GET /privacy`: every stored field with why, from where, for whom and how long."""

from collections.abc import Callable

import azure.functions as func

from functions.pages import pages_at, show, who
from shared.domain.notice import entries, listed_past, summaries
from shared.services import Services


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The page."""
    functions = func.Blueprint()

    @pages_at(functions, services, "privacy", "privacy", ["GET"])
    def privacy(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        return show(
            req,
            outside,
            "privacy.html",
            session=who(req, outside),
            public=True,
            entries=entries(),
            summaries=[*summaries()],
            past=listed_past(outside.clock().date()),
        )

    return functions
