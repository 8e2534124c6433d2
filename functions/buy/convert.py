"""`POST /buy/convert`: a purchase for oneself that grew becomes the organisation's."""

from collections.abc import Callable

import azure.functions as func

from functions.caller import caller, form_of
from functions.pages import pages_at, see_other, url
from shared.operations.convert_purchase import convert_purchase
from shared.services import Services


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The form on `/buy`."""

    @pages_at(functions, services, "buy_converted", "buy/convert", ["POST"])
    def buy_converted(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        session = caller(req, outside)
        form = form_of(req, outside, session)
        convert_purchase(outside, session.visitor, form.get("subscription", ""))
        return see_other(url(req, "/seats"))
