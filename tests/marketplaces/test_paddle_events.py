"""Paddle's events in our words: what must be there, what is passed over, and how much is read at all."""

import copy
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import EventMalformed
from shared.domain.purchases import Adjustment, Payment, Snapshot
from shared.ports import Hint
from tests.marketplaces.changing import MISSING, changed, objects
from tests.marketplaces.receiving import LIVE, SANDBOX, receive, receive_body, received, told
from tests.paddle import Payload, Subscription, sign
from tests.world import LARGE_PRICE, NOON, PRICE

REFERENCE = "ref_" + "0123456789abcdef" * 2


def sold(**fields: Any) -> Subscription:  # noqa: ANN401 - any field of the subscription
    return Subscription(REFERENCE, id="sub_1", **fields)


def subscription_event() -> Payload:
    change = {"action": "cancel", "effective_at": "2026-04-01T12:00:00Z", "resume_at": None}
    return sold(changed={"scheduled_change": change}).tell()


def transaction_event() -> Payload:
    return sold().paid(number="txn_1")


def adjustment_event() -> Payload:
    return sold().adjusted("txn_1", id="adj_1")


EVENTS = {"subscription": subscription_event, "transaction": transaction_event, "adjustment": adjustment_event}

MUST_HAVES = [
    *itertools.product(EVENTS, ["event_id", "event_type", "occurred_at", "data", "data.id"]),
    *itertools.product(
        ["subscription"],
        ["status", "items", "items.0.price", "items.0.price.id", "items.0.quantity"],
    ),
    *itertools.product(["subscription"], ["scheduled_change.action", "scheduled_change.effective_at"]),
    *itertools.product(["subscription"], ["current_billing_period.starts_at", "current_billing_period.ends_at"]),
    *itertools.product(
        ["transaction"],
        ["origin", "billing_period.starts_at", "billing_period.ends_at", "items.0.price", "items.0.price.id"],
    ),
    *itertools.product(["adjustment"], ["action", "status", "transaction_id"]),
]
MAY_HAVES = {
    "subscription": [
        "updated_at",
        "current_billing_period",
        "next_billed_at",
        "scheduled_change",
        "canceled_at",
        "paused_at",
        "custom_data",
    ],
    "transaction": ["subscription_id", "billing_period", "custom_data"],
    "adjustment": ["subscription_id", "updated_at", "items.0.type"],
}


def at(path: str) -> str:
    of_envelope = path.startswith(("event_", "occurred_at", "data"))
    return path if of_envelope else f"data.{path}"


# What is of the right type in these two places.
FINE = {("items", "[]"), ("items.0.quantity", "7")}
BROKEN = [
    (kind, path, value)
    for (kind, path), value in itertools.product(MUST_HAVES, [MISSING, None, 7, -1.5, True, [], [None], {}, {"id": 1}])
    if (path, str(value)) not in FINE
]


@pytest.mark.parametrize(("kind", "path", "value"), BROKEN)
def test_an_event_without_its_must_haves_is_malformed(kind: str, path: str, value: object) -> None:
    with pytest.raises(EventMalformed):
        receive(changed(EVENTS[kind](), at(path), value))


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in MAY_HAVES.items() for path in paths])
@pytest.mark.parametrize("value", [MISSING, None])
def test_what_an_event_may_lack_it_may_lack(kind: str, path: str, value: object) -> None:
    receive(changed(EVENTS[kind](), at(path), value))


@pytest.mark.parametrize("kind", [MISSING, None, "partial"])
def test_a_refund_that_does_not_say_whether_it_is_of_the_whole_is_a_hint(kind: object) -> None:
    body = json.dumps({**changed(adjustment_event(), "data.type", kind), "event_id": "evt_1"}).encode()

    assert SANDBOX.receive({"paddle-signature": sign(body, NOON)}, body, NOON) == Hint("evt_1", "paddle.sub_1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe\xfa", b"{'a': 1}"])
def test_a_body_that_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(EventMalformed):
        receive_body(body)


@pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
@pytest.mark.parametrize("where", ["%s", '{"event_id": "evt_1", "data": %s}'])
def test_deep_nesting_is_malformed(nested: str, where: str) -> None:
    with pytest.raises(EventMalformed):
        receive_body((where % nested).encode())


def test_nesting_that_json_can_carry_is_passed_over() -> None:
    nested: object = []
    for _ in range(200):
        nested = [nested]

    assert received(changed(subscription_event(), "data.custom_data", nested)).reference == ""


def with_number(number: str) -> bytes:
    return json.dumps(changed(subscription_event(), "data.customer_id", "NUMBER")).replace('"NUMBER"', number).encode()


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 4000, "NaN", "Infinity"])
def test_huge_numbers_where_nothing_is_read_are_passed_over(number: str) -> None:
    assert receive_body(with_number(number)) is not None


def test_a_number_too_long_to_be_one_is_malformed() -> None:
    with pytest.raises(EventMalformed):
        receive_body(with_number("9" * 5000))


@pytest.mark.parametrize(
    "kind",
    [
        "customer.created",
        "customer.updated",
        "customer.imported",
        "address.created",
        "address.updated",
        "business.created",
        "transaction.created",
        "transaction.paid",
        "transaction.past_due",
        "transaction.payment_failed",
        "transaction.revised",
        "payment_method.saved",
        "payout.paid",
        "report.created",
        "price.updated",
        "api_key.expiring",
        "subscription.something_new",
        "subscription.",
        "subscription.created ",
        "SUBSCRIPTION.CREATED",
        "something.new",
        "",
        "\x00",
    ],
)
def test_other_types_of_event_are_nothing_to_store_whatever_they_hold(kind: str) -> None:
    for payload in (subscription_event(), transaction_event(), {**adjustment_event(), "data": {}}):
        assert receive({**payload, "event_type": kind}) is None


@pytest.mark.parametrize("change", ["created", "updated", "activated", "trialing", "past_due", "paused", "resumed"])
def test_every_event_of_a_subscription_is_the_same_snapshot(change: str) -> None:
    assert told(sold().tell(change)) == told(sold().tell("created"))


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("trialing", "trialing"),
        ("active", "active"),
        ("past_due", "past_due"),
        ("paused", "paused"),
        ("canceled", "ended"),
    ],
)
def test_a_status_is_said_in_our_words(status: str, ours: str) -> None:
    assert told(sold(status=status).tell()).status == ours


@pytest.mark.parametrize("status", ["inactive", "something_new", "", "ACTIVE", "ended", "unconfirmed"])
def test_a_status_that_is_not_known_changes_nothing_and_is_logged_without_its_value(
    status: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert receive(sold(status=status).tell()) is None
    assert [record.getMessage() for record in caplog.records] == [
        "paddle: a subscription status that is not known changes nothing"
    ]


def test_an_ending_without_its_own_date_is_dated_by_its_last_change() -> None:
    ended = sold(status="canceled").tell()
    undated = changed(ended, "data.updated_at", MISSING)

    assert told(ended).ended_at == NOON
    assert told(undated).ended_at == NOON + timedelta(milliseconds=7)


@pytest.mark.parametrize("quantity", [0, 1, 1_000_000, 100_000_000])
def test_quantities_are_taken_as_they_are(quantity: int) -> None:
    assert told(sold(quantity=quantity).tell()).quantity == quantity


@pytest.mark.parametrize("quantity", [-1, 100_000_001, 2**31, 2**63, 10**400, 1.0, 1.5, "3", True, None])
def test_quantities_beyond_reason_are_malformed(quantity: Any) -> None:  # noqa: ANN401 - of any type
    with pytest.raises(EventMalformed):
        receive(sold(quantity=quantity).tell())


def items(*quantities_and_prices: tuple[int, str]) -> Payload:
    listed = [{"quantity": quantity, "price": {"id": price}} for quantity, price in quantities_and_prices]
    return sold(changed={"items": listed}).tell()


@pytest.mark.parametrize(
    ("payload", "plan", "quantity"),
    [
        (items((3, PRICE)), "team", 3),
        (items((3, PRICE), (2, "pri_team_yearly")), "team", 5),
        (items((3, LARGE_PRICE), (2, PRICE)), "team", 5),
        (items((3, PRICE), (9, "pri_of_something_else")), "team", 3),
        (items((9, "pri_of_something_else")), "", 0),
        (items(), "", 0),
    ],
)
def test_seats_are_counted_over_our_prices_and_the_smallest_plan_counts(
    payload: Payload, plan: str, quantity: int
) -> None:
    assert (told(payload).plan, told(payload).quantity) == (plan, quantity)


def test_more_seats_than_storage_can_count_are_malformed() -> None:
    with pytest.raises(EventMalformed):
        receive(items(*[(100_000_000, PRICE)] * 22))


def test_prices_that_were_never_ours_are_counted_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    receive(items((9, "pri_x"), (9, "pri_y"), (1, PRICE)))

    assert caplog.messages == ["paddle: 2 items without a plan give no seats"]


@pytest.mark.parametrize("reference", [None, REFERENCE])
@pytest.mark.parametrize(("price", "ours"), [(PRICE, True), ("pri_of_something_else", False)])
def test_an_event_says_whether_it_is_ours_by_price_and_by_reference(
    reference: str | None, price: str, *, ours: bool
) -> None:
    payload = Subscription(reference, price=price).tell()

    assert (received(payload).ours, received(payload).reference) == (ours, reference or "")


@pytest.mark.parametrize(
    "custom_data",
    [
        None,
        {},
        {"ref": None},
        {"ref": ""},
        {"ref": "ref_forged"},
        {"ref": REFERENCE.upper()},
        {"ref": f" {REFERENCE}"},
        {"ref": [REFERENCE]},
        {"ref": {"ref": REFERENCE}},
        {"reference": REFERENCE},
        [REFERENCE],
        REFERENCE,
        7,
    ],
)
def test_what_is_no_reference_of_ours_is_none(custom_data: object) -> None:
    for payload in (subscription_event(), transaction_event()):
        assert received(changed(payload, "data.custom_data", custom_data)).reference == ""


@pytest.mark.parametrize("kind", EVENTS)
def test_the_partition_comes_from_the_event_itself(kind: str) -> None:
    assert received(EVENTS[kind]()).subscription == "paddle.sub_1"


def test_a_transaction_without_a_subscription_is_nothing_to_store() -> None:
    assert receive(changed(transaction_event(), "data.subscription_id", None)) is None


def test_an_adjustment_without_a_subscription_names_its_transaction() -> None:
    event = received(changed(adjustment_event(), "data.subscription_id", None))

    assert (event.subscription, event.told.transaction) == ("", "txn_1")  # type: ignore[union-attr]


def test_a_refund_of_items_without_a_subscription_takes_nothing_back() -> None:
    refund = changed(adjustment_event(), "data.subscription_id", None)

    assert receive(changed(refund, "data.type", "partial")) is None


def test_a_transaction_without_a_period_buys_none() -> None:
    assert receive(changed(transaction_event(), "data.billing_period", None)) is None


@pytest.mark.parametrize("quantity", [MISSING, None, -1, 1.5, "many", 10**400])
def test_of_a_transaction_no_quantity_is_read(quantity: object) -> None:
    assert told(changed(transaction_event(), "data.items.0.quantity", quantity)) == told(transaction_event())


IDS = [
    ("subscription", "event_id"),
    ("subscription", "data.id"),
    ("transaction", "event_id"),
    ("transaction", "data.id"),
    ("transaction", "data.subscription_id"),
    ("adjustment", "event_id"),
    ("adjustment", "data.id"),
    ("adjustment", "data.subscription_id"),
    ("adjustment", "data.transaction_id"),
]


@pytest.mark.parametrize(("kind", "path"), IDS)
@pytest.mark.parametrize("id", ["", "a/b", "a\\b", "a#b", "a?b", "a\tb", "a\x00", "a\x7f", "a\ud800", "a b", "a" * 129])
def test_an_id_that_storage_would_refuse_is_malformed(kind: str, path: str, id: str) -> None:
    with pytest.raises(EventMalformed):
        receive(changed(EVENTS[kind](), path, id))


@pytest.mark.parametrize(("kind", "path"), IDS)
def test_no_form_is_asked_of_an_id_beyond_that(kind: str, path: str) -> None:
    assert receive(changed(EVENTS[kind](), path, "Other-Form_1")) is not None


@pytest.mark.parametrize("digits", range(10))
def test_times_are_read_with_no_to_nine_digits(digits: int) -> None:
    stamp = "2026-04-01T14:00:00" + ("." + "123456789"[:digits] if digits else "") + "+02:00"
    payload = changed(transaction_event(), "data.billing_period.ends_at", stamp)
    expected = datetime(2026, 4, 1, 12, tzinfo=UTC)

    assert told(payload).paid_until == expected + timedelta(microseconds=int("123456000"[:digits].ljust(9, "0")[:6]))
    version = received(changed(subscription_event(), "data.updated_at", stamp)).version
    assert version.startswith("2026-04-01T12:00:00." + "123456789"[:digits].ljust(9, "0") + "Z|")


@pytest.mark.parametrize(
    "stamp", ["", "now", "2026-04-01", "2026-04-01T12:00:00", "1775044800", 1775044800, 1775044800.5]
)
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("subscription", "occurred_at"),
        ("subscription", "data.updated_at"),
        ("subscription", "data.canceled_at"),
        ("subscription", "data.paused_at"),
        ("subscription", "data.next_billed_at"),
        ("subscription", "data.current_billing_period.starts_at"),
        ("subscription", "data.scheduled_change.effective_at"),
        ("transaction", "data.billing_period.ends_at"),
        ("adjustment", "data.updated_at"),
    ],
)
def test_what_is_no_time_is_malformed(kind: str, path: str, stamp: object) -> None:
    with pytest.raises(EventMalformed):
        receive(changed(EVENTS[kind](), path, stamp))


@pytest.mark.parametrize("kind", EVENTS)
def test_simulated_events_count_everywhere_but_live(kind: str) -> None:
    simulated = {**EVENTS[kind](), "event_id": "ntfsimevt_01h", "notification_id": "ntfsimntf_01h"}

    assert receive(simulated) is not None
    assert receive(simulated, LIVE) is None
    assert receive(EVENTS[kind](), LIVE) is not None


def test_two_deliveries_of_one_event_are_one_event() -> None:
    payload = subscription_event()

    assert received({**payload, "notification_id": "ntf_another"}) == received(payload)


def test_an_event_is_ordered_by_the_change_then_by_its_telling_then_by_its_name() -> None:
    payload = {**subscription_event(), "event_id": "evt_1", "occurred_at": "2026-03-02T12:00:01Z"}

    assert received(payload).version == "2026-03-02T12:00:00.000000000Z|2026-03-02T12:00:01.000000000Z|evt_1"
    undated = changed(payload, "data.updated_at", None)
    assert received(undated).version == "2026-03-02T12:00:01.000000000Z|2026-03-02T12:00:01.000000000Z|evt_1"


YEAR_ONE = "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("kind", ["subscription", "adjustment"])
def test_a_change_in_the_year_one_is_dated_by_its_telling(kind: str) -> None:
    payload = EVENTS[kind]()

    never = received(changed(payload, "data.updated_at", YEAR_ONE))

    assert never == received(changed(payload, "data.updated_at", None))


@pytest.mark.parametrize("action", ["credit", "credit_reverse", "something_new"])
def test_what_takes_nothing_back_may_be_as_broken_as_it_likes(action: str) -> None:
    broken = {"action": action, "id": None, "updated_at": "never", "items": "none"}

    assert receive({**adjustment_event(), "data": broken}) is None


def test_a_transaction_that_buys_no_time_may_be_as_broken_as_it_likes() -> None:
    broken = {"origin": "subscription_payment_method_change", "id": None, "billing_period": "never"}

    assert receive({**transaction_event(), "data": broken}) is None


@pytest.mark.parametrize("billed_at", [YEAR_ONE, "never", 7, [], {}])
def test_a_day_of_billing_that_is_none_loses_no_payment(billed_at: object) -> None:
    undated = told(changed(transaction_event(), "data.billed_at", None))

    assert told(changed(transaction_event(), "data.billed_at", billed_at)) == undated


@pytest.mark.parametrize("more", [{}, {"quantity": None}, {"quantity": 2.5}, {"quantity": 1, "trial_dates": {}}])
def test_another_products_item_that_cannot_be_read_loses_no_snapshot(more: Payload) -> None:
    payload = subscription_event()
    whole = told(payload)
    payload["data"]["items"].append({"price": {"id": "pri_of_something_else"}, **more})

    assert told(payload) == whole


@pytest.mark.parametrize("data", [None, [], 7, MISSING])
def test_a_type_that_is_not_known_may_hold_nothing(data: object) -> None:
    unknown = {**subscription_event(), "event_type": "something.new", "occurred_at": None}

    assert receive(changed(unknown, "data", data)) is None


def test_what_was_paid_for_another_product_moves_nothing() -> None:
    paid = Subscription(REFERENCE).paid()
    paid["data"]["items"] = [{"price": {"id": "pri_of_something_else"}}, {"price": {"id": "pri_of_another"}}]
    assert receive(paid) is None

    paid["data"]["items"].append({"price": {"id": PRICE}})
    assert received(paid).ours


def test_the_words_are_these_three() -> None:
    assert [type(told(make())) for make in EVENTS.values()] == [Snapshot, Payment, Adjustment]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=2)
)


@given(st.sampled_from(sorted(EVENTS)), st.data())
def test_members_that_nobody_knows_are_passed_over_wherever_they_stand(kind: str, data: st.DataObject) -> None:
    payload = EVENTS[kind]()
    grown = copy.deepcopy(payload)
    for place in objects(grown):
        place[data.draw(st.text(min_size=1).map(lambda name: f"x_{name}"))] = data.draw(json_values)

    assert received(grown) == received(payload)


def paths(content: object, so_far: str = "") -> list[str]:
    if isinstance(content, dict | list):
        numbered = content.items() if isinstance(content, dict) else enumerate(content)
        inner = [(f"{so_far}.{key}".lstrip("."), child) for key, child in numbered]
        return [path for key, child in inner for path in (key, *paths(child, key))]
    return []


@given(st.sampled_from(sorted(EVENTS)), st.data())
def test_whatever_stands_anywhere_is_read_or_refused_and_never_a_surprise(kind: str, data: st.DataObject) -> None:
    payload = EVENTS[kind]()
    path = data.draw(st.sampled_from(paths(payload)))
    body = json.dumps(changed(payload, path, data.draw(json_values))).encode()
    try:
        event = SANDBOX.receive({"paddle-signature": sign(body, NOON)}, body, NOON)
    except EventMalformed:
        return
    if isinstance(event, Hint):
        assert event.subscription.startswith("paddle.")
        return
    assert event is None or isinstance(event.told, Adjustment) or event.subscription.startswith("paddle.")


@given(st.binary())
def test_any_bytes_that_are_signed_are_malformed_or_read(body: bytes) -> None:
    with pytest.raises(EventMalformed):
        receive_body(body)
