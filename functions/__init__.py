"""How we are asked: HTTP and timers. Triggers know no table, no vendor and no rule."""

from collections.abc import Callable

import azure.functions as func

from functions import health, license, nowhere, purge, reconcile, webhooks
from shared.services import Services
from shared.telemetry import quiet_libraries


def create_app(services: Callable[[], Services]) -> func.FunctionApp:
    """The app with every route and timer; ``services`` is first asked when a request comes."""
    quiet_libraries()
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    for module in (health, license, nowhere, purge, reconcile, webhooks):
        app.register_functions(module.blueprint(services))
    return app
