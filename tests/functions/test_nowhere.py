"""What the catch-all tells: the methods of a route that exists, and that there is nothing anywhere else."""

from collections.abc import Callable
from itertools import zip_longest

import azure.functions as func
import pytest

from functions import nowhere
from shared.services import Services
from tests.functions.serving import JSON, assert_problem
from tests.functions.test_routes import METHODS, ROUTES, TAKEN
from tests.runtime.asking import Answer, ask


def fits(template: str, path: str) -> bool:
    both = [*zip_longest(template.lower().split("/"), path.removeprefix("/").split("/"))]
    return all(part == segment or (part and segment and "{" in part) for part, segment in both)


# A path may have a function for each of its methods, and a template that fits it too.
TAKEN_METHODS = {
    path: {
        method
        for name, route in ROUTES.items()
        if name in TAKEN and fits(route.route, path)
        for method in route.methods
    }
    for path in sorted({requests[0].path for requests in TAKEN.values()})
}
OTHER_METHODS = [
    (method, path, sorted(taken)) for path, taken in TAKEN_METHODS.items() for method in sorted(METHODS - taken)
]


NOWHERE_PATHS = [
    "//",
    "/xx",
    "/xx/seats",
    "/fr/api/license",
    "/index.html",
    "/api",
    "/api/",
    "/api/nothing",
    "/api/license/bob@contoso.example",
    "/api//license",
    "//api/license",
    "/api/./license",
    "/api/x/../license",
    "/api%2Flicense",
    "/api/license%00",
    "/api/license;x=1",
    "/.well-known/security.txt",
    "/.env",
    "/%FF%FE",
    "/%",
    "/{*path}",
    "/" + "x" * 8000,
    "/runtime/webhooks/x",
]


def no_services() -> Services:
    raise AssertionError


@pytest.mark.parametrize(("method", "path", "allowed"), OTHER_METHODS)
@pytest.mark.parametrize("spell", [str, str.upper, "{}/".format], ids=["as is", "capitals", "slash"])
def test_another_method_is_refused_and_told_which_would_do(
    quiet: str, method: str, path: str, allowed: list[str], spell: Callable[[str], str]
) -> None:
    answer = ask(quiet, method, spell(path), JSON, b"{}")

    assert (answer.status, answer.header("allow")) == (405, [", ".join(allowed)])
    assert_problem_unless_head(method, answer, 405, "METHOD_NOT_ALLOWED")


def assert_problem_unless_head(method: str, answer: Answer, status: int, code: str) -> None:
    if method == "HEAD":
        assert (answer.status, answer.body) == (status, b"")
    else:
        assert_problem(answer, status, code)


@pytest.mark.parametrize("method", sorted(METHODS - {"GET"}))
def test_the_front_door_is_there_to_be_looked_at(quiet: str, method: str) -> None:
    answer = ask(quiet, method, "/?x=1", JSON, b"{}")

    assert (answer.status, answer.header("allow")) == (405, ["GET"])
    assert_problem_unless_head(method, answer, 405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/api/license", 405)])
def test_a_browser_is_told_by_a_page(quiet: str, method: str, path: str, status: int) -> None:
    answer = ask(quiet, method, path, [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")])

    assert answer.status == status
    assert answer.header("content-type")[0].startswith("text/html")
    assert path not in answer.body.decode()


def test_a_route_with_a_parameter_is_told_its_methods_too() -> None:
    things = func.Blueprint()
    for method in ("DELETE", "GET"):
        things.function_name(method.lower())(things.route("things/{thing}/parts", methods=[method])(lambda req: req))
    app = func.FunctionApp()
    app.register_functions(nowhere.blueprint([things], no_services, lambda _: func.HttpResponse()))
    [function] = app.get_functions()

    for path, status in {
        "Things/1/parts/": 405,
        "things/1": 404,
        "things/1/2/parts": 404,
        "things//parts": 404,
    }.items():
        asked = func.HttpRequest(method="PUT", url="/", route_params={"path": path}, body=b"")
        assert function.get_user_function()(asked).status_code == status, path


@pytest.mark.parametrize("path", NOWHERE_PATHS, ids=[path[:40] for path in NOWHERE_PATHS])
@pytest.mark.parametrize("method", sorted(METHODS))
def test_there_is_nothing_anywhere_else(quiet: str, path: str, method: str) -> None:
    assert_problem_unless_head(method, ask(quiet, method, path, JSON, b"{}"), 404, "NOT_FOUND")
