"""Who has which seat: the page `/seats` and the JSON behind it."""

from collections.abc import Callable

import azure.functions as func

from functions.seats import api, lists, pages
from shared.services import Services


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """All routes about seats."""
    functions = func.Blueprint()
    pages.register(functions, services)
    api.register(functions, services)
    lists.register(functions, services)
    return functions
