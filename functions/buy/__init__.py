"""Buying: what is sold, for whom and where, the checkout, the purchase as it arrives, and claims."""

from collections.abc import Callable

import azure.functions as func

from functions.buy import checkout, choosing, claim, convert
from shared.services import Services


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The pages."""
    functions = func.Blueprint()
    for module in (choosing, checkout, claim, convert):
        module.register(functions, services)
    return functions
