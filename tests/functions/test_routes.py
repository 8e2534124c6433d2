"""Every route that the indexed app has: what it takes, what it refuses, and that Azure will find it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from dev.host.index import HttpFunction, TimerFunction, declared
from functions import create_app
from functions.pages import LANGUAGES
from tests.functions.serving import JSON, LICENSE, WEBHOOK, assert_problem
from tests.paddle import Subscription, sign
from tests.runtime.asking import Headers, ask
from tests.world import NOON, World, environment

NOWHERE = "zz_nowhere"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

GOOD = json.dumps({"email": "nobody@contoso.example"}).encode()
UNKNOWN_EVENT = json.dumps(Subscription().event("address.created", {"id": "add_1"})).encode()
SIGNED: Headers = [*JSON, ("Paddle-Signature", sign(UNKNOWN_EVENT, NOON))]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    status: int = 200
    headers: Headers = ()
    body: bytes = b""


# Pages, which are in each language, too. Nobody is signed in here; who is has tests of their own.
PAGES = {
    "account": [Request("GET", "/account", 401)],
    "account_changed": [Request("POST", "/account", 401)],
    "buy": [Request("GET", "/buy")],
    "buy_arrived": [Request("GET", "/buy/arrived", 401)],
    "buy_checkout": [Request("GET", "/buy/checkout", 401)],
    "buy_chosen": [Request("POST", "/buy", 401)],
    "buy_claim": [Request("GET", "/buy/claim", 401)],
    "buy_claimed": [Request("POST", "/buy/claim", 401)],
    "buy_converted": [Request("POST", "/buy/convert", 401)],
    "landing": [Request("GET", "/landing")],
    "landing_confirmed": [Request("POST", "/landing", 401)],
    "privacy": [Request("GET", "/privacy")],
    "seats": [Request("GET", "/seats", 401)],
    "seats_changed": [Request("POST", "/seats", 401)],
}
TAKEN = {
    **PAGES,
    **{
        f"{name}_{language}": [replace(request, path=f"/{language}{request.path}") for request in requests]
        for name, requests in PAGES.items()
        for language in LANGUAGES
    },
    **{f"home_{language}": [Request("GET", f"/{language}")] for language in LANGUAGES},
    "account_close": [Request("POST", "/api/account/close", 401)],
    "account_export": [Request("GET", "/api/account/export", 401)],
    "health": [Request("GET", "/api/health")],
    "license": [Request("POST", LICENSE, 200, JSON, GOOD), Request("OPTIONS", LICENSE, 204)],
    "license_keys": [Request("GET", "/.well-known/jwks.json")],
    "seats_assign": [Request("POST", "/api/seats", 401)],
    "seats_check": [Request("POST", "/api/seats/check", 401)],
    "seats_export": [Request("GET", "/api/seats/export", 401)],
    "seats_give": [Request("POST", "/api/seats/give", 401)],
    "seats_list": [Request("GET", "/api/seats", 401)],
    "seats_read": [Request("POST", "/api/seats/read", 401)],
    "seats_refresh": [Request("POST", "/api/seats/refresh", 401)],
    "seats_search": [Request("POST", "/api/seats/search", 401)],
    "seats_take_back": [Request("DELETE", "/api/seats/paddle.sub_1.0", 401)],
    # Entra is away here; where it is not is tested with it.
    "sign_in": [Request("GET", "/sign-in", 503)],
    "sign_in_callback": [Request("GET", "/sign-in/callback", 400)],
    "sign_out": [Request("POST", "/sign-out")],
    # This world sells at Paddle only.
    "webhook_microsoft": [Request("POST", "/api/webhooks/microsoft", 404)],
    "webhook_paddle": [Request("POST", WEBHOOK, 200, SIGNED, UNKNOWN_EVENT)],
}
# What has neither body nor key has nothing to refuse.
REFUSED = {
    "license": [Request("POST", LICENSE, 400, JSON, b"?")],
    "webhook_paddle": [Request("POST", WEBHOOK, 401, JSON, UNKNOWN_EVENT)],
}


def index() -> Iterator[HttpFunction | TimerFunction]:
    app = create_app(lambda: World(environment()).services)
    for function in app.get_functions():
        yield declared(str(function.get_function_name()), function.get_raw_bindings())


FUNCTIONS = {function.name: function for function in index()}
ROUTES = {name: function for name, function in FUNCTIONS.items() if isinstance(function, HttpFunction)}
ANY_TAKEN = [request for requests in TAKEN.values() for request in requests]
ANY_REFUSED = [request for requests in REFUSED.values() for request in requests]


def name_of(request: Request) -> str:
    return f"{request.method} {request.path}"


def test_every_route_has_a_case_for_each_of_its_methods() -> None:
    tried = {name: {request.method for request in requests} for name, requests in TAKEN.items()}

    assert tried == {name: set(route.methods) for name, route in ROUTES.items() if name != NOWHERE}
    assert REFUSED.keys() == {name for name, requests in TAKEN.items() if any(found.body for found in requests)}


@pytest.mark.parametrize("request_", ANY_TAKEN, ids=name_of)
def test_a_route_takes_what_is_documented(quiet: str, request_: Request) -> None:
    answer = ask(quiet, request_.method, request_.path, request_.headers, request_.body)

    assert answer.status == request_.status
    assert answer.header("x-content-type-options") == ["nosniff"]
    # A form of ours must come with its origin, which no-referrer takes away.
    is_page = "text/html" in str(answer.header("content-type"))
    assert answer.header("referrer-policy") == (["same-origin"] if is_page else ["no-referrer"])
    assert answer.header("set-cookie") == []


@pytest.mark.parametrize("request_", ANY_REFUSED, ids=name_of)
def test_a_route_refuses_what_is_not(quiet: str, request_: Request) -> None:
    answer = ask(quiet, request_.method, request_.path, request_.headers, request_.body)

    assert_problem(answer, request_.status, answer.json["code"])


@pytest.mark.parametrize("request_", ANY_TAKEN, ids=name_of)
@pytest.mark.parametrize("spell", ["{}/".format, "{}?x=1&email=".format, str.upper], ids=["slash", "query", "capitals"])
def test_a_route_is_found_however_its_path_is_spelled(
    quiet: str, request_: Request, spell: Callable[[str], str]
) -> None:
    answer = ask(quiet, request_.method, spell(request_.path), request_.headers, request_.body)

    assert answer.status == request_.status


def test_every_route_is_anonymous() -> None:
    # A sign-in callback carries ?code=, which is also how a function's key is sent.
    assert [name for name, route in ROUTES.items() if not route.anonymous] == []


def test_no_route_is_one_that_the_host_keeps_for_itself() -> None:
    assert [name for name, route in ROUTES.items() if route.route.lower().startswith(("admin", "runtime"))] == []


def test_no_route_shadows_another() -> None:
    others = [route for name, route in ROUTES.items() if name != NOWHERE]

    for one, other in combinations(others, 2):
        both = zip(one.route.lower().split("/"), other.route.lower().split("/"), strict=False)
        overlap = all(a == b or "{" in a + b for a, b in both) and one.route.count("/") == other.route.count("/")
        assert not (overlap and one.methods & other.methods), (one.name, other.name)


def test_the_host_asks_the_catch_all_last_and_for_every_method() -> None:
    # https://github.com/Azure/azure-functions-host/issues/3153: functions match in the order of their names.
    assert max(ROUTES, key=str.upper) == NOWHERE
    assert ROUTES[NOWHERE].route == "{*path}"
    assert ROUTES[NOWHERE].methods == METHODS


def test_timers_run_every_hour_and_not_at_every_start() -> None:
    timers = {name: timer.schedule for name, timer in FUNCTIONS.items() if isinstance(timer, TimerFunction)}

    # The local host, which reads the same declaration, refuses run_on_startup.
    assert timers == {"purge": "0 7 * * * *", "reconcile": "0 37 * * * *"}
