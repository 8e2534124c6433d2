"""Microsoft's webhooks over HTTP, storage and the stand-ins: the body is a hint, and what is read back counts."""

import base64
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest

from dev.azurite import Azurite
from dev.entra import Entra
from dev.wire import Clock
from shared.marketplaces.microsoft.payloads import OperationData, SubscriptionData
from shared.marketplaces.microsoft.reading import Offers, snapshot
from shared.operations.assign_seat import assign_seat
from shared.operations.find_stuck import find_stuck
from shared.operations.read_back import read_back
from shared.operations.reconcile import reconcile
from shared.storage import keys
from support import __main__ as support
from tests.functions.reading import read
from tests.functions.serving import assert_problem
from tests.microsoft import CLIENT, OFFER, RESELLER, VENDOR, WEBHOOK, Store, name, selling
from tests.runtime.asking import ask
from tests.world import ALICE, BOB, NOON, OTHER_TENANT, World, WorldMaker, empty_tables, environment


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


@pytest.fixture(scope="module")
def quiet(entra: Entra, azurite: Azurite) -> Iterator[Store]:
    """One that tests share which leave nothing."""

    def make_world(**changed: str) -> World:
        made = World(environment(azurite, **changed))
        empty_tables(made)
        return made

    with selling(entra, make_world) as opened:
        yield opened


@pytest.fixture
def emulated(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world, emulator=True) as opened:
        yield opened


def message(id_: str, action: str = "Renew", **members: object) -> dict[str, object]:
    return {"id": "0e000000-0000-4000-8000-000000000001", "subscriptionId": id_, "action": action, **members}


def rows(store: Store) -> int:
    return sum(map(len, store.world.rows().values()))


# Row 7 of the acceptance table.


@pytest.mark.parametrize("version", [1, 2])
def test_a_token_of_either_version_is_taken(store: Store, version: int) -> None:
    assert store.tell(store.token(version=version), message(store.buy())).status == 200


def unsigned(store: Store) -> str:
    return jwt.encode(jwt.decode(store.token(), options={"verify_signature": False}), "", algorithm="none")


def by_public_key(store: Store) -> str:
    """The public key, which everybody knows, taken for a secret."""
    key = base64.urlsafe_b64encode(str(store.entra.keys.current.published("")).encode())
    claims = jwt.decode(store.token(), options={"verify_signature": False})
    return jwt.encode(claims, key, "HS256", {"kid": store.entra.keys.current.id})


def in_another_algorithm(store: Store) -> str:
    claims = jwt.decode(store.token(), options={"verify_signature": False})
    current = store.entra.keys.current
    return jwt.encode(claims, current.private, "PS256", {"kid": current.id})


def nested(_: Store) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":' + b"[" * 9000).rstrip(b"=").decode()
    return f"{header}.e30.AA"


def of_claims(**claims: Any) -> Any:  # noqa: ANN401
    return lambda store: store.token(**claims)


STAMP = int(NOON.timestamp())
BAD_TOKENS = {
    "alg none": unsigned,
    "HS256 by the public key": by_public_key,
    "PS256": in_another_algorithm,
    "a stranger's key": lambda store: store.token(key=store.entra.keys.stranger),
    "for another app": lambda store: store.entra.mint("another", VENDOR, at=NOON),
    "for several apps": of_claims(aud=[CLIENT, "another"]),
    "of another tenant": lambda store: store.entra.mint(CLIENT, OTHER_TENANT, at=NOON),
    "of another tenant that names ours": lambda store: store.entra.mint(CLIENT, OTHER_TENANT, at=NOON, tid=VENDOR),
    "of our tenant's issuer for another": of_claims(tid=OTHER_TENANT),
    "by another app": lambda store: store.entra.mint(CLIENT, VENDOR, "another-app", at=NOON),
    "by another app of version 2": lambda store: store.entra.mint(CLIENT, VENDOR, "another", version=2, at=NOON),
    "by two apps": of_claims(azp="another-app"),
    "by no app": of_claims(appid=None),
    "expired": of_claims(exp=STAMP - 61),
    "not yet": of_claims(nbf=STAMP + 61),
    "without an end": of_claims(exp=None),
    "without a beginning": of_claims(nbf=None),
    "with an end that is none": of_claims(exp="tomorrow"),
    "without an issuer": of_claims(iss=None),
    "huge": of_claims(padding="x" * 20_000),
    "deep": nested,
    "empty": lambda _: "",
    "no token": lambda _: "?",
    "three dots": lambda _: "...",
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_that_is_not_microsofts_is_refused_and_has_no_effect(quiet: Store, make: Any) -> None:  # noqa: ANN401
    id_ = quiet.buy()

    assert_problem(quiet.tell(make(quiet), message(id_)), 401, "SIGNATURE_INVALID")

    assert quiet.asked("GET /api/saas") == []
    assert rows(quiet) == 0


@pytest.mark.parametrize("headers", [[], [("Authorization", "Basic eDp5")], [("Authorization", "Bearer")]])
def test_a_webhook_without_a_bearer_token_is_refused(quiet: Store, headers: list[tuple[str, str]]) -> None:
    answer = ask(quiet.base, "POST", WEBHOOK, headers, json.dumps(message(quiet.buy())).encode())

    assert_problem(answer, 401, "SIGNATURE_INVALID")


@pytest.mark.parametrize("claims", [{"exp": STAMP - 59}, {"nbf": STAMP + 59}])
def test_clocks_may_differ_a_little(store: Store, claims: dict[str, int]) -> None:
    assert store.tell(store.token(**claims), message(store.buy())).status == 200


def test_while_entras_keys_cannot_be_had_the_marketplace_comes_again(store: Store) -> None:
    id_ = store.buy()
    store.entra.faults.add("500", match="/discovery/v2.0/keys")

    answer = store.tell(store.token(), message(id_))

    assert_problem(answer, 503, "UNAVAILABLE")
    assert answer.header("retry-after")
    assert store.find(id_) is None


# Rows 8, 9 and 11: every action, and what it leads to.


def test_automatic_activation_arrives_unclaimed_and_names_nobody(store: Store) -> None:
    header = store.header(store.automatic(quantity=7))

    assert (header.status, header.plan, header.quantity) == ("subscribed", "team", 7)
    assert (header.account, header.owner_kind, header.tenant) == ("", "", "")


def test_a_subscribe_without_its_details_is_read_back_too(store: Store) -> None:
    header = store.header(store.automatic("minimal", quantity=7))

    assert (header.status, header.plan, header.quantity) == ("subscribed", "team", 7)


def test_a_change_of_seats_is_pending_until_it_is_read_back_by_the_hourly_tick(store: Store) -> None:
    id_ = store.automatic(quantity=5)

    store.market.play.change_quantity(id_, 8)
    pending = store.header(id_)
    assert (pending.quantity, pending.pending_quantity) == (5, 8)
    assert pending.pending_operation

    store.advance(hours=1)
    store.world.purge()
    settled = store.header(id_)
    assert (settled.quantity, settled.pending_quantity, settled.pending_operation) == (8, 0, "")
    assert store.statuses() == [200, 200]


def test_a_change_of_plan_is_pending_until_it_is_read_back(store: Store) -> None:
    id_ = store.automatic()

    store.market.play.change_plan(id_, "business-plan")
    assert (store.header(id_).plan, store.header(id_).pending_plan) == ("team", "business")

    store.advance(hours=1)
    store.world.purge()
    assert (store.header(id_).plan, store.header(id_).pending_plan) == ("business", "")


def test_a_change_to_a_plan_that_is_not_sold_is_refused_at_once_and_leaves_no_state(store: Store) -> None:
    id_ = store.automatic()
    before = store.state(id_), rows(store)

    store.market.play.change_plan(id_, "secret-plan")

    assert store.statuses()[-1] == 409
    assert (store.state(id_), rows(store)) == before
    store.advance(hours=1)
    assert store.bought(id_).plan == "team-plan"
    assert not store.market.outbox.waiting


def test_no_acknowledgement_is_sent_for_what_is_accepted(store: Store) -> None:
    id_ = store.automatic()

    store.market.play.change_quantity(id_, 8)

    assert store.asked("PATCH") == []


def test_a_change_that_fails_after_all_is_taken_back(store: Store) -> None:
    id_ = store.automatic(quantity=5)
    before = store.state(id_)

    store.market.play.change_quantity(id_, 8, fails=True)
    store.advance(seconds=11)
    store.advance(hours=1)
    store.world.purge()

    assert store.statuses() == [200, 200, 200]
    assert store.state(id_) == before


def test_a_revert_to_a_plan_that_is_no_longer_sold_is_accepted(store: Store) -> None:
    id_ = store.automatic(plan="secret-plan")

    store.market.play.change_plan(id_, "team-plan", fails=True)
    store.advance(seconds=11)

    assert store.statuses() == [200, 200, 200]


def test_a_suspension_is_grace_from_when_it_was_learnt_and_keeps_seats(store: Store) -> None:
    id_ = store.subscribed()
    assign_seat(store.services, name(id_), BOB)

    store.market.play.suspend(id_)
    assert store.world.code(BOB) == "GRACE"
    store.advance(days=13.9)
    assert store.world.code(BOB) == "GRACE"
    store.advance(days=0.2)
    assert store.world.code(BOB) == "NO_LICENSE"

    assert store.header(id_).seats_used == 1


@pytest.mark.parametrize("path", ["/seats", "/account"])
def test_the_day_that_ends_the_grace_of_a_suspension_is_shown_until_it_is_over(store: Store, path: str) -> None:
    id_ = store.subscribed()
    store.market.play.suspend(id_)

    def shown() -> str:
        return read(ask(store.base, "GET", path, [("Cookie", store.cookies(store.session(ALICE)))])).text("main")

    assert "A payment is outstanding." in shown()
    assert "Seats give licenses until 16 March 2026." in shown()
    store.advance(days=14)
    assert "A payment is outstanding." in shown()
    assert "Seats give licenses" not in shown()


def test_a_suspension_that_is_told_and_read_again_began_when_it_was_first_learnt(store: Store) -> None:
    id_ = store.subscribed()
    assign_seat(store.services, name(id_), BOB)
    store.market.play.suspend(id_)

    store.world.clock.advance(days=10)
    store.tell(store.token(), message(id_, "Suspend", id="0e000000-0000-4000-8000-00000000000a"))
    reconcile(store.services, lambda _: None)
    read_back(store.services, name(id_))

    assert store.header(id_).unpaid_from == NOON
    assert store.world.code(BOB) == "GRACE"
    store.world.clock.advance(days=4)
    assert store.world.code(BOB) == "NO_LICENSE"


def test_a_suspension_after_a_reinstatement_is_another(store: Store) -> None:
    id_ = store.subscribed()
    store.market.play.suspend(id_)
    store.bought(id_).status = "Subscribed"
    read_back(store.services, name(id_))
    assert store.header(id_).unpaid_from is None

    store.world.clock.advance(days=10)
    store.bought(id_).status = "Suspended"
    read_back(store.services, name(id_))

    assert store.header(id_).unpaid_from == NOON + timedelta(days=10)


def test_a_reinstatement_restores_everything(store: Store) -> None:
    id_ = store.subscribed()
    assign_seat(store.services, name(id_), BOB)
    before = store.state(id_)
    store.market.play.suspend(id_)
    store.advance(days=20)

    store.market.play.reinstate(id_)
    assert store.header(id_).status == "suspended"
    store.advance(seconds=11)
    store.market.play.tell(id_, "Reinstate")

    assert store.world.code(BOB) == "LICENSED"
    assert store.state(id_) == before


def test_a_reinstatement_settles_by_itself_at_the_hourly_tick(store: Store) -> None:
    id_ = store.automatic()
    store.market.play.suspend(id_)
    store.market.play.reinstate(id_)

    store.advance(hours=1)
    store.world.purge()

    assert store.header(id_).status == "subscribed"


def test_a_suspension_that_outlasts_a_long_grace_ends_after_thirty_days(entra: Entra, make_world: WorldMaker) -> None:
    with selling(entra, make_world, GRACE_DAYS="300") as store:
        id_ = store.subscribed()
        assign_seat(store.services, name(id_), BOB)
        store.market.outbox.url = None
        store.market.play.suspend(id_)
        store.tell(store.token(), message(id_, "Suspend"))

        store.world.clock.advance(days=29.9)
        assert store.world.code(BOB) == "GRACE"
        store.world.clock.advance(days=0.2)
        assert store.world.code(BOB) == "NO_LICENSE"


def test_an_end_takes_access_at_once_and_keeps_the_data_for_a_week_and_more(store: Store) -> None:
    id_ = store.subscribed()
    assign_seat(store.services, name(id_), BOB)

    store.market.play.unsubscribe(id_)
    assert store.world.code(BOB) == "NO_LICENSE"
    store.advance(days=8)
    store.world.purge()
    assert (store.header(id_).status, store.header(id_).seats_used) == ("ended", 1)

    for _ in range(14):
        store.advance(days=30)
        store.world.purge()
    assert store.find(id_) is None


def test_a_renewal_is_read_back_and_nothing_ends_with_the_term(store: Store) -> None:
    id_ = store.subscribed()
    assign_seat(store.services, name(id_), BOB)

    store.advance(days=45)
    assert store.world.code(BOB) == "LICENSED"

    store.market.play.renew(id_)
    period_start = store.header(id_).period_start
    assert store.bought(id_).start == period_start != NOON


def test_a_free_trial_is_licensed_and_goes_on_when_it_is_over(store: Store) -> None:
    id_ = store.subscribed(trial=True)
    assign_seat(store.services, name(id_), BOB)
    assert store.world.code(BOB) == "LICENSED"

    store.market.play.end_trial(id_)
    store.advance(days=31)
    assert store.world.code(BOB) == "LICENSED"

    store.market.play.renew(id_)
    assert store.world.code(BOB) == "LICENSED"


def test_a_trial_that_is_not_continued_ends_when_microsoft_says_so(store: Store) -> None:
    id_ = store.subscribed(trial=True)
    assign_seat(store.services, name(id_), BOB)
    store.market.play.stop_renewal(id_)

    store.advance(days=40)

    assert store.header(id_).status == "ended"
    assert store.world.code(BOB) == "NO_LICENSE"


def test_a_flat_rate_purchase_has_one_seat(store: Store) -> None:
    assert store.header(store.automatic(offer="flat-offer", plan="flat")).quantity == 1


@pytest.mark.parametrize(
    "action", ["Transfer", "undocumented", "", "Change Plan!", "ä" * 500, "ChangePlan", "Reinstate", "Suspend", "Renew"]
)
def test_an_action_about_nothing_that_happened_is_taken_and_changes_nothing(store: Store, action: str) -> None:
    id_ = store.automatic()
    before = store.state(id_)

    store.market.play.tell(id_, action)

    assert store.statuses() == [200, 200]
    assert store.state(id_) == before


@pytest.mark.parametrize(
    "forged",
    [
        {"action": "Unsubscribe", "status": "Succeeded", "subscription": {"saasSubscriptionStatus": "Unsubscribed"}},
        {"action": "Suspend"},
        {"action": "ChangeQuantity", "quantity": 10_000, "status": "Succeeded"},
        {"action": "ChangePlan", "planId": "business-plan", "status": "InProgress"},
        {"action": "ChangePlan", "planId": "secret-plan"},
        {"action": "Subscribe", "offerId": OFFER, "planId": "business-plan", "quantity": 10_000},
    ],
)
def test_a_forged_body_changes_nothing(store: Store, forged: dict[str, Any]) -> None:
    id_ = store.automatic()
    before = store.state(id_)

    assert store.tell(store.token(), {**message(id_), **forged}).status == 200

    assert store.state(id_) == before


def test_a_webhook_about_a_subscription_that_is_not_there_stores_nothing(store: Store) -> None:
    before = rows(store)

    assert store.tell(store.token(), message("5ab00000-0000-4000-8000-000000000009")).status == 200

    assert rows(store) == before


def test_another_offer_of_the_same_publisher_is_nothing_to_us(store: Store) -> None:
    before = rows(store)

    id_ = store.buy(offer="another-product", plan="gold", automatic="full")

    assert store.statuses() == [200]
    assert store.find(id_) is None
    assert rows(store) == before


def test_a_change_of_plan_of_another_offer_is_no_business_of_ours(store: Store) -> None:
    before = rows(store)
    id_ = store.automatic(offer="another-product", plan="gold")

    store.market.play.change_plan(id_, "platinum")

    assert store.statuses() == [200, 200]
    assert rows(store) == before


def test_ids_in_capitals_are_the_same_subscription(store: Store) -> None:
    id_ = store.automatic()
    store.bought(id_).quantity = 9

    assert store.tell(store.token(), message(id_.upper())).status == 200

    assert store.header(id_).quantity == 9
    assert len({row["PartitionKey"] for row in store.world.rows()["subscriptions"]}) == 1


@pytest.mark.parametrize("body", [b"", b"?", b"[]", b"7", b"[" * 100_000, b'{"subscriptionId":7}', b"\xff\xfe"])
def test_a_body_that_is_none_can_never_succeed_and_is_no_500(quiet: Store, body: bytes) -> None:
    assert_problem(quiet.tell(quiet.token(), body), 400, "EVENT_MALFORMED")


@pytest.mark.parametrize("id_", ["a/b", "a b", "..", "x" * 200])
def test_a_subscription_id_that_storage_would_refuse_is_malformed(quiet: Store, id_: str) -> None:
    assert_problem(quiet.tell(quiet.token(), message(id_)), 400, "EVENT_MALFORMED")


@pytest.mark.parametrize("members", [{}, {"action": "Renew"}, {"subscriptionId": None}, {"subscriptionId": " "}])
def test_a_webhook_that_names_no_subscription_is_nothing_to_store(quiet: Store, members: dict[str, object]) -> None:
    before = rows(quiet)

    assert quiet.tell(quiet.token(), members).status == 200

    assert rows(quiet) == before


@pytest.mark.parametrize("id_", [None, "", "org:0e0,1f1", "x" * 500, "a/../b"])
@pytest.mark.parametrize("action", ["ChangePlan", "Renew"])
def test_a_webhook_with_an_odd_id_of_its_own_is_handled(store: Store, id_: str | None, action: str) -> None:
    bought = store.automatic()
    store.bought(bought).quantity = 9

    assert store.tell(store.token(), {**message(bought, action), "id": id_}).status == 200

    assert store.header(bought).quantity == 9


def test_the_nested_subscription_names_it_where_nothing_else_does(store: Store) -> None:
    id_ = store.automatic()
    store.bought(id_).quantity = 9

    assert store.tell(store.token(), {"action": "Renew", "subscription": {"id": id_}}).status == 200

    assert store.header(id_).quantity == 9


def test_while_the_marketplace_does_not_answer_it_comes_again_and_the_event_is_counted(store: Store) -> None:
    store.market.faults.add("500", where="answers", match="GET /api/saas", times=3)

    id_ = store.automatic()
    assert store.statuses() == [503]
    assert store.find(id_) is None
    assert [*store.services.tables.find(keys.unhandled_events("microsoft"))]

    store.advance(minutes=1)
    assert store.statuses() == [503, 200]
    assert store.header(id_).status == "subscribed"


@pytest.mark.parametrize("kind", ["malformed", "reset"])
def test_half_an_answer_is_none(store: Store, kind: Any) -> None:  # noqa: ANN401
    id_ = store.automatic()
    before = store.state(id_)
    store.market.faults.add(kind, where="answers", match="GET /api/saas")

    store.market.play.renew(id_)

    assert store.statuses()[-1] == 503
    assert store.state(id_) == before


def test_a_status_that_nobody_documented_changes_nothing(store: Store) -> None:
    id_ = store.automatic()
    before = store.state(id_)
    store.market.faults.add("unknown", where="answers", match="GET /api/saas")

    store.market.play.renew(id_)

    assert store.statuses()[-1] == 200
    assert store.state(id_) == before


@pytest.mark.parametrize("kind", ["duplicate", "delay", "drop", "unknown", "malformed", "expired", "forged"])
def test_whatever_happens_to_webhooks_the_next_look_ends_in_the_same_state(store: Store, kind: Any) -> None:  # noqa: ANN401
    id_ = store.automatic(quantity=5)
    how = {"seconds": 100} if kind == "delay" else {}
    store.market.faults.add(kind, where="webhooks", **how)

    store.market.play.change_quantity(id_, 8)
    store.advance(minutes=5)
    store.market.clear()
    store.market.play.tell(id_, "Renew")

    taken_back = {"malformed", "expired", "forged"}  # a 4xx within ten seconds is a no
    assert store.header(id_).quantity == (5 if kind in taken_back else 8)
    assert store.header(id_).pending_operation == ""


def test_any_order_of_the_same_webhooks_ends_in_the_same_state(store: Store) -> None:
    id_ = store.automatic(quantity=5)
    store.market.outbox.url = None
    store.market.play.change_quantity(id_, 8)
    store.advance(seconds=11)
    store.market.play.suspend(id_)
    store.market.play.reinstate(id_)
    store.advance(seconds=11)
    sent = [delivery.payload for delivery in store.market.outbox.waiting]
    assert len(sent) == 3

    ends = []
    for order in itertools.permutations(sent):
        for payload in (*order, order[0]):
            assert store.tell(store.token(), payload).status == 200
        ends.append(store.state(id_))

    assert all(end == ends[0] for end in ends)
    assert (ends[0]["status"], ends[0]["quantity"]) == ("subscribed", 8)


def test_another_webhook_does_not_forget_a_change_that_is_under_way(store: Store) -> None:
    id_ = store.automatic(quantity=5)

    store.market.play.change_quantity(id_, 8)
    store.market.play.tell(id_, "Renew")

    assert store.header(id_).pending_quantity == 8


def test_what_we_asked_for_ourselves_comes_back_as_a_webhook(store: Store) -> None:
    id_ = store.automatic()

    store.adapter.cancel(name(id_))
    assert store.header(id_).status == "subscribed"
    store.advance(seconds=3)

    assert store.header(id_).status == "ended"


def test_a_purchase_by_a_reseller_is_for_the_customer(store: Store) -> None:
    id_ = store.buy(RESELLER, beneficiary=ALICE)
    store.own(id_, RESELLER)

    header = store.header(id_)

    assert (header.status, header.owner_kind, header.tenant) == ("subscribed", "organisation", ALICE.person.tenant)
    assign_seat(store.services, name(id_), BOB)
    assert store.world.code(BOB) == "LICENSED"


def test_seats_that_are_cut_go_by_the_stated_rule(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    for person in (ALICE, BOB):
        assign_seat(store.services, name(id_), person)

    store.market.play.change_quantity(id_, 1)
    store.advance(minutes=61)
    store.world.purge()

    assert sorted([store.world.code(ALICE), store.world.code(BOB)]) == ["GRACE", "LICENSED"]


def test_several_purchases_of_one_tenant_are_kept_apart(store: Store) -> None:
    one, other = store.subscribed(quantity=3), store.subscribed(quantity=4, plan="business-plan")

    store.market.play.unsubscribe(one)

    assert (store.header(one).status, store.header(other).status) == ("ended", "subscribed")
    assert store.header(other).quantity == 4


def test_microsofts_emulator_is_understood_as_well(emulated: Store) -> None:
    id_ = emulated.subscribed(quantity=5)
    assign_seat(emulated.services, name(id_), BOB)

    emulated.market.play.change_quantity(id_, 8)
    emulated.advance(hours=1)
    emulated.world.purge()
    assert (emulated.header(id_).quantity, emulated.world.code(BOB)) == (8, "LICENSED")

    emulated.market.play.suspend(id_)
    assert emulated.world.code(BOB) == "GRACE"
    emulated.market.play.reinstate(id_)
    emulated.advance(hours=1)
    emulated.world.purge()
    assert emulated.world.code(BOB) == "LICENSED"

    emulated.market.play.unsubscribe(id_)
    assert emulated.world.code(BOB) == "NO_LICENSE"
    assert emulated.tell(emulated.token(), message("5ab00000-0000-4000-8000-000000000009")).status == 200
    assert set(emulated.statuses()) == {200}


def test_an_answer_that_was_overtaken_is_asked_for_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # Another webhook is handled between our question and our write.
    id_ = store.automatic(quantity=5)
    api = type(store.adapter.api)
    overtaken: list[str] = []
    ask_marketplace = api.operations

    def slow(self: Any, number: str) -> Any:  # noqa: ANN401
        answer = ask_marketplace(self, number)
        if not overtaken:
            overtaken.append(number)
            store.bought(id_).quantity = 9
            assert store.tell(store.token(), message(id_, "Renew", id="0e1")).status == 200
        return answer

    monkeypatch.setattr(api, "operations", slow)
    store.bought(id_).quantity = 8
    assert store.tell(store.token(), message(id_, "Renew", id="0e2")).status == 200

    assert overtaken
    assert store.header(id_).quantity == 9


def test_an_answer_takes_two_seconds_at_most_though_the_marketplace_takes_its_time(store: Store) -> None:
    store.market.faults.add("slow", where="answers", match="GET /api/saas", seconds=0.3)

    id_ = store.automatic()

    assert store.statuses() == [200]
    assert store.header(id_).first_seen == NOON
    assert timedelta(seconds=0.3 * len(store.asked("GET /api/saas"))) < timedelta(seconds=2)


def test_while_the_marketplace_has_no_time_for_us_it_is_told_to_come_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock finds half a second gone.
    monkeypatch.setattr("shared.deadline.monotonic", itertools.count(0, 0.5).__next__)
    fault = store.market.faults.add("503", where="answers", match="GET /api/saas", seconds=2)

    id_ = store.automatic()

    assert store.statuses() == [503]
    assert 0 < len(store.asked("GET /api/saas")) < store.adapter.answered_within
    assert store.find(id_) is None
    assert [found.record.code for found in store.world.tables.find(keys.unhandled_events("microsoft"))] == [
        "UNAVAILABLE"
    ]
    monkeypatch.undo()
    store.market.faults.clear(fault.id)
    store.market.play.tell(id_, "Renew")
    assert store.header(id_).status == "subscribed"


def test_what_microsoft_no_longer_knows_is_red_and_in_grace_until_it_is_told_of_again(store: Store) -> None:
    id_ = store.subscribed(quantity=2)
    assign_seat(store.services, name(id_), BOB)
    gone = store.market.world.subscriptions.pop(id_)

    assert reconcile(store.services, lambda _: None).failed == 0

    [missing] = [found for found in find_stuck(store.services) if found.code == "SUBSCRIPTION_MISSING"]
    assert (missing.about, missing.since, missing.is_red) == (name(id_), NOON, True)
    assert store.world.code(BOB) == "GRACE"
    store.world.clock.advance(days=14.1)
    reconcile(store.services, lambda _: None)
    assert store.world.code(BOB) == "NO_LICENSE"

    store.market.world.subscriptions[id_] = gone
    store.world.clock.advance(days=1)
    reconcile(store.services, lambda _: None)
    assert store.world.code(BOB) == "LICENSED"
    assert store.header(id_).missing_from is None


def test_a_listed_purchase_that_cannot_be_read_is_red_until_it_can_be(store: Store) -> None:
    store.market.faults.add("drop", where="webhooks", times=1)
    unknown, known = store.automatic(), store.subscribed()
    right = store.bought(unknown).quantity
    store.bought(unknown).quantity = store.bought(known).quantity = -1
    for _ in range(3):
        done = reconcile(store.services, lambda _: None)
        assert done.failed == done.named
        store.advance(days=1)

    stuck = [(found.code, found.about) for found in find_stuck(store.services)]
    malformed = {about for code, about in stuck if code == "EVENT_EVENT_MALFORMED"}
    assert malformed == {f"microsoft {unknown}", f"microsoft {known}"}
    assert ("RECONCILIATION_STALE", "microsoft list") not in stuck

    store.bought(unknown).quantity = store.bought(known).quantity = right
    assert reconcile(store.services, lambda _: None).failed == 0
    assert [*store.services.tables.find(keys.unhandled_events("microsoft"))] == []
    assert store.header(unknown).status == "subscribed"


def test_a_webhook_about_what_cannot_be_read_is_asked_for_again_and_refuses_nothing(store: Store) -> None:
    id_ = store.subscribed(quantity=5)
    store.market.play.change_quantity(id_, 8)
    store.bought(id_).quantity = -1
    before = store.state(id_)

    store.market.play.tell(id_, "Renew")

    assert store.statuses()[-1] == 503
    assert store.state(id_) == before


def test_replaying_reads_every_subscription_back_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known, missed, same = store.automatic(quantity=3), store.automatic(quantity=4), store.automatic(quantity=2)
    store.bought(known).quantity = 9
    del store.market.world.subscriptions[missed]
    monkeypatch.setattr(support, "connect", lambda _, **__: store.services)

    assert support.main(["replay-since", "microsoft", "2026-03-01T00:00:00Z"]) == 0

    assert (store.header(known).quantity, store.header(same).quantity) == (9, 2)
    assert capsys.readouterr().out.splitlines() == [
        "microsoft keeps no list of what it sent: every subscription is read back instead.",
        "3 seen, 1 taken in, 0 failed.",
    ]
    assert store.asked(f"GET /api/saas/subscriptions/{missed}")


@pytest.mark.parametrize("id_", ["\ud800", "../operations", "x" * 5000, ""])
def test_an_id_that_could_be_none_is_not_asked_for(store: Store, id_: str) -> None:
    bought = store.buy()

    assert store.tell(store.token(), {**message(bought, "ChangeQuantity"), "id": id_}).status == 200


def test_a_pending_change_is_kept_under_a_name_only_if_its_id_could_be_one() -> None:
    found = SubscriptionData.model_validate(
        {"id": "s", "offerId": OFFER, "planId": "p", "saasSubscriptionStatus": "Subscribed"}
    )
    changes = [
        OperationData.model_validate({"id": id_, "action": "ChangeQuantity"}) for id_ in ("a-guid", "\ud800", "Bob Bee")
    ]

    told = [snapshot(found, Offers({}), change) for change in changes]

    assert [each.pending_operation for each in told if each] == ["a-guid", "unnamed", "unnamed"]
