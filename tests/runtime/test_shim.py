"""The local host and the official runtime answer alike."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from json import loads
from time import monotonic
from types import SimpleNamespace

import pytest
from azure_functions_runtime.bindings import datumdef  # type: ignore[import-untyped]

from dev.host.cookies import Cookie
from tests.runtime.asking import TOY, Headers, ask, serving
from tests.runtime.shim import InvocationFailed, Runtime, index
from tests.runtime.toy.function_app import ANSWERS, COOKIES

JSON = [("Content-Type", "application/json")]
FORM = [("Content-Type", "application/x-www-form-urlencoded")]


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    with index(TOY, {}) as indexed:
        yield indexed


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving() as url:
        yield url


Asked = tuple[str, str, Headers, bytes]

REQUESTS: list[Asked] = [
    ("GET", "/echo/a", [], b""),
    ("GET", "/Echo/a%2Fb/c%20d/?x=1&X=2&y=&z=a+b", [("X-A", "1"), ("x-a", "2"), ("X-Empty", "")], b""),
    ("POST", "/echo/%C3%BC", JSON, b'{"a": 1}'),
    ("PUT", "/sync/a/b/", [("X-Forwarded-For", "203.0.113.7")], bytes(range(256))),
    ("DELETE", "/sync", [], b""),
    ("POST", "/form", FORM, b"a=1&b=%C3%BC"),
    ("POST", "/json", JSON, b'{"a": [1, null]}'),
    ("POST", "/json", JSON, b"not json"),
    ("GET", "/callback?code=abc", [], b""),
    ("GET", "/callback", [], b""),
    ("GET", "/fail", [], b""),
    ("GET", "/nowhere", [], b""),
    ("PATCH", "/echo/a", [], b""),
    ("HEAD", "/echo/a", [], b""),
    *[("GET", f"/answer/{kind}", [], b"") for kind in ANSWERS],
    *[("GET", f"/cookies/{kind}", [], b"") for kind in COOKIES],
]


@pytest.mark.parametrize("asked", REQUESTS)
def test_the_local_host_answers_as_the_official_runtime(base: str, runtime: Runtime, asked: Asked) -> None:
    method, target, headers, body = asked
    local = ask(base, method, target, headers, body)
    length = [("content-length", str(len(body)))] if body else []
    sent = [("host", base.removeprefix("http://")), *headers, *length]
    official = runtime.http(method, target, sent, body, local.client)

    assert (local.status, local.body) == (official.status, official.body)
    assert meant(local.headers) == meant(official.headers)


def meant(headers: Headers) -> list[tuple[str, str]]:
    """Without what the host adds to every response."""
    added = {"date", "content-length", "x-content-type-options", "x-frame-options"}
    return [(name.lower(), value) for name, value in headers if name.lower() not in added]


def test_timers_get_the_same_request_in_both(base: str, runtime: Runtime) -> None:
    for times, name in enumerate(("tick", "tock"), start=1):
        ask(base, "POST", f"/admin/functions/{name}")
        runtime.timer(name)
        local = await_runs(base, times)

        assert loads(runtime.http("GET", "/ran").body)["GET"][-1] == local[-1]


def await_runs(base: str, times: int) -> list[object]:
    deadline = monotonic() + 5
    while len(ran := list(ask(base, "GET", "/ran").json["GET"])) < times:
        assert monotonic() < deadline
    return ran


@pytest.mark.parametrize(
    ("name", "reason"), [("broken", r"LookupError\(False\)"), ("talkative", r"without a \$return binding")]
)
def test_a_timer_that_fails_raises(runtime: Runtime, name: str, reason: str) -> None:
    with pytest.raises(InvocationFailed, match=reason):
        runtime.timer(name)


class _Enum(SimpleNamespace):
    SameSite = SimpleNamespace(**{"None": "", "Lax": "lax", "Strict": "strict", "ExplicitNone": "none"})


WIRE = SimpleNamespace(
    RpcHttpCookie=_Enum,
    Timestamp=SimpleNamespace,
    NullableString=SimpleNamespace,
    NullableBool=SimpleNamespace,
    NullableDouble=SimpleNamespace,
    NullableTimestamp=SimpleNamespace,
)


@pytest.mark.parametrize("kind", [kind for kind in COOKIES if kind != "misdated"])
def test_cookies_are_taken_apart_as_the_runtime_does(kind: str) -> None:
    cookies = [SimpleCookie(text) for text in COOKIES[kind]]
    ours = [Cookie.parse(name, morsel) for cookie in cookies for name, morsel in cookie.items()]
    official = datumdef.parse_to_rpc_http_cookie_list(cookies, WIRE)

    for one, other in zip(ours, official, strict=True):
        assert (one.name, one.value, one.same_site) == (other.name, other.value, other.same_site)
        assert (one.domain, one.path) == (other.domain.value, other.path.value)
        assert (one.secure, one.http_only) == (other.secure.value, other.http_only.value)
        assert one.max_age == (other.max_age and other.max_age.value)
        assert bool(one.expires) == bool(other.expires)


def test_a_cookie_date_in_another_form_is_an_error_in_both() -> None:
    [text] = COOKIES["misdated"]
    cookie = SimpleCookie(text)

    with pytest.raises(ValueError, match="does not match format"):
        datumdef.parse_to_rpc_http_cookie_list([cookie], WIRE)
    with pytest.raises(ValueError, match="does not match format"):
        Cookie.parse("d", cookie["d"])
