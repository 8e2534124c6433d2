"""What Paddle sends, over HTTP: stored once, nothing to store, or refused with a code."""

import json
from datetime import timedelta

import pytest

from tests.functions.serving import JSON, WEBHOOK, question, send
from tests.paddle import Subscription, sign
from tests.runtime.asking import Answer, Headers, ask
from tests.world import BOB, NOON, World

BODY = json.dumps(Subscription().tell("created")).encode()
GOOD = sign(BODY, NOON)
TS, H1 = GOOD.split(";")


def deliver(base: str, headers: Headers, body: bytes = BODY) -> Answer:
    return ask(base, "POST", WEBHOOK, [*JSON, *headers], body)


def test_an_event_is_stored_and_answered_with_nothing(base: str, world: World) -> None:
    answer = deliver(base, [("Paddle-Signature", GOOD)])

    assert (answer.status, answer.body) == (200, b"")
    assert len(world.rows()["subscriptions"]) == 2


def test_a_repetition_is_answered_alike_and_changes_nothing(base: str, world: World) -> None:
    first = deliver(base, [("Paddle-Signature", GOOD)])
    stored = world.rows()
    second = deliver(base, [("Paddle-Signature", GOOD)])

    assert (second.status, second.body) == (first.status, first.body)
    assert world.rows() == stored


def test_a_purchase_over_http_licenses_whom_it_seats(base: str, world: World) -> None:
    bought = Subscription(world.checkout(BOB, "person"), quantity=1)
    answers = [send(base, payload) for payload in bought.bought()]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert question(base, BOB.addresses[0]).json["code"] == "LICENSED"


SIGNED = {
    "at the edge of the past": sign(BODY, NOON - timedelta(seconds=300)),
    "at the edge of the future": sign(BODY, NOON + timedelta(seconds=300)),
    "beside another's": f"{TS};h1={'0' * 64};{H1}",
    "beside an unknown key": f"{TS};{H1};h2=x;v=",
    "in another order": f"{H1};{TS}",
    "with blanks": f" {TS} ; {H1} ",
}


@pytest.mark.parametrize("signature", SIGNED.values(), ids=SIGNED)
def test_a_signature_by_any_of_the_documented_ways_counts(base: str, world: World, signature: str) -> None:
    assert deliver(base, [("Paddle-Signature", signature)]).status == 200
    assert world.rows()["subscriptions"]


@pytest.mark.parametrize("quantity", [0, 1, 1_000_000])
def test_any_number_of_seats_is_taken_as_it_is(base: str, world: World, quantity: int) -> None:
    event = Subscription(quantity=quantity).tell("created")

    assert send(base, event).status == 200
    [header] = [row for row in world.rows()["subscriptions"] if row["RowKey"] == "subscription"]
    assert header["quantity"] == quantity
