"""What becomes of a function's answer on its way out, over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.runtime.asking import ask, serving

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "body"),
    [
        ("empty", 200, [PLAIN], b""),
        ("teapot", 418, [PLAIN], b"short"),
        ("html", 200, ["text/html; charset=utf-8"], "<p>é".encode()),
        ("binary", 200, ["application/octet-stream"], bytes(range(256))),
        ("no-content", 204, [PLAIN], b""),
    ],
)
def test_an_http_response_goes_out_as_it_is(
    base: str, kind: str, status: int, content_type: list[str], body: bytes
) -> None:
    answer = ask(base, "GET", f"/answer/{kind}")

    assert (answer.status, answer.header("content-type"), answer.body) == (status, content_type, body)


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "body"),
    [
        ("text", 200, [PLAIN], b"just text"),
        ("json-text", 200, [JSON], b'{"some": "object"}'),
        ("json-string", 200, [PLAIN], b"text in quotes"),
        ("json-null", 204, [], b""),
        ("response-text", 418, [JSON], b'{"a": 1}'),
    ],
)
def test_a_str_is_parsed_and_may_become_a_whole_response(
    base: str, kind: str, status: int, content_type: list[str], body: bytes
) -> None:
    answer = ask(base, "GET", f"/answer/{kind}")

    assert (answer.status, answer.header("content-type"), answer.body) == (status, content_type, body)


def test_a_str_with_headers_sends_them(base: str) -> None:
    assert ask(base, "GET", "/answer/response-text").header("x-from") == ["text"]


@pytest.mark.parametrize(
    "target",
    [
        "/fail",
        "/answer/none",
        "/answer/bytes",
        "/answer/full-no-content",
        "/answer/odd-status",
        "/answer/non-ascii-header",
        "/answer/line-break-header",
        "/answer/unknown",
        "/cookies/misdated",
    ],
)
def test_what_fails_is_a_500_with_an_empty_body_and_the_stack_on_stderr_only(
    base: str, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(base, "GET", target)

    assert (answer.status, answer.body) == (500, b"")
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info


def test_headers_of_host_json_are_added_where_absent_and_hsts_never(base: str) -> None:
    plain, framed = ask(base, "GET", "/answer/empty"), ask(base, "GET", "/answer/framed")

    assert plain.header("x-content-type-options") == ["nosniff"]
    assert plain.header("x-frame-options") == ["DENY"]
    assert framed.header("x-frame-options") == ["SAMEORIGIN"]
    assert ask(base, "GET", "/nowhere").header("x-content-type-options") == ["nosniff"]
    assert not plain.header("strict-transport-security")


def test_nothing_names_the_server(base: str) -> None:
    assert not ask(base, "GET", "/answer/empty").header("server")


def test_of_names_that_differ_in_case_the_first_stays(base: str) -> None:
    assert ask(base, "GET", "/answer/two-cases").header("x-twice") == ["first"]


def test_head_gets_the_length_and_no_body(base: str) -> None:
    answer = ask(base, "HEAD", "/answer/teapot")

    assert (answer.status, answer.header("content-length"), answer.body) == (418, ["5"], b"")


@pytest.mark.parametrize(
    ("kind", "cookies"),
    [
        (
            "session",
            ["__Secure-session=aGk_-; max-age=3600; domain=; path=/; secure; samesite=lax; httponly"],
        ),
        ("two", ["a=1; domain=; path=", "b=2; domain=example.com; path=/b; samesite=strict"]),
        ("escaped", ["c=a%20b; domain=; path=; samesite=none"]),
        ("dated", ["d=1; expires=Wed, 21 Oct 2026 07:28:00 GMT; domain=; path="]),
        ("unreadable", []),
    ],
)
def test_cookies_are_taken_apart_and_written_anew(base: str, kind: str, cookies: list[str]) -> None:
    answer = ask(base, "GET", f"/cookies/{kind}")

    assert (answer.status, answer.header("set-cookie")) == (200, cookies)
