"""The host itself: an ASGI application that serves a FunctionApp as Azure Functions would."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import azure.functions as func

from dev.host import asgi
from dev.host.inbound import Request, to_message
from dev.host.index import HttpFunction, TimerFunction, declared, refuse_repeated_names
from dev.host.options import Options
from dev.host.outbound import Response, from_message
from dev.host.routes import Router
from dev.host.timers import Clock, Timers
from dev.host.worker import Worker

_ADMIN = "/admin"
_RUN_TIMER = "/admin/functions/"
_HOMEPAGE = "<!doctype html><title>Functions</title><p>Your Functions app is up and running"

_logger = logging.getLogger(__name__)


class Host:
    """Serves one FunctionApp; raises AppRefused for an app that the real host would refuse or fail to load.

    The settings are the platform's own (AzureWebJobsDisableHomepage, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT).
    There are no keys here, so a function that asks for one answers 401 to everybody.
    """

    def __init__(
        self,
        app: func.FunctionApp,
        *,
        host_json: Mapping[str, Any],
        clock: Clock,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._options = Options.read(host_json, settings or {})
        self._worker = Worker()
        self.functions = self._load(app)
        http = [function for function in self.functions if isinstance(function, HttpFunction)]
        timers = [function for function in self.functions if isinstance(function, TimerFunction)]
        self._router = Router(http, self._options.route_prefix)
        self._timers = Timers(timers, self._worker.timer, clock)
        self._outstanding = 0
        self._running = False

    def _load(self, app: func.FunctionApp) -> list[HttpFunction | TimerFunction]:
        functions = []
        for function in app.get_functions():  # only once: asked again, the app finds its own names taken
            known = declared(str(function.get_function_name()), function.get_raw_bindings())
            self._worker.load(known, function.get_user_function())
            functions.append(known)
        refuse_repeated_names(functions)
        return functions

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            response = await self._respond(scope, receive)
        except asgi.Disconnected:
            return
        await asgi.write(send, response.with_defaults(self._options.custom_headers))

    async def _live(self, receive: asgi.Receive, send: asgi.Send) -> None:
        await receive()
        self._worker.start()
        self._timers.start()
        self._running = True
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._running = False
        await self._timers.stop()
        self._worker.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _respond(self, scope: asgi.Scope, receive: asgi.Receive) -> Response:
        if not self._running:
            return Response(503, body=b"Function host is not running.")
        if 0 <= self._options.most_requests <= self._outstanding:
            return Response(429)
        self._outstanding += 1
        try:
            request = asgi.request_line(scope)
            return await self._route(request, receive)
        except UnicodeDecodeError:
            return Response(400)
        finally:
            self._outstanding -= 1

    async def _route(self, request: Request, receive: asgi.Receive) -> Response:
        if request.path.lower().startswith(_ADMIN + "/"):
            return self._administer(request)
        found = self._router.find(request.method, request.path)
        if not found:
            return self._nothing_found(request)
        function, parameters = found
        if not function.anonymous:
            return Response(401)
        length = asgi.content_length(request)
        if length > self._options.largest_body:
            # 500 and not 413: https://github.com/Azure/azure-functions-host/issues/10519
            return Response(500)
        body = await asgi.read(receive) if length else b""
        return await self._invoke(function, replace(request, body=body), parameters)

    async def _invoke(self, function: HttpFunction, request: Request, parameters: dict[str, str]) -> Response:
        try:
            return from_message(await self._worker.http(function, to_message(request, parameters)))
        except Exception:
            _logger.exception("The function %s failed.", function.name)
            return Response(500)

    def _administer(self, request: Request) -> Response:
        """The one built-in route that is imitated; what the real host wants as a body may be left out."""
        name = request.path.lower().removeprefix(_RUN_TIMER)
        started = request.method == "POST" and self._timers.run_now(name)
        return Response(202 if started else 404)

    def _nothing_found(self, request: Request) -> Response:
        if request.path != "/":
            return Response(404)
        if not self._options.homepage:
            return Response(204)
        return Response(200, [("Content-Type", "text/html")], _HOMEPAGE.encode())
