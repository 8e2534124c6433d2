"""Questions that are not as documented: each gets its code, and none of them leaves anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.functions.serving import JSON, LICENSE, assert_problem
from tests.runtime.asking import Headers, ask

TEXT: Headers = [("Content-Type", "text/plain")]
GOOD = b'{"email": "nobody@contoso.example"}'

NOT_JSON = {
    "nothing": b"",
    "blanks": b"  \n",
    "a bare address": b"bob@contoso.example",
    "a form": b"email=bob%40contoso.example",
    "cut off": b'{"email": "bob@contoso.example"',
    "a trailing comma": b'{"email": "bob@contoso.example",}',
    "single quotes": b"{'email': 'bob@contoso.example'}",
    "two documents": GOOD + GOOD,
    "deep nesting": b"[" * 2000,
    "a control character in the text": b'{"email": "bob@contoso\n.example"}',
    "bytes that are no text": b'{"email": "\xff\xfe@contoso.example"}',
    "another encoding": GOOD.decode().encode("utf-16"),
    "another encoding without its mark": GOOD.decode().encode("utf-32-be"),
    "a mark before the text": b"\xef\xbb\xbf" + GOOD,
    "a surrogate in UTF-8": b'{"email": "\xed\xa0\x80@contoso.example"}',
}
NOT_AS_DOCUMENTED = {
    "a list": b'["bob@contoso.example"]',
    "a text": b'"bob@contoso.example"',
    "null": b"null",
    "a number": b"17",
    "no members": b"{}",
    "another member": b'{"mail": "bob@contoso.example"}',
    "a member in capitals": b'{"Email": "bob@contoso.example"}',
    "one member more": b'{"email": "bob@contoso.example", "name": "Bob"}',
    "the member twice": b'{"email": "bob@contoso.example", "email": "bob@contoso.example"}',
    "the member twice, once escaped": b'{"email": "bob@contoso.example", "\\u0065mail": "x@contoso.example"}',
    "a member twice further in": b'{"email": {"a": 1, "a": 2}}',
    "a member twice in a list": b'{"email": [{"a": 1, "a": 2}]}',
}
NO_ADDRESS = {
    name: json.dumps({"email": value}).encode()
    for name, value in {
        "empty": "",
        "blank": "   ",
        "without an at sign": "bob.contoso.example",
        "without a name": "@contoso.example",
        "without a domain": "bob@",
        "two at sign": "bob@bee@contoso.example",
        "a line break": "bob\n@contoso.example",
        "a null character": "bob\0@contoso.example",
        "a blank within": "bob bee@contoso.example",
        "half a surrogate pair": "bob\ud800@contoso.example",
        "too long": "b" * 320 + "@contoso.example",
        "null": None,
        "a number": 17,
        "true": True,
        "a list": ["bob@contoso.example"],
        "an object": {"address": "bob@contoso.example"},
        "no number at all": float("nan"),
        "a long number": 10**2000,
    }.items()
}
NO_MEDIA_TYPE: dict[str, Headers] = {
    "none": [],
    "empty": [("Content-Type", "")],
    "a form": [("Content-Type", "application/x-www-form-urlencoded")],
    "XML": [("Content-Type", "text/xml")],
    "a problem": [("Content-Type", "application/problem+json")],
    "anything": [("Content-Type", "*/*")],
    "two": [("Content-Type", "application/json"), ("Content-Type", "text/plain")],
    "another character set": [("Content-Type", "application/json; charset=iso-8859-1")],
    "two parameters": [("Content-Type", "application/json; charset=utf-8; version=1")],
    "another parameter": [("Content-Type", "text/plain; format=flowed")],
}


@pytest.mark.parametrize("headers", [JSON, TEXT], ids=["json", "text"])
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_is_refused(quiet: str, body: bytes, headers: Headers) -> None:
    assert_problem(ask(quiet, "POST", LICENSE, headers, body), 400, "BODY_NOT_JSON")


@pytest.mark.parametrize("body", NOT_AS_DOCUMENTED.values(), ids=NOT_AS_DOCUMENTED)
def test_other_members_than_the_documented_one_are_refused(quiet: str, body: bytes) -> None:
    assert_problem(ask(quiet, "POST", LICENSE, JSON, body), 400, "BODY_NOT_AS_DOCUMENTED")


@pytest.mark.parametrize("body", NO_ADDRESS.values(), ids=NO_ADDRESS)
def test_an_address_that_is_none_is_refused(quiet: str, body: bytes) -> None:
    assert_problem(ask(quiet, "POST", LICENSE, JSON, body), 400, "ADDRESS_INVALID")


def test_deep_nesting_is_refused_whether_or_not_python_can_read_it(quiet: str) -> None:
    for depth in (100, 1000):
        body = b'{"email": ' + b"[" * depth + b"]" * depth + b"}"
        answer = ask(quiet, "POST", LICENSE, JSON, body)

        assert (answer.status, answer.json["code"]) in {(400, "BODY_NOT_JSON"), (400, "ADDRESS_INVALID")}


@pytest.mark.parametrize("headers", NO_MEDIA_TYPE.values(), ids=NO_MEDIA_TYPE)
def test_other_media_types_are_refused(quiet: str, headers: Headers) -> None:
    assert_problem(ask(quiet, "POST", LICENSE, headers, GOOD), 415, "MEDIA_TYPE_UNSUPPORTED")


@pytest.mark.parametrize("size", [2049, 100_000, 3_000_000])
def test_a_body_of_more_than_two_kilobytes_is_refused(quiet: str, size: int) -> None:
    body = GOOD + b" " * (size - len(GOOD))

    assert_problem(ask(quiet, "POST", LICENSE, JSON, body), 413, "BODY_TOO_LARGE")


def test_a_body_of_two_kilobytes_is_not_too_large(quiet: str) -> None:
    assert ask(quiet, "POST", LICENSE, JSON, GOOD + b" " * (2048 - len(GOOD))).status == 200


def test_a_body_in_chunks_never_arrives(quiet: str) -> None:
    chunked = [*JSON, ("Transfer-Encoding", "chunked")]
    body = f"{len(GOOD):x}\r\n".encode() + GOOD + b"\r\n0\r\n\r\n"

    assert_problem(ask(quiet, "POST", LICENSE, chunked, body), 400, "BODY_NOT_JSON")


@pytest.mark.parametrize("value", ["Bearer a.b.c", "Basic Ym9iOmJvYg==", "nonsense", ""])
def test_an_authorization_header_is_refused(quiet: str, value: str) -> None:
    answer = ask(quiet, "POST", LICENSE, [*JSON, ("Authorization", value)], GOOD)

    assert_problem(answer, 400, "AUTHORIZATION_NOT_ACCEPTED")


@given(st.one_of(st.text(max_size=60), st.emails(), st.text("@.xn-ßüİ。\u200d\u0301\ufeff", max_size=40)))
def test_any_text_is_answered_or_refused(quiet: str, address: str) -> None:
    answer = ask(quiet, "POST", LICENSE, JSON, json.dumps({"email": address}).encode())

    assert (answer.status, answer.json["code"]) in {(200, "NO_LICENSE"), (400, "ADDRESS_INVALID")}
