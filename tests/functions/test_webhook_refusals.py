"""Deliveries that are not Paddle's, or not as its events are, or nothing to us: none of them leaves anything."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.serving import WEBHOOK, assert_problem, send
from tests.functions.test_webhooks import BODY, GOOD, H1, TS
from tests.paddle import Payload, Subscription, sign
from tests.runtime.asking import Headers, ask
from tests.world import NOON

UNSIGNED: dict[str, Headers] = {
    name: [("Paddle-Signature", value) for value in values]
    for name, values in {
        "missing": [],
        "empty": [""],
        "without a time": [H1],
        "without a signature": [TS],
        "with two times": [f"{TS};{GOOD}"],
        "with an empty time": [f"ts=;{H1}"],
        "with a time that is none": [f"ts=noon;{H1}"],
        "with a time in other digits": [f"ts=\u0661\u0667;{H1}".encode().decode("latin-1")],
        "with a time beyond all bounds": [f"ts={'9' * 40};{H1}"],
        "with a negative time": [f"ts=-{TS[3:]};{H1}"],
        "by another secret": [sign(BODY, NOON, "pdl_ntfset_another")],
        "by no secret": [sign(BODY, NOON, "")],
        "of another body": [sign(BODY + b" ", NOON)],
        "of nothing": [sign(b"", NOON)],
        "stale": [sign(BODY, NOON - timedelta(seconds=301))],
        "from the future": [sign(BODY, NOON + timedelta(seconds=301))],
        "moved to another time": [f"ts={int(TS[3:]) + 1};{H1}"],
        "in capitals": [f"{TS};h1={H1[3:].upper()}"],
        "cut short": [GOOD[:-1]],
        "too long": [GOOD + "0"],
        "under another key": [f"{TS};h2={H1[3:]}"],
        "separated otherwise": [f"{TS},{H1}"],
        "not ASCII": [f"{TS};h1=\u00e9{H1[4:]}".encode().decode("latin-1")],
        "repeated": [GOOD, GOOD],
        "repeated with another": [sign(BODY, NOON, "pdl_ntfset_another"), GOOD],
        "repeated after another": [GOOD, sign(BODY, NOON, "pdl_ntfset_another")],
        "endless": ["h1=0;" * 5000 + TS],
    }.items()
}


@pytest.mark.parametrize("headers", UNSIGNED.values(), ids=UNSIGNED)
def test_a_signature_that_is_not_paddles_is_refused_and_stores_nothing(quiet: str, headers: Headers) -> None:
    assert_problem(ask(quiet, "POST", WEBHOOK, headers, BODY), 401, "SIGNATURE_INVALID")


@pytest.mark.parametrize("body", [b"", b"?", BODY.replace(b":", b": ", 1), BODY[:-1], BODY.decode().encode("utf-16")])
def test_the_signature_is_over_the_very_bytes(quiet: str, body: bytes) -> None:
    assert_problem(ask(quiet, "POST", WEBHOOK, [("Paddle-Signature", GOOD)], body), 401, "SIGNATURE_INVALID")


def without(name: str) -> Callable[[Payload], object]:
    return lambda event: event["data"].pop(name)


def having(**members: object) -> Callable[[Payload], object]:
    return lambda event: event["data"].update(members)


def item(quantity: object) -> dict[str, Any]:
    return {"status": "active", "quantity": quantity, "price": {"id": "pri_team"}}


MALFORMED: dict[str, Callable[[Payload], object]] = {
    "no data": lambda event: event.pop("data"),
    "data that is a list": lambda event: event.update(data=[]),
    "no type": lambda event: event.pop("event_type"),
    "no event id": lambda event: event.pop("event_id"),
    "no time": lambda event: event.pop("occurred_at"),
    "a time that is none": lambda event: event.update(occurred_at="yesterday"),
    "a time beyond all bounds": lambda event: event.update(occurred_at="99999-01-01T00:00:00Z"),
    "no id": without("id"),
    "no status": without("status"),
    "no items": without("items"),
    "items that are a text": having(items="many"),
    "no quantity": having(items=[{"price": {"id": "pri_team"}}]),
    "no price": having(items=[{"quantity": 1}]),
    "a quantity below zero": having(items=[item(-1)]),
    "a quantity in words": having(items=[item("three")]),
    "a quantity in quotes": having(items=[item("3")]),
    "half a seat": having(items=[item(0.5)]),
    "a quantity without end": having(items=[item(10**30)]),
    "a quantity that is true": having(items=[item(quantity=True)]),
    "a period without an end": having(current_billing_period={"starts_at": "2026-03-02T12:00:00Z"}),
    "an update at no time": having(updated_at="later"),
    **{
        f"{name} in its id": having(id=f"sub_1{character}2")
        for name, character in {
            "a slash": "/",
            "a backslash": "\\",
            "a number sign": "#",
            "a question mark": "?",
            "a quote": "'",
            "a full stop": ".",
            "a blank": " ",
            "a tabulator": "\t",
            "a null character": "\0",
            "a control character": "\x85",
            "an umlaut": "ü",
            "half a surrogate pair": "\ud800",
        }.items()
    },
    "an empty id": having(id=""),
    "an id that is too long": having(id="s" * 129),
    "an event id with a slash": lambda event: event.update(event_id="evt/1"),
}


@pytest.mark.parametrize("spoil", MALFORMED.values(), ids=MALFORMED)
def test_a_signed_event_that_lacks_what_it_must_have_is_refused(quiet: str, spoil: Callable[[Payload], object]) -> None:
    event = Subscription().tell("created")
    spoil(event)

    assert_problem(send(quiet, event), 400, "EVENT_MALFORMED")


NOT_EVENTS = [b"", b"?", b"[]", b"null", b'"event"', b"[" * 100_000, b"\xff", b'{"event_id": "evt_1"}']


@pytest.mark.parametrize("body", NOT_EVENTS, ids=[repr(body[:20]) for body in NOT_EVENTS])
def test_a_signed_body_that_is_no_event_is_refused(quiet: str, body: bytes) -> None:
    assert_problem(ask(quiet, "POST", WEBHOOK, [("Paddle-Signature", sign(body, NOON))], body), 400, "EVENT_MALFORMED")


NOTHING_TO_STORE: dict[str, Callable[[Payload], object]] = {
    "an unknown type": lambda event: event.update(event_type="subscription.teleported"),
    "a type that concerns people": lambda event: event.update(event_type="customer.updated"),
    "an empty type": lambda event: event.update(event_type=""),
    "an unknown status": having(status="levitating"),
    "prices that were never ours": having(items=[{"quantity": 1, "price": {"id": "pri_of_another_product"}}]),
    "no items at all": having(items=[]),
}


@pytest.mark.parametrize("change", NOTHING_TO_STORE.values(), ids=NOTHING_TO_STORE)
def test_what_is_not_ours_is_answered_with_200_and_stores_nothing(
    quiet: str, change: Callable[[Payload], object]
) -> None:
    event = Subscription().tell("created")
    change(event)
    answer = send(quiet, event)

    assert (answer.status, answer.body) == (200, b"")


def test_a_large_event_is_taken_and_a_larger_one_refused(quiet: str) -> None:
    event = Subscription().event("address.created", {"note": "x" * 100_000})

    assert send(quiet, event).status == 200
    event["data"]["note"] *= 11
    assert_problem(send(quiet, event), 413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("headers", [[], [("Content-Type", "text/plain")], [("Content-Type", "x")]])
def test_the_media_type_is_paddles_business(quiet: str, headers: Headers) -> None:
    body = json.dumps(Subscription().event("address.created", {})).encode()

    assert ask(quiet, "POST", WEBHOOK, [*headers, ("Paddle-Signature", sign(body, NOON))], body).status == 200
