"""Which pages may read an answer."""

import pytest

from tests.functions.serving import JSON, LICENSE, WEBHOOK, assert_problem, question
from tests.runtime.asking import Answer, Headers, ask

ALLOWED = [
    "https://addin.vendor.example",
    "https://localhost:3000",
    # Classic Outlook's event runtime: https://github.com/OfficeDev/office-js/issues/3907
    "https://localhost:3000/",
]
OTHERS = [
    "null",
    "https://evil.example",
    "http://addin.vendor.example",
    "https://addin.vendor.example:8443",
    "https://addin.vendor.example//",
    "https://addin.vendor.example/page",
    "https://addin.vendor.example.evil.example",
    "https://evil.example,https://addin.vendor.example",
    "/",
    "*",
]
PREFLIGHT: Headers = [
    ("Access-Control-Request-Method", "POST"),
    ("Access-Control-Request-Headers", "content-type"),
]


def permissions(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("origin", ALLOWED)
def test_a_page_of_the_add_in_may_read_the_answer_and_gets_its_origin_back_as_sent(quiet: str, origin: str) -> None:
    answer = question(quiet, "bob@contoso.example", [*JSON, ("Origin", origin)])

    assert answer.status == 200
    assert permissions(answer) == {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "Retry-After",
    }
    assert answer.header("vary") == ["Origin"]


@pytest.mark.parametrize("origin", ALLOWED)
def test_a_preflight_of_the_add_in_is_answered(quiet: str, origin: str) -> None:
    answer = ask(quiet, "OPTIONS", LICENSE, [*PREFLIGHT, ("Origin", origin)])

    assert (answer.status, answer.body) == (204, b"")
    assert permissions(answer) == {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "86400",
        "access-control-expose-headers": "Retry-After",
    }
    assert answer.header("vary") == ["Origin"]


@pytest.mark.parametrize("origin", OTHERS)
def test_any_other_page_gets_no_permission(quiet: str, origin: str) -> None:
    asked = question(quiet, "bob@contoso.example", [*JSON, ("Origin", origin)])
    preflight = ask(quiet, "OPTIONS", LICENSE, [*PREFLIGHT, ("Origin", origin)])

    for answer in (asked, preflight):
        assert permissions(answer) == {}
        assert answer.header("vary") == ["Origin"]
    # This is no access control: whoever is no page gets the same answer.
    assert (asked.status, preflight.status) == (200, 204)


def test_who_names_no_origin_gets_no_permission(quiet: str) -> None:
    answer = question(quiet, "bob@contoso.example")

    assert permissions(answer) == {}
    assert answer.header("vary") == ["Origin"]


def test_a_page_of_the_add_in_may_read_refusals_too(quiet: str) -> None:
    answer = ask(quiet, "POST", LICENSE, [*JSON, ("Origin", ALLOWED[0])], b"?")

    assert_problem(answer, 400, "BODY_NOT_JSON")
    assert permissions(answer)["access-control-allow-origin"] == ALLOWED[0]


def test_nobody_is_permitted_to_send_credentials(quiet: str) -> None:
    answer = ask(quiet, "OPTIONS", LICENSE, [*PREFLIGHT, ("Origin", ALLOWED[0]), ("Cookie", "session=1")])

    assert "access-control-allow-credentials" not in permissions(answer)


@pytest.mark.parametrize("path", [WEBHOOK, "/api/health", "/nowhere"])
def test_other_routes_permit_no_page(quiet: str, path: str) -> None:
    answers = [ask(quiet, method, path, [("Origin", ALLOWED[0])]) for method in ("OPTIONS", "GET", "POST")]

    assert [permissions(answer) for answer in answers] == [{}, {}, {}]
