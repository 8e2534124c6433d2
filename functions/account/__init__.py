"""One's own account: the page `/account`, a copy of everything that is held, and closing."""

from collections.abc import Callable

import azure.functions as func

from functions.account import api, pages
from shared.services import Services


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """All routes about one's account."""
    functions = func.Blueprint()
    pages.register(functions, services)
    api.register(functions, services)
    return functions
