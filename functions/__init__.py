"""How we are asked: HTTP and timers. Triggers know no table, no vendor and no rule."""

from collections.abc import Callable, Iterable

import azure.functions as func

from functions import (
    account,
    buy,
    health,
    home,
    landing,
    license,
    nowhere,
    privacy,
    purge,
    reconcile,
    seats,
    sign_in,
    webhooks,
)
from shared.services import MARKETPLACES, Services
from shared.telemetry import quiet_libraries


def create_app(services: Callable[[], Services], marketplaces: Iterable[str] = MARKETPLACES) -> func.FunctionApp:
    """The app with every route and timer; ``services`` is first asked when a request comes."""
    quiet_libraries()
    modules = (account, buy, health, home, landing, license, privacy, purge, reconcile, seats, sign_in)
    blueprints = [module.blueprint(services) for module in modules]
    blueprints.append(webhooks.blueprint(services, marketplaces))
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    for blueprint in (*blueprints, nowhere.blueprint(blueprints, services, home.front_door(services))):
        app.register_functions(blueprint)
    return app
