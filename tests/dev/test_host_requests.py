"""What a function gets to see of a request, over real HTTP."""

import json
import socket
from collections.abc import Iterator

import pytest

from tests.runtime.asking import HOST_JSON, ask, serving


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving() as url:
        yield url


def test_header_names_are_lower_case_and_repeated_ones_joined(base: str) -> None:
    headers = [("X-Thing", "a"), ("x-thing", "b, c"), ("X-Empty", "")]

    seen = ask(base, "GET", "/echo/a", headers).json["headers"]

    assert seen["x-thing"] == "a,b, c"
    assert seen["x-empty"] == ""
    assert set(seen) == {"host", "x-thing", "x-empty", "x-forwarded-for"}


def test_the_client_is_appended_to_x_forwarded_for_with_its_port(base: str) -> None:
    alone = ask(base, "GET", "/echo/a")
    behind = ask(base, "GET", "/echo/a", [("X-Forwarded-For", "203.0.113.7")])

    assert alone.json["headers"]["x-forwarded-for"] == alone.client
    assert behind.json["headers"]["x-forwarded-for"] == f"203.0.113.7, {behind.client}"


def test_header_values_are_utf_8_and_others_refused(base: str) -> None:
    assert (
        ask(base, "GET", "/echo/a", [("X-Name", "Zoë".encode().decode("latin-1"))]).json["headers"]["x-name"] == "Zoë"
    )
    assert ask(base, "GET", "/echo/a", [("X-Name", "Zo\xeb")]).status == 400


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("x=1", {"x": "1"}),
        ("x=1&x=2", {"x": "1,2"}),
        ("x=1&X=2", {"x": "1,2"}),
        ("x=&y=2", {"y": "2"}),
        ("x&y=2", {"y": "2"}),
        ("x=1&x=", {"x": "1"}),
        ("x=a+b%20c%26", {"x": "a b c&"}),
        ("x=1;y=2", {"x": "1;y=2"}),
    ],
)
def test_query_names_are_joined_and_empty_ones_dropped_but_from_the_url(
    base: str, query: str, params: dict[str, str]
) -> None:
    seen = ask(base, "GET", f"/echo/a?{query}").json

    assert seen["params"] == params
    assert seen["url"] == f"{base}/echo/a{'?' if query else ''}{query}"


@pytest.mark.parametrize(
    ("path", "route", "url"),
    [
        ("/echo/a", {"name": "a"}, "/echo/a"),
        ("/Echo/A/", {"name": "A"}, "/Echo/A/"),
        ("/echo/a/b", {"name": "a", "more": "b"}, "/echo/a/b"),
        ("/echo/a%2Fb/c%2fd", {"name": "a%2Fb", "more": "c%2fd"}, "/echo/a%2Fb/c%2fd"),
        ("/echo/a%20b+c%40", {"name": "a b+c@"}, "/echo/a%20b+c@"),
        ("/echo/%C3%BC", {"name": "ü"}, "/echo/%C3%BC"),
        ("/echo/50%25", {"name": "50%"}, "/echo/50%25"),
        ("/sync/a/b/", {"rest": "a/b/"}, "/sync/a/b/"),
        ("/sync", {}, "/sync"),
    ],
)
def test_route_parameters_are_decoded_but_for_slashes(base: str, path: str, route: dict[str, str], url: str) -> None:
    seen = ask(base, "GET", path).json

    assert seen["route"] == route
    assert seen["url"] == base + url


def test_a_body_with_a_length_arrives_byte_for_byte(base: str) -> None:
    body = bytes(range(256))

    for path in ("/echo/a", "/sync"):
        assert ask(base, "POST", path, body=body).json["body"].encode("latin-1") == body


def test_a_chunked_body_arrives_empty(base: str) -> None:
    chunked = [("Transfer-Encoding", "chunked")]

    answer = ask(base, "POST", "/echo/a", chunked, b"5\r\nhello\r\n0\r\n\r\n")

    assert answer.status == 200
    assert answer.json["body"] == ""


def test_get_may_have_a_body(base: str) -> None:
    assert ask(base, "GET", "/echo/a", body=b"x").json["body"] == "x"


def test_json_and_forms_are_read_by_azure_functions_own_request(base: str) -> None:
    form = [("Content-Type", "application/x-www-form-urlencoded")]

    assert ask(base, "POST", "/json", body=b'{"a": [1]}').json == {"a": [1]}
    assert ask(base, "POST", "/form", form, b"a=1&b=%C3%BC").json == {"a": "1", "b": "ü"}


def test_a_request_that_breaks_off_reaches_no_function(base: str, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", int(base.rpartition(":")[2]))) as client:
        client.sendall(b"POST /fail HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nonly")
        client.shutdown(socket.SHUT_WR)

        assert client.recv(1) == b""
    assert ask(base, "GET", "/sync").status == 200
    assert not caplog.records


def test_a_body_over_the_limit_is_a_500_before_it_is_read(base: str) -> None:
    limit = 104_857_600
    answer = ask(base, "POST", "/echo/a", [("Content-Length", str(limit + 1))], b"only the beginning")

    assert (answer.status, answer.body) == (500, b"")


def test_the_limit_is_a_setting_of_the_platform() -> None:
    with serving(settings={"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "10"}) as base:
        assert ask(base, "POST", "/echo/a", body=b"x" * 10).status == 200
        assert ask(base, "POST", "/echo/a", body=b"x" * 11).status == 500


def test_unknown_paths_and_wrong_methods_are_404_with_an_empty_body(base: str) -> None:
    for method, path in [("GET", "/nowhere"), ("PATCH", "/echo/a"), ("HEAD", "/echo/a"), ("GET", "/json")]:
        answer = ask(base, method, path)

        assert (answer.status, answer.body) == (404, b"")


def test_a_function_that_wants_a_key_answers_401_to_everybody(base: str) -> None:
    for headers in ([], [("x-functions-key", "guess")]):
        answer = ask(base, "GET", "/keyed?code=guess", headers)

        assert (answer.status, answer.body) == (401, b"")


def test_the_code_of_a_sign_in_callback_reaches_an_anonymous_function(base: str) -> None:
    assert ask(base, "GET", "/callback?code=abc").body == b"abc"


def test_the_root_is_the_platforms_page_unless_switched_off(base: str) -> None:
    page = ask(base, "GET", "/")
    with serving(settings={"AzureWebJobsDisableHomepage": "true"}) as other:
        off = ask(other, "GET", "/")

    assert (page.status, page.header("content-type")) == (200, ["text/html"])
    assert (off.status, off.body) == (204, b"")


def test_the_prefix_of_host_json_is_api_unless_it_says_otherwise() -> None:
    with serving(host_json={"version": "2.0"}) as base:
        assert ask(base, "GET", "/api/callback?code=1").status == 200
        assert ask(base, "GET", "/callback?code=1").status == 404


def test_async_functions_run_on_the_loop_and_others_in_threads(base: str) -> None:
    assert ask(base, "GET", "/echo/a").json["on the loop"] is True
    assert ask(base, "GET", "/sync").json["on the loop"] is False


def test_a_prefix_at_the_top_level_of_host_json_is_not_one() -> None:
    misplaced = {"routePrefix": "other", "extensions": HOST_JSON["extensions"]}
    with serving(host_json=json.loads(json.dumps(misplaced))) as base:
        assert ask(base, "GET", "/callback?code=1").status == 200
