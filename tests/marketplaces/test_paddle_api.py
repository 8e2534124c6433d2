"""What is asked of Paddle's API, and what is made of its answers: few fields, whole lists, and no surprises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import NotForSale
from shared.domain.people import Person
from shared.domain.purchases import Adjustment, Event, Payment, PaymentsRead, Snapshot, Unread
from shared.marketplaces.paddle import Paddle
from shared.marketplaces.paddle.api import PaddleApi, PaddleRefused
from shared.marketplaces.paddle.events import EVENT_TYPES, Catalogue
from shared.ports import Contact, Proof
from shared.web import Denied, Unreachable, Web
from tests.functions.sentinels import ADDRESS, NAME, found_in
from tests.marketplaces.receiving import OVERLAY, PLANS, PRICES, fold_events, received
from tests.paddle import Payload, Subscription
from tests.paddle_api import PADDLE
from tests.world import NOON, PRICE, SECRET

KEY = "pdl_sdbx_apikey_1"
WEBHOOKS = "https://licensing.vendor.example/api/webhooks/paddle"
SOMEBODY = Person("tenant", "object")
PERSONAL = {
    "customer": {"id": "ctm_1", "name": NAME, "email": ADDRESS, "locale": NAME},
    "address": {"first_line": NAME, "city": NAME},
    "billing_details": {"additional_information": f"{NAME} {ADDRESS}"},
    "payments": [{"method_details": {"card": {"cardholder_name": NAME}, "paypal": {"email": ADDRESS}}}],
    "reason": f"{NAME} asked",
    "discount": {"description": ADDRESS},
}


@pytest.fixture
def paddle() -> Paddle:
    api = PaddleApi(Web(frozenset({PADDLE.url})), PADDLE.url, KEY)
    return Paddle((SECRET,), Catalogue(PRICES, PLANS, live=False), api, OVERLAY)


def told(events: list[Event]) -> list[type]:
    return [type(event.told) for event in events]


def test_what_is_listed_of_another_subscription_is_not_this_ones(
    paddle: Paddle, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold, other = Subscription(), Subscription()
    sold.bought()
    *_, paid = other.bought()
    other.adjusted(paid["data"]["id"])
    answer = PaddleApi.pages

    def unfiltered(api: PaddleApi, path: str, _: object) -> Iterator[Payload]:
        return answer(api, path, {})

    monkeypatch.setattr(PaddleApi, "pages", unfiltered)
    events = [*paddle.read_back(sold.partition)]

    assert told(events) == [Snapshot, Payment, PaymentsRead]
    assert {event.subscription for event in events} == {sold.partition}


def test_every_call_bears_the_key_and_the_version(paddle: Paddle) -> None:
    sold = Subscription()
    sold.bought()
    paddle.read_back(sold.partition)

    assert {call.headers["Authorization"] for call in PADDLE.calls} == {f"Bearer {KEY}"}
    assert {call.headers["Paddle-Version"] for call in PADDLE.calls} == {"1"}
    assert KEY not in repr(paddle)


def test_a_subscription_is_read_back_with_its_payments_and_adjustments(paddle: Paddle) -> None:
    sold = Subscription("ref_" + "0" * 32)
    *_, paid = sold.bought()
    sold.renewed()
    sold.adjusted(paid["data"]["id"])
    Subscription().bought()

    events = [*paddle.read_back(sold.partition)]

    assert told(events) == [Snapshot, Payment, Payment, Adjustment, PaymentsRead]
    assert {(event.id, event.subscription) for event in events} == {("", sold.partition)}
    assert events[0].reference == "ref_" + "0" * 32
    assert {call.query.get("subscription_id", sold.id) for call in PADDLE.calls} == {sold.id}


def test_what_paddle_does_not_know_is_nothing(paddle: Paddle) -> None:
    assert [*paddle.read_back("paddle.sub_gone")] == []


def test_an_answer_outranks_events_of_the_same_moment_and_no_later_one(paddle: Paddle) -> None:
    sold = Subscription()
    same = sold.tell("created")
    [asked, *_] = paddle.read_back(sold.partition)
    late = received({**same, "event_id": "evt_zzzz", "occurred_at": "2026-03-02T23:59:59.999999999Z"})
    newer = received(sold.tell())

    assert received(same).version < late.version < asked.version < newer.version


@pytest.mark.parametrize("size", [1, 2, 3, 200])
def test_lists_are_read_to_their_end(paddle: Paddle, size: int) -> None:
    PADDLE.page = size
    sold = [Subscription() for _ in range(4)]
    for each in sold:
        each.bought()
    for _ in range(4):
        sold[0].renewed()

    assert {event.subscription for event in paddle.subscriptions()} == {each.partition for each in sold}
    assert told([*paddle.read_back(sold[0].partition)]).count(Payment) == 5
    assert len({event.id for event in paddle.events_since(NOON)}) == 3 * 4 + 2 * 4


def test_a_list_that_does_not_move_on_is_not_read_for_ever(paddle: Paddle) -> None:
    PADDLE.fail(
        "/subscriptions", times=99, body=b'{"data": [{"id": "sub_1"}], "meta": {"pagination": {"has_more": true}}}'
    )

    with pytest.raises(Unreachable):
        [*paddle.subscriptions()]
    assert len(PADDLE.calls) == 2


def test_a_list_may_be_empty_and_so_may_its_answer(paddle: Paddle) -> None:
    assert [*paddle.subscriptions()] == []
    PADDLE.fail("/subscriptions", body=b"")
    assert [*paddle.subscriptions()] == []
    assert [*paddle.events_since(NOON)] == []


def test_events_are_asked_for_by_time_and_type_and_come_in_order(paddle: Paddle) -> None:
    sold = Subscription()
    first, second, third = sold.bought()
    sold.event("customer.updated", {"id": "ctm_1"})

    found = [event.id for event in paddle.events_since(NOON + timedelta(milliseconds=8))]

    assert found == [second["event_id"], third["event_id"]]
    assert first["event_id"] not in found
    [call] = PADDLE.asked("/events")
    assert set(call.query["event_type"].split(",")) == EVENT_TYPES
    assert call.query["order_by"] == "id[ASC]"


@pytest.mark.parametrize("bad", [{"id": "sub/1"}, {"status": None}, {"items": "many"}, {"items": [{"quantity": -1}]}])
def test_one_bad_record_holds_up_no_other_and_is_named(paddle: Paddle, bad: Payload) -> None:
    good, spoilt = Subscription(), Subscription()
    for each in (spoilt, good):
        each.tell("created")
    PADDLE.entities["subscriptions"][spoilt.id].update(bad)
    PADDLE.events[0]["data"].update(bad)
    names = ("", "") if "id" in bad else (spoilt.id, spoilt.partition)

    listed, sent = [*paddle.subscriptions()], [*paddle.events_since(NOON)]

    assert [type(event.told) for event in listed] == [type(event.told) for event in sent] == [Unread, Snapshot]
    assert (listed[0].id, listed[0].subscription) == names
    assert (sent[0].id, sent[0].subscription) == (PADDLE.events[0]["event_id"], names[1])
    assert listed[1].subscription == sent[1].subscription == good.partition


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"data": {}}', b'{"data": [1]}', b'{"data": null}', b'"x"'])
def test_an_answer_that_makes_no_sense_is_none(paddle: Paddle, body: bytes) -> None:
    PADDLE.fail("/subscriptions", body=body)

    with pytest.raises(Unreachable):
        [*paddle.subscriptions()]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"data": []}', b'{"data": null}'])
def test_an_entity_that_makes_no_sense_is_none(paddle: Paddle, body: bytes) -> None:
    PADDLE.fail("/subscriptions", body=body)

    with pytest.raises(Unreachable):
        paddle.read_back("paddle.sub_1")


def test_a_key_that_paddle_refuses_is_named(paddle: Paddle) -> None:
    PADDLE.fail("/subscriptions", status=403)

    with pytest.raises(Denied, match="UNAVAILABLE") as raised:
        paddle.read_back("paddle.sub_1")
    assert raised.value.causes.startswith("PADDLE_API_KEY is wrong, expired, of the other environment")


@pytest.mark.parametrize("code", ["invalid_url", "something_new", ""])
def test_an_address_that_the_key_may_not_call_says_nothing_of_the_subscription(
    paddle: Paddle, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    sold = Subscription()
    sold.tell()
    PADDLE.fail("/subscriptions", times=9, status=404, body=f'{{"error": {{"code": "{code}"}}}}'.encode())

    with pytest.raises(Denied) as raised:
        paddle.read_back(sold.partition)
    with pytest.raises(Denied):
        paddle.cancel(sold.partition)
    assert raised.value.causes.endswith(f": 404 {code}")
    assert f"404 {code}" in caplog.text


@pytest.mark.parametrize("code", ["not_found", "entity_not_found"])
def test_a_subscription_that_paddle_says_there_is_not_is_nothing(paddle: Paddle, code: str) -> None:
    PADDLE.fail("/subscriptions", status=404, body=f'{{"error": {{"code": "{code}"}}}}'.encode())

    assert [*paddle.read_back("paddle.sub_1")] == []


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_transaction_that_paddle_refuses_to_look_for_proves_nothing(paddle: Paddle, status: int) -> None:
    PADDLE.fail("/transactions", times=2, status=status, body=b'{"error": {"code": "bad_request"}}')

    assert not paddle.proves("paddle.sub_1", Proof("pri_1", "1"), SOMEBODY, is_administrator=True)
    assert paddle.subscription_of("pri_1") == ""


def test_nothing_personal_leaves_the_reader(paddle: Paddle) -> None:
    sold = Subscription("ref_" + "0" * 32)
    *_, paid = sold.bought()
    sold.adjusted(paid["data"]["id"])
    for entities in PADDLE.entities.values():
        for data in entities.values():
            data.update(PERSONAL)
    for event in PADDLE.events:
        event["data"].update(PERSONAL)

    events = [*paddle.read_back(sold.partition), *paddle.subscriptions(), *paddle.events_since(NOON)]

    assert len(events) == 4 + 1 + 4 + 0
    assert found_in(repr(events), repr(fold_events(events))) == set()


CONTACTS: dict[str, tuple[Payload, Contact | None]] = {
    "a company": (
        {"customer": {"name": "Alice", "email": "a@c.example"}, "business": {"name": "Contoso"}},
        Contact("Contoso", "a@c.example"),
    ),
    "a person": (
        {"customer": {"name": "Alice", "email": "a@c.example"}, "business": None},
        Contact("Alice", "a@c.example"),
    ),
    "no name": ({"customer": {"name": None, "email": "a@c.example"}}, Contact("", "a@c.example")),
    "no customer": ({"customer": None}, None),
}


@pytest.mark.parametrize(("answered", "contact"), CONTACTS.values(), ids=CONTACTS)
def test_a_contact_is_the_company_or_the_customer(paddle: Paddle, answered: Payload, contact: Contact | None) -> None:
    number = Subscription().paid()["data"]["id"]
    PADDLE.contacts[number] = answered

    assert paddle.contact("paddle.sub_1", number) == contact
    assert PADDLE.calls[0].query == {"include": "customer,business"}


@pytest.mark.parametrize("number", ["", "txn_gone"])
def test_without_a_transaction_there_is_no_contact(paddle: Paddle, number: str) -> None:
    assert paddle.contact("paddle.sub_1", number) is None


def test_a_subscription_is_cancelled_for_the_end_of_what_is_paid(paddle: Paddle) -> None:
    sold = Subscription()
    sold.bought()

    paddle.cancel(sold.partition)
    paddle.cancel(sold.partition)

    [first, *_] = PADDLE.asked(method="POST")
    assert (first.path, first.body) == (f"/subscriptions/{sold.id}/cancel", {"effective_from": "next_billing_period"})
    assert PADDLE.entities["subscriptions"][sold.id]["scheduled_change"]["action"] == "cancel"


def test_cancelling_what_is_over_is_done(paddle: Paddle) -> None:
    sold = Subscription()
    sold.canceled()

    paddle.cancel(sold.partition)
    paddle.cancel("paddle.sub_gone")


def test_a_pause_that_is_planned_is_no_end(paddle: Paddle) -> None:
    sold = Subscription(changed={"scheduled_change": {"action": "pause", "effective_at": "2026-04-01T12:00:00Z"}})
    sold.tell()

    with pytest.raises(PaddleRefused, match="subscription_locked_pending_changes"):
        paddle.cancel(sold.partition)


@pytest.mark.parametrize("body", [b"", b"?", b'{"error": 1}'])
def test_a_refusal_without_a_code_is_one(paddle: Paddle, body: bytes) -> None:
    PADDLE.fail("/subscriptions", status=400, body=body)

    with pytest.raises(PaddleRefused, match="400 unknown"):
        paddle.cancel("paddle.sub_1")


def test_price_seats_and_reference_are_fixed_by_us(paddle: Paddle) -> None:
    checkout = paddle.sell("team", 7, "ref_1")

    [call] = PADDLE.calls
    assert (call.method, call.path) == ("POST", "/transactions")
    assert call.body == {"items": [{"price_id": PRICE, "quantity": 7}], "custom_data": {"ref": "ref_1"}}
    assert (checkout.transaction, checkout.reference) == (next(iter(PADDLE.entities["transactions"])), "ref_1")


def test_what_has_no_price_or_is_refused_is_not_for_sale(paddle: Paddle) -> None:
    with pytest.raises(NotForSale):
        paddle.sell("gold", 1, "ref_1")
    PADDLE.fail("/transactions", status=400)
    with pytest.raises(NotForSale):
        paddle.sell("team", 1, "ref_1")


def test_a_sale_is_never_tried_twice(paddle: Paddle) -> None:
    PADDLE.fail("/transactions", times=9, status=500)

    with pytest.raises(Unreachable):
        paddle.sell("team", 1, "ref_1")
    assert len(PADDLE.calls) == 1


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, True),
        ({"custom_data": None}, False),
        ({"custom_data": {"ref": "forged"}}, False),
        ({"custom_data": "ref"}, False),
        ({"subscription_id": None}, False),
    ],
)
def test_a_transaction_of_ours_leads_to_its_subscription(paddle: Paddle, changed: Payload, *, found: bool) -> None:
    sold = Subscription("ref_" + "0" * 32)
    number = sold.paid()["data"]["id"]
    PADDLE.entities["transactions"][number].update(changed)

    assert paddle.subscription_of(number) == (sold.partition if found else "")


@pytest.mark.parametrize("number", ["", "txn_gone", "txn/1", "../events", "é"])
def test_a_transaction_that_there_is_not_leads_nowhere(paddle: Paddle, number: str) -> None:
    assert paddle.subscription_of(number) == ""
    assert paddle.proves("paddle.sub_1", Proof(number, "1"), SOMEBODY, is_administrator=True) is False


def test_the_number_of_its_invoice_proves_a_purchase(paddle: Paddle) -> None:
    sold, other = Subscription(), Subscription()
    paid, another = sold.paid()["data"], other.paid()["data"]

    def proves(transaction: str, fact: str) -> bool:
        return paddle.proves(sold.partition, Proof(transaction, fact), SOMEBODY, is_administrator=False)

    assert proves(paid["id"], f" {paid['invoice_number']} ")
    assert not proves(paid["id"], another["invoice_number"])
    assert not proves(another["id"], another["invoice_number"])
    assert not proves(paid["id"], "")
    assert paid["invoice_number"] not in repr(Proof(paid["id"], paid["invoice_number"]))


@pytest.mark.parametrize("invoice", [None, ""])
def test_a_purchase_without_an_invoice_is_proven_by_nothing(paddle: Paddle, invoice: str | None) -> None:
    sold = Subscription()
    number = sold.paid()["data"]["id"]
    PADDLE.entities["transactions"][number]["invoice_number"] = invoice

    assert not paddle.proves(sold.partition, Proof(number, ""), SOMEBODY, is_administrator=False)


def destination(**changed: Any) -> Payload:  # noqa: ANN401 - any member of a destination
    return {
        "id": "ntfset_1",
        "destination": WEBHOOKS,
        "active": True,
        "traffic_source": "platform",
        "include_sensitive_fields": False,
        "subscribed_events": [{"name": name} for name in sorted(EVENT_TYPES)],
        **changed,
    }


def set_up(**changed: Any) -> None:  # noqa: ANN401 - any member of a destination
    PADDLE.destinations.append(destination(**changed))
    for number in PRICES:
        PADDLE.prices[number] = {"id": number, "status": "active", "billing_cycle": {"interval": "month"}}


def test_a_right_configuration_has_no_problems(paddle: Paddle) -> None:
    set_up()
    PADDLE.destinations.append(destination(id="ntfset_2", destination="https://another.example"))

    assert [*paddle.problems(WEBHOOKS)] == []


EVERYTHING = [{"name": name} for name in [*sorted(EVENT_TYPES), "transaction.payment_failed", "customer.updated"]]
WRONG: dict[str, tuple[Payload, str]] = {
    "another address": ({"destination": "https://old.example"}, f"0 notification destinations send to {WEBHOOKS}"),
    "switched off": ({"active": False}, "switched off"),
    "too few events": ({"subscribed_events": [{"name": "adjustment.created"}]}, "does not send adjustment.updated"),
    "people's data": ({"subscribed_events": EVERYTHING}, "reads: customer.updated, transaction.payment_failed"),
    "sensitive fields": ({"include_sensitive_fields": True}, "sensitive fields"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_the_destination_is_said(paddle: Paddle, changed: Payload, said: str) -> None:
    set_up(**changed)

    [problem] = paddle.problems(WEBHOOKS)
    assert said in problem


def test_simulated_traffic_is_wrong_only_in_live(paddle: Paddle) -> None:
    set_up(traffic_source="all")
    live = replace(paddle, catalogue=replace(paddle.catalogue, live=True))

    assert [*paddle.problems(WEBHOOKS)] == []
    PADDLE.environment = "production"
    assert [*live.problems(WEBHOOKS)] == ["the destination sends simulated traffic"]


def test_two_destinations_that_send_here_are_one_too_many(paddle: Paddle) -> None:
    set_up()
    set_up(id="ntfset_2")

    assert [*paddle.problems(WEBHOOKS)] == [f"2 notification destinations send to {WEBHOOKS}; it must be one"]


def test_what_is_wrong_with_the_prices_is_said(paddle: Paddle) -> None:
    set_up()
    del PADDLE.prices[PRICE]
    PADDLE.prices["pri_business"]["status"] = "archived"
    PADDLE.prices["pri_team_yearly"] = {"id": "pri_team_yearly", "status": "archived", "billing_cycle": None}

    assert sorted(paddle.problems(WEBHOOKS)) == [
        "price pri_business is archived, and business is sold at it",
        "price pri_team does not exist at Paddle",
        "price pri_team_yearly is not recurring",
    ]
