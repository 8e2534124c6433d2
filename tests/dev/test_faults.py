"""What can be made to go wrong at the stand-ins, from Python and over HTTP."""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import jwt
import msal
import pytest
import requests
from pydantic import ValidationError

from dev.faults import Fault, Faults
from dev.paddle_api import Paddle
from dev.standins import PUBLISHER, PUBLISHER_TENANT, SECRET, StandIns
from dev.wire import Clock
from tests.dev.receiver import Receiver, genuine
from tests.dev.serving import ROOT, wait_until

NOON = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)
SECONDS = 10


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def paddle(receiver: Receiver) -> Iterator[Paddle]:
    with Paddle(clock=Clock(NOON)) as paddle:
        paddle.destination.deliver_to(receiver.url)
        yield paddle


def ask(paddle: Paddle, path: str = "/subscriptions", method: str = "GET") -> requests.Response:
    headers = {"Authorization": f"Bearer {paddle.keys.key}"}
    return requests.request(method, paddle.base + path, headers=headers, timeout=SECONDS)


def kinds(receiver: Receiver) -> list[str]:
    return [told["event_type"].rpartition(".")[2] for told in receiver.told]


def test_a_fault_happens_so_many_times(paddle: Paddle) -> None:
    paddle.faults.add("500", times=2)

    assert [ask(paddle).status_code for _ in range(3)] == [500, 500, 200]
    assert paddle.faults.ordered == []


def test_a_fault_happens_until_it_is_cleared(paddle: Paddle) -> None:
    paddle.faults.add("500")
    before = [ask(paddle).status_code for _ in range(3)]
    paddle.clear()

    assert (before, ask(paddle).status_code) == ([500] * 3, 200)


def test_a_fault_concerns_what_it_matches(paddle: Paddle) -> None:
    paddle.faults.add("500", match="GET /transactions")

    assert [ask(paddle, path).status_code for path in ("/subscriptions", "/transactions")] == [200, 500]


def test_too_many_requests_say_when_to_come_back(paddle: Paddle) -> None:
    paddle.faults.add("429", seconds=7)
    refused = ask(paddle)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert refused.json()["error"]["code"] == "too_many_requests"


def test_a_connection_can_be_reset(paddle: Paddle) -> None:
    paddle.faults.add("reset", times=1)

    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        ask(paddle)
    assert ask(paddle).status_code == 200


def test_an_answer_can_be_slow_but_does_not_hold_up_the_end(receiver: Receiver) -> None:
    with Paddle(clock=Clock(NOON)) as paddle:
        paddle.destination.deliver_to(receiver.url)
        paddle.faults.add("slow", seconds=0.2, times=1)
        began = time.monotonic()
        assert ask(paddle).status_code == 200
        assert time.monotonic() - began >= 0.2

        paddle.faults.add("slow", seconds=600)
        with pytest.raises(requests.ReadTimeout):
            requests.get(paddle.base, timeout=0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 5


def test_an_answer_can_be_cut_in_half(paddle: Paddle) -> None:
    paddle.faults.add("malformed", where="answers")

    with pytest.raises(requests.exceptions.JSONDecodeError):
        ask(paddle).json()


def test_an_answer_can_hold_what_nobody_documented(paddle: Paddle) -> None:
    id_ = paddle.play.purchase()
    paddle.faults.add("unknown", where="answers")

    assert ask(paddle, f"/subscriptions/{id_}").json()["data"]["status"] == "undocumented"


def test_credentials_can_expire(paddle: Paddle) -> None:
    paddle.faults.add("expired", where="answers")
    refused = ask(paddle)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "invalid_token")


@pytest.mark.parametrize("kind", ["500", "reset"])
def test_what_was_asked_can_be_done_though_the_answer_fails(paddle: Paddle, kind: Any) -> None:  # noqa: ANN401
    id_ = paddle.play.purchase()
    paddle.faults.add(kind, match="/cancel", times=1, after=True)

    try:
        assert ask(paddle, f"/subscriptions/{id_}/cancel", "POST").status_code == 500
    except requests.ConnectionError:
        assert kind == "reset"

    assert ask(paddle, f"/subscriptions/{id_}").json()["data"]["scheduled_change"]["action"] == "cancel"


def test_a_webhook_can_come_twice_as_the_same_event(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("duplicate", match="completed")
    paddle.play.purchase()

    assert kinds(receiver) == ["created", "activated", "completed", "completed"]
    assert receiver.told[-1] == receiver.told[-2]


def test_webhooks_can_come_in_reverse(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("reorder")
    paddle.play.purchase()

    assert kinds(receiver) == ["completed", "activated", "created"]


def test_one_webhook_can_come_last(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("reorder", times=1)
    paddle.play.purchase()

    assert kinds(receiver) == ["activated", "completed", "created"]


def test_a_webhook_that_is_alone_is_overtaken_by_the_next(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.faults.add("reorder", times=1)
    paddle.play.endings.schedule(id_)
    held = len(receiver.told)
    paddle.play.endings.undo(id_)

    assert held == 3
    scheduled = [told["data"]["scheduled_change"] is not None for told in receiver.told[3:]]
    assert scheduled == [False, True]


def test_what_waits_to_be_overtaken_leaves_when_faults_are_cleared(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.faults.add("reorder", times=1)
    paddle.play.endings.schedule(id_)

    paddle.clear()

    assert len(receiver.told) == 4


def test_a_webhook_can_be_lost_though_the_vendor_thinks_it_came(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("drop", match="subscription")
    paddle.play.purchase()
    paddle.advance(days=1)

    assert kinds(receiver) == ["completed"]
    assert paddle.outbox.waiting == []
    delivered = ask(paddle, "/notifications?status=delivered").json()["data"]
    assert len(delivered) == 3


def test_a_webhook_can_be_late(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("delay", match="created", seconds=60)
    paddle.play.purchase()
    paddle.advance(seconds=60)

    assert kinds(receiver) == ["activated", "completed", "created"]


def test_a_webhook_can_be_cut_in_half_and_signed_all_the_same(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("malformed", times=1)
    paddle.play.purchase()

    with pytest.raises(json.JSONDecodeError):
        receiver.received[0].json()


def test_a_webhook_can_be_of_a_type_that_nobody_documented(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("unknown", times=1)
    paddle.play.purchase()

    assert kinds(receiver) == ["undocumented", "activated", "completed"]
    assert paddle.world.events[0]["event_type"] == "transaction.created"


def test_a_webhook_can_be_signed_long_ago(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("expired", times=1)
    paddle.play.purchase()

    stamps = [request.headers["paddle-signature"].split(";")[0] for request in receiver.received]
    yesterday = (NOON - dt.timedelta(days=1)).timestamp()
    assert stamps == [f"ts={yesterday:.0f}", *[f"ts={NOON.timestamp():.0f}"] * 2]


def test_a_webhook_can_be_signed_by_somebody_else(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("forged", times=1)
    paddle.play.purchase()

    assert [genuine(request, paddle.destination.secret) for request in receiver.received] == [False, True, True]


def test_faults_are_ordered_and_cleared_over_http(paddle: Paddle) -> None:
    url = f"{paddle.base}/_control/faults"

    ordered = requests.post(url, json={"kind": "500", "times": 3}, timeout=SECONDS).json()
    assert (ordered["where"], ordered["times"]) == ("answers", 3)
    assert requests.get(url, timeout=SECONDS).json() == [ordered]
    assert ask(paddle).status_code == 500
    assert requests.delete(url, timeout=SECONDS).json() is None
    assert ask(paddle).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{}, {"kind": "earthquake"}, {"kind": "drop", "where": "answers"}, {"kind": "500", "often": True}],
)
def test_a_fault_that_cannot_be_is_a_400_that_says_why(paddle: Paddle, wrong: dict[str, Any]) -> None:
    refused = requests.post(f"{paddle.base}/_control/faults", json=wrong, timeout=SECONDS)

    assert refused.status_code == 400
    assert refused.json()["problem"]


def test_a_fault_of_python_is_checked_alike() -> None:
    with pytest.raises(ValidationError):
        Faults().add("drop", where="answers")


def test_of_each_kind_the_first_that_matches_strikes() -> None:
    faults = Faults()
    faults.order(Fault(kind="429", where="answers", seconds=1, times=1))
    faults.add("429", seconds=2)
    faults.add("slow", seconds=3)

    struck = [faults.strike("answers", "GET /") for _ in range(2)]

    assert [(each["429"].seconds, each["slow"].seconds) for each in struck] == [(1, 3), (2, 3)]
    assert faults.strike("webhooks", "GET /") == {}


@pytest.fixture
def vendors(receiver: Receiver) -> Iterator[StandIns]:
    with StandIns(Clock(NOON)) as vendors:
        vendors.marketplace.outbox.url = receiver.url
        yield vendors


def test_a_webhook_of_microsoft_can_be_forged_or_expired(vendors: StandIns, receiver: Receiver) -> None:
    for kind in ("forged", "expired"):
        vendors.marketplace.faults.add(kind, times=1)
        vendors.marketplace.play.buy(automatic="full")
    forged, expired = (request.headers["authorization"].removeprefix("Bearer ") for request in receiver.received)

    assert vendors.entra.keys.find(jwt.get_unverified_header(forged)["kid"]) is None
    assert vendors.entra.keys.find(jwt.get_unverified_header(expired)["kid"]) is not None
    assert jwt.decode(expired, options={"verify_signature": False})["exp"] < NOON.timestamp()


def test_a_lost_webhook_of_a_change_is_accepted_like_any_other(vendors: StandIns, receiver: Receiver) -> None:
    id_ = vendors.marketplace.play.buy(automatic="minimal")["id"]
    vendors.marketplace.faults.add("drop")
    vendors.marketplace.play.change_quantity(id_, 9)

    vendors.advance(seconds=10)

    assert vendors.marketplace.world.find(id_).quantity == 9
    assert [told["action"] for told in receiver.told] == ["Subscribe"]


def test_an_unknown_action_of_microsoft_is_the_vendor_s_own(vendors: StandIns, receiver: Receiver) -> None:
    vendors.marketplace.faults.add("unknown", times=1)
    id_ = vendors.marketplace.play.buy(automatic="full")["id"]
    vendors.marketplace.play.tell(id_, "Transfer")

    assert [told["action"] for told in receiver.told] == ["undocumented", "Transfer"]


def test_all_stand_ins_serve_from_settings_alone(vendors: StandIns) -> None:
    told = vendors.settings()
    with requests.Session() as session:
        session.trust_env, session.verify = False, told["EXTRA_CA_FILE"]
        app = msal.ConfidentialClientApplication(
            told["MARKETPLACE_CLIENT_ID"],
            authority=told["MARKETPLACE_AUTHORITY"],
            client_credential=told["MARKETPLACE_CLIENT_SECRET"],
            http_client=session,
            instance_discovery=False,
        )
        token = app.acquire_token_for_client([f"{told['MARKETPLACE_RESOURCE_ID']}/.default"])["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{told['MARKETPLACE_API_URL']}/saas/subscriptions"
        listed = session.get(url, params={"api-version": "2018-08-31"}, headers=headers, timeout=SECONDS)
        headers = {"Authorization": f"Bearer {told['PADDLE_API_KEY']}"}
        bought = session.get(f"{told['PADDLE_API_URL']}/prices", headers=headers, timeout=SECONDS).json()["data"]

    assert (listed.status_code, listed.content) == (200, b"")
    assert set(json.loads(told["PADDLE_PRICES"])) < {price["id"] for price in bought}
    assert (told["MARKETPLACE_TENANT_ID"], PUBLISHER, SECRET) == (
        PUBLISHER_TENANT,
        told["MARKETPLACE_CLIENT_ID"],
        told["MARKETPLACE_CLIENT_SECRET"],
    )


def test_what_is_due_happens_by_itself_where_there_is_a_beat(receiver: Receiver) -> None:
    with StandIns(beat=0.02) as vendors:
        vendors.marketplace.outbox.url = receiver.url
        receiver.answers = [500]
        vendors.marketplace.play.buy(automatic="full")
        vendors.clock.advance(minutes=1)
        wait_until(lambda: len(receiver.told) == 2)


def test_the_stand_ins_know_nothing_of_the_product() -> None:
    loaded = (
        "import sys, dev.standins; print({name.partition('.')[0] for name in sys.modules} & {'shared', 'functions'})"
    )

    ran = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "set()"


def test_the_app_s_address_is_where_webhooks_and_buyers_go(vendors: StandIns) -> None:
    vendors.serve("http://localhost:7071")

    assert vendors.paddle.destination.setting["destination"] == "http://localhost:7071/api/webhooks/paddle"
    assert vendors.marketplace.outbox.url == "http://localhost:7071/api/webhooks/microsoft"
    assert vendors.marketplace.play.configure(vendors.marketplace.play.buy()["id"])["landing"].startswith(
        "http://localhost:7071/landing?token="
    )


def test_a_hundred_answers_on_one_connection_take_no_time(paddle: Paddle) -> None:
    with requests.Session() as session:
        session.trust_env = False
        began = time.monotonic()
        for _ in range(100):
            assert session.get(paddle.base, timeout=SECONDS).status_code == 200

    # Nagle's delay alone would take four seconds.
    assert time.monotonic() - began < 2


def test_what_a_stand_in_fails_at_is_raised_when_it_ends() -> None:
    paddle = Paddle()
    with pytest.raises(KeyError, match="no such member"):
        _fail_within(paddle)


def _fail_within(paddle: Paddle) -> None:
    with paddle:
        paddle.world.subscriptions["sub_x"] = NoSuchMember()
        assert ask(paddle).status_code == 500


class NoSuchMember(dict[str, Any]):
    """An entity that the stand-in has spoilt for itself."""

    def __missing__(self, _: str) -> None:
        raise KeyError("no such member")


def command(paddle: Paddle, method: str, name: str, **given: Any) -> Any:  # noqa: ANN401
    return requests.request(method, f"{paddle.base}/_control/{name}", json=given, timeout=SECONDS).json()


def test_webhooks_that_are_sent_together_come_in_any_order(paddle: Paddle, receiver: Receiver) -> None:
    paddle.faults.add("shuffle")
    orders = set()
    for _ in range(20):
        receiver.received.clear()
        paddle.play.purchase()
        orders.add(tuple(kinds(receiver)))

    assert len(orders) > 1
    assert {tuple(sorted(order)) for order in orders} == {("activated", "completed", "created")}


def test_one_fault_can_be_taken_back_and_lets_go_what_it_held(paddle: Paddle, receiver: Receiver) -> None:
    kept = paddle.faults.add("500")
    held = command(paddle, "POST", "faults", kind="reorder", match="created")
    paddle.destination.subscribe("subscription.created")
    paddle.play.purchase()
    before = kinds(receiver)

    command(paddle, "DELETE", "faults", id=held["id"])

    assert (before, kinds(receiver)) == ([], ["created"])
    assert paddle.faults.ordered == [kept]


def test_what_became_of_webhooks_can_be_asked_for(paddle: Paddle, receiver: Receiver) -> None:
    paddle.play.purchase()
    since = command(paddle, "POST", "webhooks")["next"]
    receiver.answers = [500]
    paddle.faults.add("drop", match="activated")
    paddle.faults.add("delay", match="completed", seconds=60)
    paddle.play.purchase()

    report = command(paddle, "POST", "webhooks", since=since)

    outcomes = [(each["what"].rpartition(".")[2], each["status"], each["dropped"]) for each in report["attempts"]]
    assert outcomes == [("created", 500, False), ("activated", None, True)]
    assert report["unattempted"] == [since + 2]
    assert report["next"] == since + 3


def test_the_control_interface_lists_its_commands(paddle: Paddle) -> None:
    listed = command(paddle, "GET", "")

    assert listed["renew"] == "(id: str) -> None"
    assert {"purchase", "refund", "simulate", "webhooks"} <= set(listed)
    assert not {"begin", "twice", "catch_up", "await_"} & set(listed)
