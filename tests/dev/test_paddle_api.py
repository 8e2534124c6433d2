"""The stand-in for Paddle, asked over HTTP as a vendor's server asks, and heard by its webhooks."""

import datetime as dt
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from dev.azurite import NODE
from dev.paddle_api import Paddle
from dev.paddle_api.adjustments import Decision
from dev.paddle_api.destination import EVENTS
from dev.paddle_api.keys import Environment
from dev.wire import Clock, Refused
from tests.dev.receiver import Receiver, genuine

NOON = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)
SECONDS = 10
CREATED, UPDATED, COMPLETED = "subscription.created", "subscription.updated", "transaction.completed"
RENEWAL = [f"transaction.{change}" for change in ("created", "billed", "updated", "paid", "updated", "completed")]
FAILURE = [f"transaction.{change}" for change in ("created", "billed", "updated", "payment_failed", "past_due")]


# A page with as much of a browser as the script touches; who says something from elsewhere is not heard.
PAGE = """
const listeners = [];
const frames = [];
globalThis.document = {
  currentScript: { src: "{{script}}" },
  createElement: () => ({ style: {}, contentWindow: {}, remove: () => console.log("removed") }),
  body: { append: (frame) => { frames.push(frame); console.log(`opened ${frame.src}`); } },
};
globalThis.location = { search: "?_ptxn=txn_1", assign: (where) => console.log(`went to ${where}`) };
globalThis.addEventListener = (_, heard) => listeners.push(heard);
require("./paddle.js");
const home = new URL(document.currentScript.src).origin;
const say = (name, data, origin = home) => {
  const source = frames.at(-1).contentWindow;
  for (const heard of listeners) heard({ origin, source, data: { paddle: name, data } });
};
Paddle.Initialize({
  token: "test_abc",
  checkout: { settings: { successUrl: "/thanks" } },
  eventCallback: ({ name, data }) => console.log(name, data.transaction_id),
});
say("checkout.completed", { transaction_id: "forged" }, "https://elsewhere.example");
say("checkout.completed", { transaction_id: "txn_1" });
frames[0].remove = () => {};
Paddle.Checkout.open({ transactionId: "txn_2" });
say("checkout.closed", {});
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def paddle(receiver: Receiver) -> Iterator[Paddle]:
    with Paddle(clock=Clock(NOON)) as paddle:
        paddle.destination.deliver_to(receiver.url)
        yield paddle


def ask(paddle: Paddle, method: str, path: str, *, key: str | None = None, **more: Any) -> requests.Response:  # noqa: ANN401
    headers = {"Authorization": f"Bearer {key or paddle.keys.key}", "Paddle-Version": "1"}
    return requests.request(method, paddle.base + path, headers=headers, timeout=SECONDS, **more)


def read(paddle: Paddle, path: str, **query: str) -> Any:  # noqa: ANN401
    answered = ask(paddle, "GET", path, params=query)
    assert answered.status_code == 200, answered.text
    return answered.json()["data"]


def pages(paddle: Paddle, path: str, **query: str) -> Iterator[list[Any]]:
    answered = ask(paddle, "GET", path, params=query).json()
    yield answered["data"]
    while answered["meta"]["pagination"]["has_more"]:
        following = answered["meta"]["pagination"]["next"].removeprefix(paddle.base)
        answered = ask(paddle, "GET", following).json()
        yield answered["data"]


def kinds(events: Sequence[Any]) -> list[str]:
    return [event["event_type"] for event in events]


def stream(paddle: Paddle) -> list[str]:
    return kinds(read(paddle, "/events", order_by="id[ASC]", per_page="200"))


def test_a_checkout_is_told_in_the_order_in_which_it_happens(paddle: Paddle) -> None:
    paddle.play.purchase(company="Contoso")

    assert stream(paddle) == [
        "transaction.created",
        "customer.created",
        "business.created",
        "address.created",
        "transaction.updated",
        "transaction.ready",
        "transaction.updated",
        "transaction.paid",
        "subscription.created",
        "subscription.activated",
        "transaction.updated",
        "transaction.updated",
        "transaction.completed",
        "payment_method.saved",
    ]


def test_a_destination_hears_what_it_asked_for_signed_by_its_secret(paddle: Paddle, receiver: Receiver) -> None:
    paddle.play.purchase(custom_data={"ref": "abc"}, quantity=7)

    assert kinds(receiver.told) == [CREATED, "subscription.activated", COMPLETED]
    assert all(genuine(request, paddle.destination.secret) for request in receiver.received)
    created, activated, completed = (told["data"] for told in receiver.told)
    assert created["transaction_id"] == completed["id"]
    assert "transaction_id" not in activated
    assert created["custom_data"] == completed["custom_data"] == {"ref": "abc"}
    assert created["items"][0]["quantity"] == 7
    assert completed["subscription_id"] == created["id"]
    assert completed["billing_period"] == created["current_billing_period"]
    assert not {"management_urls", "customer", "email"} & created.keys()


def test_what_is_not_subscribed_or_not_active_is_not_sent(paddle: Paddle, receiver: Receiver) -> None:
    paddle.destination.subscribe(COMPLETED)
    paddle.play.purchase()
    paddle.destination.setting["active"] = False
    paddle.play.purchase()

    assert kinds(receiver.told) == [COMPLETED]


def test_a_known_buyer_is_the_same_customer(paddle: Paddle) -> None:
    first, second = paddle.play.purchase(), paddle.play.purchase(email="ALICE@contoso.example")

    subscriptions = read(paddle, "/subscriptions", order_by="id[ASC]")
    assert [it["id"] for it in subscriptions] == [first, second]
    assert len({it["customer_id"] for it in subscriptions}) == 1


def test_a_renewal_is_told_as_active_before_it_is_paid(paddle: Paddle) -> None:
    id_ = paddle.play.purchase()
    before = len(stream(paddle))
    ended = read(paddle, f"/subscriptions/{id_}")["current_billing_period"]["ends_at"]

    paddle.play.renewals.renew(id_)

    assert stream(paddle)[before:] == [UPDATED, *RENEWAL]
    paid = read(paddle, "/transactions", subscription_id=id_, status="completed", order_by="billed_at[DESC]")[0]
    assert paid["origin"] == "subscription_recurring"
    assert paid["billing_period"]["starts_at"] == ended


def test_a_failed_renewal_recovers_in_the_order_of_the_documents(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase(custom_data={"ref": "abc"})
    before = len(stream(paddle))

    paddle.play.renewals.fail_renewal(id_)

    assert stream(paddle)[before:] == [UPDATED, *FAILURE, UPDATED, "subscription.past_due"]
    assert [told["data"]["status"] for told in receiver.told[-3:]] == ["active", "past_due", "past_due"]
    overdue = read(paddle, "/transactions", status="past_due")[0]
    assert overdue["billing_period"] == read(paddle, f"/subscriptions/{id_}")["current_billing_period"]

    paddle.play.renewals.recover(id_)

    assert kinds(receiver.told)[-2:] == [COMPLETED, UPDATED]
    assert read(paddle, f"/transactions/{overdue['id']}")["status"] == "completed"
    assert receiver.told[-2]["data"]["custom_data"] == {"ref": "abc"}


@pytest.mark.parametrize(("pauses", "status"), [(False, "canceled"), (True, "paused")])
def test_dunning_ends_in_a_cancellation_or_a_pause(paddle: Paddle, pauses: bool, status: str) -> None:  # noqa: FBT001
    id_ = paddle.play.purchase()
    paddle.play.renewals.fail_renewal(id_)
    paddle.play.renewals.retry(id_)

    paddle.play.endings.exhaust_dunning(id_, pauses=pauses)

    it = read(paddle, f"/subscriptions/{id_}")
    assert (it["status"], it["current_billing_period"], it["items"][0]["status"]) == (status, None, "active")
    assert read(paddle, "/transactions", status="canceled")[0]["subscription_id"] == id_


def test_the_clock_brings_about_what_was_scheduled(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.play.endings.schedule(id_)
    scheduled = receiver.told[-1]["data"]
    assert scheduled["status"] == "active"
    assert scheduled["next_billed_at"] is None
    assert scheduled["scheduled_change"]["effective_at"] == scheduled["current_billing_period"]["ends_at"]

    paddle.advance(days=31)

    assert kinds(receiver.told)[-2:] == [UPDATED, "subscription.canceled"]


def test_what_was_undone_does_not_happen(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.play.endings.schedule(id_, "pause")
    paddle.play.endings.undo(id_)
    told = len(receiver.told)

    paddle.advance(days=31)

    assert receiver.told[-1]["data"]["next_billed_at"] is not None
    assert len(receiver.told) == told


def test_a_pause_ends_with_a_period_of_its_own(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.play.endings.pause(id_)
    paused = receiver.told[-1]["data"]
    paddle.advance(days=3)
    before = len(stream(paddle))

    paddle.play.endings.resume(id_)

    expected = [UPDATED, "subscription.resumed", *RENEWAL, UPDATED, "subscription.activated"]
    assert (paused["status"], paused["current_billing_period"]) == ("paused", None)
    assert stream(paddle)[before:] == expected
    assert receiver.told[-1]["data"]["current_billing_period"]["starts_at"].startswith("2027-02-03T12:00")


def test_a_trial_costs_nothing_until_it_converts(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase(price="pri_team_on_trial")
    assert kinds(receiver.told) == [CREATED, "subscription.trialing", COMPLETED]
    assert receiver.told[-1]["data"]["details"]["totals"]["total"] == "0"

    paddle.advance(days=14)
    paddle.play.renewals.end_trial(id_)

    assert kinds(receiver.told)[3:] == [UPDATED, "subscription.activated", COMPLETED]
    assert receiver.told[-1]["data"]["details"]["totals"]["total"] == "2500"


def test_more_is_charged_and_less_is_credited(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.play.renewals.change(id_, [{"price_id": "pri_team_monthly", "quantity": 9}])
    paddle.play.renewals.change(id_, [{"price_id": "pri_team_monthly", "quantity": 2}])

    assert kinds(receiver.told)[3:] == [UPDATED, COMPLETED, UPDATED, "adjustment.created"]
    assert receiver.told[4]["data"]["origin"] == "subscription_update"
    credit = receiver.told[-1]["data"]
    assert (credit["action"], credit["type"], credit["items"][0]["type"]) == ("credit", "partial", "proration")


def test_another_frequency_begins_a_period_now(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.advance(days=3)

    paddle.play.renewals.change(id_, [{"price_id": "pri_team_yearly", "quantity": 5}])

    it = receiver.told[3]["data"]
    assert it["billing_cycle"] == {"interval": "year", "frequency": 1}
    assert it["current_billing_period"]["starts_at"].startswith("2027-02-03")
    assert it["current_billing_period"]["ends_at"].startswith("2028-02-03")


def test_a_change_can_hold_though_it_is_not_paid(paddle: Paddle) -> None:
    id_ = paddle.play.purchase()

    paddle.play.renewals.change(id_, [{"price_id": "pri_team_monthly", "quantity": 9}], paid=False)

    assert read(paddle, f"/subscriptions/{id_}")["status"] == "active"
    assert read(paddle, "/transactions", status="past_due")[0]["origin"] == "subscription_update"


@pytest.mark.parametrize(
    ("decision", "statuses"),
    [
        ("approved", ["pending_approval", "approved"]),
        ("rejected", ["pending_approval", "rejected"]),
        ("pending", ["pending_approval"]),
        ("at_once", ["approved"]),
    ],
)
def test_a_refund_is_asked_for_and_decided(
    paddle: Paddle,
    receiver: Receiver,
    decision: Decision,
    statuses: list[str],
) -> None:
    id_ = paddle.play.purchase()

    paddle.play.adjustments.refund(id_, decision=decision)

    assert [told["data"]["status"] for told in receiver.told[3:]] == statuses
    assert read(paddle, "/adjustments", subscription_id=id_)[0]["status"] == statuses[-1]
    assert read(paddle, f"/subscriptions/{id_}")["status"] == "active"


def test_a_chargeback_that_is_won_is_another_adjustment(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    charged_back = paddle.play.adjustments.charge_back(id_, warning=True)

    paddle.play.adjustments.reverse(charged_back)

    told = [(one["event_type"], one["data"]["action"], one["data"]["status"]) for one in receiver.told[3:]]
    assert told == [
        ("adjustment.created", "chargeback_warning", "approved"),
        ("adjustment.created", "chargeback_warning_reverse", "approved"),
        ("adjustment.updated", "chargeback_warning", "reversed"),
    ]


def test_a_tax_refund_is_partial_and_revises_the_transaction(paddle: Paddle) -> None:
    id_ = paddle.play.purchase()
    paddle.play.adjustments.refund_tax(id_)

    assert stream(paddle)[-2:] == ["transaction.revised", "adjustment.created"]
    assert read(paddle, "/adjustments")[0]["items"][0]["type"] == "tax"


def test_an_invoice_begins_a_subscription_before_it_is_paid(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.invoice()
    assert kinds(receiver.told) == [CREATED, "subscription.activated"]
    assert receiver.told[0]["data"]["collection_mode"] == "manual"
    assert read(paddle, "/transactions", subscription_id=id_, status="completed") == []

    paddle.play.charges.pay_invoice(id_)

    assert kinds(receiver.told)[2:] == [COMPLETED]


def test_another_card_is_a_transaction_over_nothing_about_an_unpaid_period(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.play.renewals.fail_renewal(id_)

    paddle.play.charges.change_payment_method(id_)

    last = receiver.told[-1]["data"]
    assert last["origin"] == "subscription_payment_method_change"
    assert last["details"]["totals"]["total"] == "0"
    assert last["billing_period"] == read(paddle, f"/subscriptions/{id_}")["current_billing_period"]


def test_a_charge_buys_no_time(paddle: Paddle, receiver: Receiver) -> None:
    paddle.play.charges.charge(paddle.play.purchase())

    assert receiver.told[-1]["data"]["origin"] == "subscription_charge"
    assert receiver.told[-1]["data"]["billing_period"] is None


def test_what_is_imported_carries_nothing_of_ours(paddle: Paddle, receiver: Receiver) -> None:
    paddle.play.import_()

    assert kinds(receiver.told) == ["subscription.imported"]
    assert receiver.told[0]["data"]["custom_data"] is None


def test_the_server_makes_a_transaction_that_the_checkout_completes(paddle: Paddle, receiver: Receiver) -> None:
    made = ask(
        paddle,
        "POST",
        "/transactions",
        json={"items": [{"price_id": "pri_team_monthly", "quantity": 4}], "custom_data": {"ref": "abc"}},
    )
    draft = made.json()["data"]
    assert (made.status_code, draft["status"], draft["customer_id"]) == (201, "draft", None)
    assert draft["checkout"]["url"].endswith(f"?_ptxn={draft['id']}")

    query = {"transaction": draft["id"], "token": paddle.client_token}
    page = requests.get(f"{paddle.base}/checkout", params=query, timeout=SECONDS)
    assert draft["id"] in page.text
    assert "20.00 EUR" in page.text
    buyer = {"email": "bob@contoso.example"}
    paid = requests.post(f"{paddle.base}/checkout/{draft['id']}", json=buyer, timeout=SECONDS).json()

    assert (paid["transaction_id"], paid["status"]) == (draft["id"], "completed")
    assert receiver.told[0]["data"]["custom_data"] == {"ref": "abc"}
    assert requests.post(f"{paddle.base}/checkout/{draft['id']}", json=buyer, timeout=SECONDS).status_code == 400


def test_the_browser_can_bring_items_of_its_own(paddle: Paddle) -> None:
    query = {"items": '[{"priceId": "pri_team_monthly", "quantity": 900}]', "custom_data": '{"ref": "guessed"}'}
    page = requests.get(f"{paddle.base}/checkout", params={**query, "token": paddle.client_token}, timeout=SECONDS)

    assert page.status_code == 200
    assert read(paddle, "/transactions")[0]["custom_data"] == {"ref": "guessed"}


def test_a_checkout_needs_the_client_token_and_something_to_pay(paddle: Paddle) -> None:
    def status(**query: str) -> int:
        return requests.get(f"{paddle.base}/checkout", params=query, timeout=SECONDS).status_code

    assert status(transaction="txn_x", token="guessed") == 403
    assert status(transaction="txn_x", token=paddle.client_token) == 400
    assert status(items="[]", token=paddle.client_token) == 400


def test_the_script_lays_the_checkout_over_the_page_and_reports_what_came_of_it(paddle: Paddle, tmp_path: Path) -> None:
    script = requests.get(paddle.script, timeout=SECONDS)
    (tmp_path / "paddle.js").write_text(script.text)
    (tmp_path / "page.js").write_text(PAGE.replace("{{script}}", paddle.script))

    ran = subprocess.run([NODE, "page.js"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert script.headers["Content-Type"].startswith("text/javascript")
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        f"opened {paddle.base}/checkout?token=test_abc&transaction=txn_1",
        "checkout.completed txn_1",
        "went to /thanks",
        f"opened {paddle.base}/checkout?token=test_abc&transaction=txn_2",
        "checkout.closed undefined",
        "removed",
    ]


def test_a_transaction_is_read_with_the_buyer_if_asked(paddle: Paddle) -> None:
    paddle.play.purchase(company="Contoso")
    id_ = read(paddle, "/transactions")[0]["id"]

    whole = read(paddle, f"/transactions/{id_}", include="customer,business")

    assert whole["customer"]["email"] == "alice@contoso.example"
    assert whole["business"]["name"] == "Contoso"
    assert whole["payments"][0]["method_details"]["card"]["cardholder_name"] == "Alice Admin"
    assert "customer" not in read(paddle, f"/transactions/{id_}")
    paddle.keys.permissions.discard("customer.read")
    assert ask(paddle, "GET", f"/transactions/{id_}?include=customer").json()["error"]["code"] == "forbidden"


def test_a_cancellation_is_scheduled_unless_it_is_to_be_now(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    path = f"/subscriptions/{id_}/cancel"

    scheduled = ask(paddle, "POST", path, json={"effective_from": "next_billing_period"}).json()["data"]
    locked = ask(paddle, "POST", path, json={"effective_from": "immediately"})
    paddle.play.endings.undo(id_)
    now = ask(paddle, "POST", path, json={"effective_from": "immediately"}).json()["data"]
    again = ask(paddle, "POST", path)

    assert (scheduled["status"], scheduled["scheduled_change"]["action"]) == ("active", "cancel")
    assert (locked.status_code, locked.json()["error"]["code"]) == (400, "subscription_locked_pending_changes")
    assert now["status"] == "canceled"
    assert (again.status_code, again.json()["error"]["code"]) == (400, "subscription_is_canceled_action_invalid")
    assert kinds(receiver.told)[-2:] == [UPDATED, "subscription.canceled"]


def test_lists_come_by_page_and_no_larger_than_they_may(paddle: Paddle) -> None:
    paddle.destination.setting["active"] = False
    bought = [paddle.play.purchase() for _ in range(31)]

    by_ten = list(pages(paddle, "/subscriptions", per_page="10", order_by="id[ASC]"))
    thirty = list(pages(paddle, "/transactions", per_page="200"))
    events = ask(paddle, "GET", "/events", params={"per_page": "1000"}).json()

    assert [len(page) for page in by_ten] == [10, 10, 10, 1]
    assert [it["id"] for page in by_ten for it in page] == bought
    assert [len(page) for page in thirty] == [30, 1]
    assert (len(events["data"]), events["meta"]["pagination"]["per_page"]) == (200, 200)
    assert events["meta"]["pagination"]["has_more"] is True


def test_an_order_by_time_pages_as_well(paddle: Paddle) -> None:
    paddle.destination.setting["active"] = False
    for _ in range(3):
        paddle.play.purchase()

    found = [it for page in pages(paddle, "/transactions", per_page="2", order_by="billed_at[ASC]") for it in page]

    assert [it["billed_at"] for it in found] == sorted(it["billed_at"] for it in found)
    assert len(found) == 3


def test_lists_are_filtered(paddle: Paddle) -> None:
    first, second = paddle.play.purchase(), paddle.play.purchase(price="pri_business_monthly")
    paddle.play.endings.schedule(second)

    def ids(**query: str) -> list[str]:
        return [it["id"] for it in read(paddle, "/subscriptions", **query)]

    assert ids(price_id="pri_team_monthly") == [first]
    assert ids(scheduled_change_action="cancel,pause") == [second]
    assert ids(status="active", id=first) == [first]
    assert ids(status="canceled") == []
    later = {"created_at[GT]": read(paddle, f"/subscriptions/{first}")["created_at"]}
    assert {it["subscription_id"] for it in read(paddle, "/transactions", **later)} == {second}


def test_events_are_kept_for_ninety_days_and_found_by_type_and_time(paddle: Paddle) -> None:
    old = paddle.play.purchase()
    paddle.advance(days=91)
    paddle.play.renewals.renew(old)
    first = read(paddle, "/events", order_by="id[ASC]")

    assert kinds(first) == [UPDATED, *RENEWAL]
    assert kinds(read(paddle, "/events", event_type=f"{COMPLETED},{UPDATED}")) == [COMPLETED, UPDATED]
    moments = {"from": first[1]["occurred_at"], "to": first[2]["occurred_at"]}
    assert read(paddle, "/events", order_by="id[ASC]", **moments) == first[1:3]
    assert read(paddle, "/events", order_by="id[ASC]", after=first[-2]["event_id"]) == first[-1:]


def test_an_event_is_the_same_in_the_list_and_in_the_delivery(paddle: Paddle, receiver: Receiver) -> None:
    paddle.play.purchase()
    notification = dict(receiver.told[-1])
    del notification["notification_id"]

    assert read(paddle, "/events", event_type=COMPLETED) == [notification]


def test_no_two_moments_are_alike_and_their_fractions_vary(paddle: Paddle) -> None:
    paddle.play.purchase()
    moments = [event["occurred_at"] for event in read(paddle, "/events", order_by="id[ASC]", per_page="200")]

    assert moments == sorted(moments, key=dt.datetime.fromisoformat)
    assert len(set(moments)) == len(moments)
    assert len({len(moment) for moment in moments}) > 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/subscriptions?stauts=active", "bad_request"),
        ("/subscriptions?order_by=name[ASC]", "bad_request"),
        ("/subscriptions?per_page=0", "bad_request"),
        ("/events?from=yesterday", "bad_request"),
        ("/events?from=2027-01-31T12:00:00", "bad_request"),
        ("/transactions/txn_x?include=secrets", "not_found"),
        ("/subscriptions/sub_x", "not_found"),
        ("/nowhere", "invalid_url"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_paddle_s_shape(paddle: Paddle, path: str, code: str) -> None:
    answered = ask(paddle, "GET", path)

    assert answered.status_code in {400, 404}
    assert answered.json()["error"]["code"] == code
    assert answered.json()["meta"]["request_id"]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"items": []},
        {"items": ["x"]},
        {"items": [{"price_id": "pri_x", "quantity": 1}]},
        {"items": [{"price_id": "pri_team_monthly", "quantity": 0}]},
        {"items": [{"price_id": "pri_team_monthly", "quantity": 1}], "custom_data": "x"},
    ],
)
def test_a_transaction_of_nothing_that_is_sold_is_not_made(paddle: Paddle, sent: object) -> None:
    refused = ask(paddle, "POST", "/transactions", json=sent)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_field")


def test_without_a_payment_link_no_transaction_is_made(paddle: Paddle) -> None:
    paddle.play.payments.checkout = None

    sold = {"items": [{"price_id": "pri_team_monthly", "quantity": 1}]}
    assert ask(paddle, "POST", "/transactions", json=sold).status_code == 400


def test_only_the_key_opens_and_only_what_it_may(paddle: Paddle) -> None:
    def code(**headers: str) -> str:
        answered = requests.get(f"{paddle.base}/subscriptions", headers=headers, timeout=SECONDS)
        assert answered.status_code == 403
        found: str = answered.json()["error"]["code"]
        return found

    assert code() == "authentication_missing"
    assert code(Authorization="Basic x") == "authentication_malformed"
    assert code(Authorization="Bearer guessed") == "invalid_token"
    paddle.keys.permissions.clear()
    assert code(Authorization=f"Bearer {paddle.keys.key}") == "forbidden"


def test_the_root_says_who_asks_and_where(paddle: Paddle) -> None:
    nobody = requests.get(f"{paddle.base}/", timeout=SECONDS).json()["data"]
    somebody = read(paddle, "/")

    assert nobody["caller"] == {"auth_type": None, "account": None, "permissions": []}
    assert somebody["api"]["environment"] == "sandbox"
    assert "subscription.read" in somebody["caller"]["permissions"]
    assert ask(paddle, "GET", "/", key="guessed").status_code == 403


def test_the_destination_and_the_prices_can_be_read(paddle: Paddle, receiver: Receiver) -> None:
    setting = read(paddle, "/notification-settings")[0]

    assert [event["name"] for event in setting["subscribed_events"]] == list(EVENTS)
    assert (setting["destination"], setting["traffic_source"]) == (receiver.url, "platform")
    assert setting["include_sensitive_fields"] is False
    assert "pri_team_monthly" in {price["id"] for price in read(paddle, "/prices", status="active")}
    assert read(paddle, "/prices/pri_team_monthly")["billing_cycle"] == {"interval": "month", "frequency": 1}
    assert ask(paddle, "GET", "/prices/pri_none").status_code == 404


def test_signed_in_links_are_only_for_keys_that_may_make_them(paddle: Paddle) -> None:
    id_ = paddle.play.purchase()
    assert "management_urls" not in read(paddle, f"/subscriptions/{id_}")

    paddle.keys.permissions.add("customer_portal_session.write")

    assert read(paddle, f"/subscriptions/{id_}")["management_urls"]["cancel"]


@pytest.mark.parametrize(("environment", "attempts"), [("sandbox", 3), ("production", 60)])
def test_deliveries_are_repeated_and_then_given_up(
    receiver: Receiver,
    environment: Environment,
    attempts: int,
) -> None:
    with Paddle(clock=Clock(NOON), environment=environment) as paddle:
        paddle.destination.deliver_to(receiver.url)
        paddle.destination.subscribe(COMPLETED)
        receiver.answers = [500] * 100
        paddle.play.purchase()
        assert read(paddle, "/notifications")[0]["status"] == "needs_retry"

        for _ in range(100):
            paddle.advance(hours=6)

        assert read(paddle, "/notifications", status="failed")[0]["times_attempted"] == attempts
        assert len({told["event_id"] for told in receiver.told}) == 1


def test_simulations_come_only_where_they_are_wanted(paddle: Paddle, receiver: Receiver) -> None:
    with pytest.raises(Refused):
        paddle.simulate(CREATED, id="sub_nobody")
    paddle.destination.setting["traffic_source"] = "all"

    paddle.simulate(CREATED, id="sub_nobody")

    assert receiver.told[0]["event_id"].startswith("ntfsimevt_")
    assert genuine(receiver.received[0], paddle.destination.secret)
    assert read(paddle, "/events") == []


def test_what_cannot_happen_is_refused_and_told_to_nobody(paddle: Paddle, receiver: Receiver) -> None:
    id_ = paddle.play.purchase()
    paddle.play.endings.cancel(id_)
    told = len(receiver.told)

    with pytest.raises(Refused, match="canceled"):
        paddle.play.renewals.renew(id_)

    assert len(receiver.told) == told


def test_commands_come_over_http_too(paddle: Paddle) -> None:
    def command(name: str, **given: Any) -> requests.Response:  # noqa: ANN401
        return requests.post(f"{paddle.base}/_control/{name}", json=given, timeout=SECONDS)

    id_ = command("purchase", quantity=3, custom_data={"ref": "abc"}).json()

    assert read(paddle, f"/subscriptions/{id_}")["items"][0]["quantity"] == 3
    assert command("renew", id=id_).status_code == 200
    assert command("resume", id=id_).status_code == 409
    assert command("begin", id=id_).status_code == 404


def test_only_a_chargeback_can_be_won(paddle: Paddle) -> None:
    refunded = paddle.play.adjustments.refund(paddle.play.purchase())

    with pytest.raises(Refused):
        paddle.play.adjustments.reverse(refunded)


def test_one_thing_is_scheduled_at_a_time(paddle: Paddle) -> None:
    id_ = paddle.play.purchase()
    paddle.play.endings.schedule(id_)

    with pytest.raises(Refused):
        paddle.play.endings.schedule(id_, "pause")


def test_a_customer_is_read_by_id(paddle: Paddle) -> None:
    paddle.play.purchase(email="bob@contoso.example")
    id_ = read(paddle, "/subscriptions")[0]["customer_id"]

    assert read(paddle, f"/customers/{id_}")["email"] == "bob@contoso.example"


def test_a_key_sees_itself_and_others_only_with_a_permission(paddle: Paddle) -> None:
    number = "apikey_" + paddle.keys.key.split("_")[3]
    paddle.keys.expires_at = NOON + dt.timedelta(days=90)

    seen = read(paddle, f"/api-keys/{number}")

    assert (seen["id"], seen["status"], seen["expires_at"]) == (number, "active", "2027-05-01T12:00:00Z")
    assert seen["key"] == f"pdl_sdbx_{number[:17]}****"
    another = f"/api-keys/apikey_{'0' * 26}"
    assert [ask(paddle, "GET", path).status_code for path in ("/api-keys", another)] == [403, 403]
    assert requests.get(f"{paddle.base}/api-keys/{number}", timeout=SECONDS).status_code == 403
    paddle.keys.permissions.add("api_key.read")
    assert read(paddle, "/api-keys") == [seen | {"permissions": sorted(paddle.keys.permissions)}]
    assert ask(paddle, "GET", another).status_code == 404


def test_a_key_that_has_expired_opens_nothing(paddle: Paddle) -> None:
    paddle.keys.expires_at = NOON + dt.timedelta(seconds=1)
    assert ask(paddle, "GET", "/prices").status_code == 200

    paddle.clock.advance(seconds=1)

    assert ask(paddle, "GET", "/prices").json()["error"]["code"] == "invalid_token"
    assert ask(paddle, "GET", "/").status_code == 403
