"""A toy app: every way of asking and answering that the local host has to get right."""

import asyncio
import json
from collections.abc import Callable

import azure.functions as func
from azure.functions.timer import TimerRequest

_ALL = ["GET", "POST", "PUT", "DELETE"]
_NEW_YEAR = "0 0 0 1 1 *"

ANSWERS: dict[str, Callable[[], object]] = {
    "none": lambda: None,
    "bytes": lambda: b"bytes",
    "text": lambda: "just text",
    "json-text": lambda: json.dumps({"some": "object"}),
    "json-string": lambda: json.dumps("text in quotes"),
    "json-null": lambda: "null",
    "response-text": lambda: json.dumps({"Status": 418, "headers": {"X-From": "text"}, "body": {"a": 1}}),
    "empty": func.HttpResponse,
    "teapot": lambda: func.HttpResponse("short", status_code=418, headers={"X-Custom": "1"}),
    "html": lambda: func.HttpResponse("<p>é", mimetype="text/html"),
    "binary": lambda: func.HttpResponse(bytes(range(256)), mimetype="application/octet-stream"),
    "no-content": lambda: func.HttpResponse(status_code=204),
    "full-no-content": lambda: func.HttpResponse("body", status_code=204),
    "odd-status": lambda: func.HttpResponse(status_code=999),
    "two-cases": lambda: func.HttpResponse(headers={"X-Twice": "first", "x-twice": "second"}),
    "framed": lambda: func.HttpResponse(headers={"X-Frame-Options": "SAMEORIGIN"}),
    "non-ascii-header": lambda: func.HttpResponse(headers={"X-Name": "Zoë"}),
    "line-break-header": lambda: func.HttpResponse(headers={"X-Name": "a\r\nSet-Cookie: b=c"}),
}

COOKIES = {
    "session": ["__Secure-session=aGk_-; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax"],
    "two": ["a=1", "b=2; Domain=example.com; Path=/b; SameSite=Strict"],
    "escaped": ['c="a b"; SameSite=None'],
    "dated": ["d=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
    "misdated": ["d=1; Expires=Wed, 21-Oct-2026 07:28:00 GMT"],
    "unreadable": ["e=1; Nonsense=2; Path"],
}


def create_app() -> func.FunctionApp:
    """A fresh app each time, since an app can be indexed once only."""
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    _add_requests(app)
    _add_answers(app)
    _add_timers(app)
    return app


def _json(value: object) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), mimetype="application/json")


def _seen(req: func.HttpRequest) -> func.HttpResponse:
    return _json(
        {
            "method": req.method,
            "url": req.url,
            "headers": dict(req.headers),
            "params": dict(req.params),
            "route": dict(req.route_params),
            "body": req.get_body().decode("latin-1"),
            "on the loop": _on_the_loop(),
        }
    )


def _on_the_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _add_requests(app: func.FunctionApp) -> None:
    @app.route("echo/{name}/{more?}", methods=_ALL)
    async def echo(req: func.HttpRequest) -> func.HttpResponse:
        return _seen(req)

    @app.route("sync/{*rest}", methods=_ALL)
    def echo_sync(req: func.HttpRequest) -> func.HttpResponse:
        return _seen(req)

    @app.route("form", methods=["POST"])
    async def form(req: func.HttpRequest) -> func.HttpResponse:
        return _json(dict(req.form))

    @app.route("json", methods=["POST"])
    async def parsed(req: func.HttpRequest) -> func.HttpResponse:
        return _json(req.get_json())

    @app.route("callback")
    async def callback(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(req.params["code"])

    @app.route("keyed", auth_level=func.AuthLevel.FUNCTION)
    async def keyed(req: func.HttpRequest) -> func.HttpResponse:
        return _seen(req)


def _add_answers(app: func.FunctionApp) -> None:
    @app.route("answer/{kind}")
    async def answer(req: func.HttpRequest):  # type: ignore[no-untyped-def] # noqa: ANN202 - wrong ones on purpose
        return ANSWERS[req.route_params["kind"]]()

    @app.route("cookies/{kind}")
    def cookies(req: func.HttpRequest) -> func.HttpResponse:
        response = func.HttpResponse("sweet")
        for cookie in COOKIES[req.route_params["kind"]]:
            response.headers.add("Set-Cookie", cookie)
        return response

    @app.route("fail")
    async def fail(req: func.HttpRequest) -> func.HttpResponse:
        raise LookupError(req.method)

    @app.route("slow")
    async def slow(req: func.HttpRequest) -> func.HttpResponse:
        await asyncio.sleep(float(req.params["seconds"]))
        return func.HttpResponse("slept")


def _add_timers(app: func.FunctionApp) -> None:
    ran: list[object] = []

    @app.timer_trigger(arg_name="timer", schedule=_NEW_YEAR)
    async def tick(timer: TimerRequest) -> None:
        ran.append([timer.past_due, timer.schedule_status, timer.schedule, _on_the_loop()])

    @app.timer_trigger(arg_name="clock", schedule=_NEW_YEAR)
    def tock(clock: TimerRequest) -> None:
        ran.append([clock.past_due, clock.schedule_status, clock.schedule, _on_the_loop()])

    @app.timer_trigger(arg_name="timer", schedule=_NEW_YEAR)
    def broken(timer: TimerRequest) -> None:
        ran.append("broken")
        raise LookupError(timer.past_due)

    @app.timer_trigger(arg_name="timer", schedule=_NEW_YEAR)
    async def talkative(timer: TimerRequest):  # type: ignore[no-untyped-def] # noqa: ANN202 - wrong on purpose
        ran.append("talkative")
        return timer.past_due

    @app.route("ran")
    async def report(req: func.HttpRequest) -> func.HttpResponse:
        return _json({req.method: ran})


app = create_app()
