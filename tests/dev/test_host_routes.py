"""Which function the local host picks for a path, and which routes it refuses."""

from collections.abc import Sequence

import pytest

from dev.host import AppRefused
from dev.host.index import HttpFunction
from dev.host.routes import Router


def http(name: str, route: str, *methods: str) -> HttpFunction:
    return HttpFunction(name, "req", route, frozenset(methods), anonymous=True)


def found(router: Router, method: str, path: str) -> str | None:
    match = router.find(method, path)
    return match and match[0].name


MATCHES = [
    ("api/health", "/api/health", {}),
    ("api/health", "/API/Health", {}),
    ("api/health", "/api/health/", {}),
    ("api/health", "/api/health//", None),
    ("api/health", "/api//health", None),
    ("api/health", "/api", None),
    ("api/health", "/api/health/x", None),
    (".well-known/jwks.json", "/.well-known/jwks.json", {}),
    ("seats/{seat}", "/seats/Alice", {"seat": "Alice"}),
    ("seats/{seat}", "/seats/a%2Fb", {"seat": "a%2Fb"}),
    ("seats/{seat}", "/seats/", None),
    ("seats/{seat}", "/seats", None),
    ("seats/{seat}", "/seats/a/b", None),
    ("seats/{seat?}", "/seats", {}),
    ("seats/{seat?}", "/seats/", {}),
    ("seats/{seat?}", "/seats//", None),
    ("seats/{seat?}", "/seats/a", {"seat": "a"}),
    ("pages/{page:int}", "/pages/12", {"page": "12"}),
    ("pages/{page:int}", "/pages/-12", {"page": "-12"}),
    ("pages/{page:int}", "/pages/2147483647", {"page": "2147483647"}),
    ("pages/{page:int}", "/pages/2147483648", None),
    ("pages/{page:int}", "/pages/" + "9" * 5000, None),
    ("pages/{page:int}", "/pages/one", None),
    ("pages/{page:int}", "/pages/1.5", None),
    ("pages/{page:int?}", "/pages", {}),
    ("files/{*rest}", "/files", {}),
    ("files/{*rest}", "/files/", {}),
    ("files/{*rest}", "/files/a/b", {"rest": "a/b"}),
    ("files/{*rest}", "/files/a/b/", {"rest": "a/b/"}),
    ("files/{*rest}", "/other", None),
    ("{*rest}", "/", {}),
    ("{*rest}", "/a", {"rest": "a"}),
    ("{p?}", "/", {}),
]


@pytest.mark.parametrize(("route", "path", "values"), MATCHES)
def test_a_route_matches_as_in_asp_net(route: str, path: str, values: dict[str, str] | None) -> None:
    match = Router([http("f", route)], prefix="").find("GET", path)

    assert (match and match[1]) == values


@pytest.mark.parametrize(
    ("names", "winner"),
    [
        (("get_item", "recent"), "get_item"),
        (("a_recent", "get_item"), "a_recent"),
        (("B", "a"), "a"),
        (("seat_search", "seats"), "seats"),
    ],
)
def test_functions_are_tried_in_alphabetical_order_whatever_their_routes(names: tuple[str, str], winner: str) -> None:
    routes = {name: "items/recent" if "recent" in name else f"items/{{{name}}}" for name in names}
    for order in (names, names[::-1]):
        router = Router([http(name, routes[name]) for name in order], prefix="")

        assert found(router, "GET", "/items/recent") == winner


def test_a_wrong_method_is_no_match_and_leaves_the_path_to_others() -> None:
    router = Router([http("a", "seats", "GET"), http("b", "{*rest}", "POST", "GET")], prefix="")

    assert found(router, "GET", "/seats") == "a"
    assert found(router, "POST", "/seats") == "b"
    assert found(router, "DELETE", "/seats") is None


def test_head_is_not_derived_from_get() -> None:
    router = Router([http("a", "seats", "GET"), http("b", "both", "GET", "HEAD"), http("c", "any")], prefix="")

    assert found(router, "HEAD", "/seats") is None
    assert found(router, "HEAD", "/both") == "b"
    assert found(router, "HEAD", "/any") == "c"


def test_the_prefix_stands_before_every_route() -> None:
    router = Router([http("a", "seats")], prefix="api")

    assert found(router, "GET", "/Api/seats") == "a"
    assert found(router, "GET", "/seats") is None


REFUSED = [
    ([http("a", "admin")], "starts with admin or runtime"),
    ([http("a", "Administration/users")], "starts with admin or runtime"),
    ([http("a", "runtime-info")], "starts with admin or runtime"),
    ([http("a", "seats", "GET"), http("b", "Seats", "POST", "GET")], "b: the route conflicts .* by a"),
    ([http("a", "seats"), http("b", "seats", "GET")], "b: the route conflicts .* by a"),
    ([http("a", "seats"), http("b", "seats")], "b: the route conflicts .* by a"),
    ([http("a", "x/{p}/{P}")], "appears twice"),
    ([http("a", "x/{p?}/y")], "must come last"),
    ([http("a", "{*rest}/y")], "must come last"),
    ([http("a", "x/{p:guid}")], "does not know the route segment '{p:guid}'"),
    ([http("a", "x/{p}.json")], "does not know the route segment"),
    ([http("a", "x/{p=1}")], "does not know the route segment"),
    ([http("a", "x//y")], "does not know the route segment"),
]


@pytest.mark.parametrize(("functions", "reason"), REFUSED)
def test_a_route_that_azure_refuses_is_refused_with_its_reason(functions: Sequence[HttpFunction], reason: str) -> None:
    with pytest.raises(AppRefused, match=reason):
        Router(functions, prefix="api")


def test_one_route_may_belong_to_several_functions_with_different_methods() -> None:
    router = Router([http("a", "seats", "GET"), http("b", "seats", "POST")], prefix="")

    assert [found(router, method, "/seats") for method in ("GET", "POST")] == ["a", "b"]
