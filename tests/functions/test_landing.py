"""Buyers who come from Microsoft's store: the token, the sealed session, who may activate, and re-entry at any time."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from dev.entra import Entra
from dev.wire import Clock
from functions.caller import Session
from shared.domain.people import PERSONAL_TENANT, Person
from shared.marketplaces.microsoft.api import FulfillmentApi
from shared.marketplaces.microsoft.payloads import Party, SubscriptionData
from shared.operations.assign_seat import Assignee
from tests.functions.sentinels import Sinks
from tests.microsoft import RESELLER, Store, name, selling
from tests.runtime.asking import Answer, ask
from tests.world import ALICE, BOB, MALLORY, NOON, World, WorldMaker, colleague

PAT = Assignee(Person(PERSONAL_TENANT, "00000000-0000-4000-8000-000000000009"), "Pat", ("pat@outlook.example",))
ACTIVATE = "POST /api/saas/subscriptions/"


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


def link(store: Store, id_: str) -> str:
    """The query of the link that Microsoft opens."""
    return f"?{urlsplit(store.market.play.configure(id_)['landing']).query}"


def token(store: Store, id_: str) -> str:
    return str(store.market.play.configure(id_)["token"])


def text(answer: Answer) -> str:
    """What the page is about, without the frame."""
    return answer.body.decode().partition("<main")[2].partition("</main>")[0]


def activations(store: Store) -> int:
    return sum(what.endswith("/activate") for what in store.market.asked)


# Rows 1 to 3: the token.


def test_without_a_token_the_page_says_where_to_come_from(store: Store) -> None:
    answer = store.get(None)

    assert answer.status == 200
    assert "Which purchase?" in text(answer)
    assert answer.header("content-type")[0].startswith("text/html")
    assert answer.header("cache-control") == ["no-store"]


@pytest.mark.parametrize("query", ["?", "?token", "?token=", "?other=1", "?tokens=x"])
def test_a_link_without_its_token_is_the_same(store: Store, query: str) -> None:
    answer = store.get(None, query=query)

    assert (answer.status, "Which purchase?" in text(answer)) == (200, True)


def test_a_token_that_has_expired_gets_a_page_that_says_so(store: Store) -> None:
    query = link(store, store.buy())
    store.advance(hours=25)

    answer = store.get(None, query=query)

    assert answer.status == 400
    assert "expired" in text(answer)
    assert answer.header("set-cookie") == []


@pytest.mark.parametrize("value", ["x", "%00", "%0d%0aX:%20y", "%ff", "%F0%9F%98%80", "x" * 7000, "%", "%2"])
def test_a_token_that_is_none_gets_the_same_page(store: Store, value: str) -> None:
    assert store.get(None, query=f"?token={value}").status == 400


def test_a_token_is_taken_percent_encoded_and_with_a_raw_plus(store: Store) -> None:
    id_ = store.buy()
    raw = token(store, id_)
    assert "+" in raw

    for spelled in (quote(raw, safe=""), raw, quote(raw, safe="+/="), raw.replace("+", "%20")):
        answer = store.get(None, query=f"?token={spelled}")
        assert (answer.status, answer.header("location")) == (303, ["/landing"])


def test_a_token_is_decoded_once(store: Store) -> None:
    raw = token(store, store.buy())

    assert store.get(None, query=f"?token={quote(quote(raw, safe=''), safe='')}").status == 400


def test_only_the_subscription_travels_on_in_a_sealed_cookie_for_half_an_hour(store: Store) -> None:
    id_ = store.buy()
    raw = token(store, id_)

    [cookie] = store.get(None, query=f"?token={quote(raw, safe='')}").header("set-cookie")

    value, *attributes = cookie.split("; ")
    assert value.startswith("__Secure-landing=")
    assert {a.lower() for a in attributes} >= {"max-age=1800", "path=/", "secure", "httponly", "samesite=lax"}
    sealed = value.partition("=")[2]
    assert store.services.sealer.open("landing", sealed, timedelta(minutes=30)) == {"subscription": name(id_)}
    assert store.world.rows()["subscriptions"] == []


def test_while_the_marketplace_is_away_the_page_asks_to_come_again(store: Store) -> None:
    query = link(store, store.buy())
    store.market.faults.add("500", where="answers", match="resolve")

    answer = store.get(None, query=query)

    assert answer.status == 503
    assert answer.header("retry-after")
    assert answer.header("content-type")[0].startswith("text/html")


def test_a_visitor_who_is_not_signed_in_is_asked_to_and_told_nothing(store: Store) -> None:
    answer = store.get(None, name(store.buy(quantity=7)))

    assert answer.status == 200
    assert "/sign-in" in text(answer)
    assert "Team" not in text(answer)


# Rows 4 and 5: who may activate, and once.


@pytest.mark.parametrize("visitor", [ALICE, RESELLER])
def test_buyer_and_beneficiary_see_what_was_bought_and_may_activate(store: Store, visitor: Any) -> None:  # noqa: ANN401
    id_ = store.buy(RESELLER, beneficiary=ALICE, quantity=7, trial=True)

    shown = text(store.get(store.session(visitor), name(id_)))

    assert "Team, 7 seats, as a free trial." in shown
    assert "<form" in shown


def test_confirming_stores_the_owner_activates_with_plan_and_quantity_and_reads_back(store: Store) -> None:
    id_ = store.buy(quantity=7)
    session = store.session(ALICE)

    answer = store.post(session, name(id_))

    assert (answer.status, answer.header("location")) == (303, ["/landing"])
    header = store.header(id_)
    assert (header.status, header.quantity, header.account) == ("subscribed", 7, session.account)
    assert (header.owner_kind, header.tenant) == ("organisation", ALICE.person.tenant)
    assert activations(store) == 1
    assert "is active" in text(store.get(session, name(id_)))


def test_the_owner_is_stored_before_billing_starts(store: Store) -> None:
    id_ = store.buy()
    session = store.session(ALICE)
    store.market.faults.add("500", where="answers", match="/activate")

    assert store.post(session, name(id_)).status == 503

    assert (store.header(id_).status, store.header(id_).account) == ("pending", session.account)


def test_confirming_again_is_the_same_as_once(store: Store) -> None:
    id_ = store.buy()
    session = store.session(ALICE)

    answers = [store.post(session, name(id_)).status for _ in range(3)]

    assert answers == [303, 303, 303]
    assert activations(store) == 1


def test_confirming_twice_at_once_activates_once(store: Store) -> None:
    store.market.habits.activates_after = timedelta(minutes=2)
    id_ = store.buy()
    session = store.session(ALICE)

    with ThreadPoolExecutor(2) as together:
        answers = list(together.map(lambda _: store.post(session, name(id_)).status, range(2)))

    assert set(answers) == {303}
    assert activations(store) == 1


def test_an_activation_that_was_not_heard_of_is_not_repeated_blindly(store: Store) -> None:
    store.market.habits.activates_after = timedelta(minutes=2)
    id_ = store.buy()
    session = store.session(ALICE)
    store.market.faults.add("reset", where="answers", match="/activate", times=1, after=True)

    assert store.post(session, name(id_)).status == 503
    assert store.post(session, name(id_)).status == 303
    assert activations(store) == 1
    assert "not confirmed yet" in text(store.get(session, name(id_)))

    store.advance(minutes=2)
    assert "is active" in text(store.get(store.session(ALICE), name(id_)))
    assert store.header(id_).status == "subscribed"


def test_an_activation_whose_answer_a_proxy_lost_is_not_repeated_blindly(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.market.habits.activates_after = timedelta(minutes=2)
    id_, session, send = store.buy(), store.session(ALICE), HTTPAdapter.send

    def lose(adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:  # noqa: ANN401 - as it is called
        answer = send(adapter, request, **how)
        answer.status_code = 520 if (request.url or "").partition("?")[0].endswith("/activate") else answer.status_code
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", lose)

    assert [store.post(session, name(id_)).status for _ in range(2)] == [503, 303]
    assert activations(store) == 1


def test_an_activation_that_did_not_arrive_can_be_asked_for_again(store: Store) -> None:
    id_ = store.buy()
    store.market.faults.add("500", where="answers", match="/activate", times=1)
    assert store.post(store.session(ALICE), name(id_)).status == 503

    store.advance(minutes=11)

    assert store.post(store.session(ALICE), name(id_)).status == 303
    assert store.header(id_).status == "subscribed"


def test_an_activation_that_takes_its_time_is_settled_by_the_hourly_tick(store: Store) -> None:
    store.market.habits.activates_after = timedelta(minutes=2)
    id_ = store.buy()
    store.post(store.session(ALICE), name(id_))
    assert store.header(id_).status == "pending"

    store.advance(hours=1)
    store.world.purge()

    assert store.header(id_).status == "subscribed"


def test_an_activation_that_fails_in_the_end_is_an_end(store: Store) -> None:
    store.market.habits.next_activation_fails = True
    id_ = store.buy()
    session = store.session(ALICE)
    store.post(session, name(id_))
    store.advance(seconds=1)

    assert "is over" in text(store.get(session, name(id_)))
    assert store.header(id_).status == "ended"


@pytest.mark.parametrize("visitor", [BOB, colleague(1), MALLORY])
def test_nobody_else_may_activate(store: Store, visitor: Any) -> None:  # noqa: ANN401
    id_ = store.buy()

    assert store.post(store.session(visitor), name(id_)).status == 403

    assert activations(store) == 0
    assert store.find(id_) is None


def test_an_administrator_of_the_beneficiarys_tenant_claims_over_the_page_what_nobody_owns(store: Store) -> None:
    id_ = store.automatic(quantity=7)
    bob = store.session(BOB, is_administrator=True)
    shown = store.get(bob, name(id_))
    assert (shown.status, "Confirm" in text(shown), "7 seats" in text(shown)) == (200, True, True)

    assert [store.post(bob, name(id_)).status for _ in range(2)] == [303, 303]

    header = store.header(id_)
    assert (header.account, header.owner_kind, header.tenant) == (bob.account, "organisation", BOB.person.tenant)
    assert "is active" in text(store.get(bob, name(id_)))
    assert activations(store) == 0


def test_an_administrator_claims_also_what_no_webhook_told_of(store: Store) -> None:
    store.market.faults.add("drop", where="webhooks")
    id_, bob = store.automatic(), store.session(BOB, is_administrator=True)

    assert store.post(bob, name(id_)).status == 303
    assert store.header(id_).account == bob.account


def test_what_is_owned_is_no_administrators_to_claim(store: Store) -> None:
    id_, bob = store.subscribed(), store.session(BOB, is_administrator=True)

    for answer in (store.get(bob, name(id_)), store.post(bob, name(id_))):
        assert "looked after" in text(answer)
    assert store.header(id_).account == store.session(ALICE).account


def test_what_waits_to_be_activated_is_no_administrators_to_start(store: Store) -> None:
    id_, bob = store.buy(), store.session(BOB, is_administrator=True)

    for answer in (store.get(bob, name(id_)), store.post(bob, name(id_))):
        assert (answer.status, "Somebody in your organisation bought this" in text(answer)) == (403, True)
    assert store.find(id_) is None


def test_an_administrator_of_another_tenant_claims_nothing(store: Store) -> None:
    id_, mallory = store.automatic(), store.session(MALLORY, is_administrator=True)

    assert store.post(mallory, name(id_)).status == 403
    assert (store.header(id_).account, store.header(id_).claim_tries) == ("", 0)


def test_a_colleague_gets_a_useful_no(store: Store) -> None:
    answer = store.get(store.session(BOB), name(store.buy(quantity=7)))

    assert answer.status == 403
    assert "Somebody in your organisation bought this" in text(answer)
    assert "<form" not in text(answer)


def test_a_stranger_learns_nothing(store: Store) -> None:
    answer = store.get(store.session(MALLORY), name(store.buy(quantity=7)))

    assert answer.status == 403
    assert "Team" not in text(answer)
    assert "organisation" not in text(answer)


def test_a_single_seat_for_oneself_is_assigned_on_activation(store: Store) -> None:
    id_ = store.buy(quantity=1)

    store.post(store.session(ALICE), name(id_), owner="person")

    assert (store.header(id_).owner_kind, store.header(id_).seats_used) == ("person", 1)
    assert store.world.code(ALICE) == "LICENSED"


def test_one_seat_that_a_reseller_bought_is_its_customers_whatever_was_said(store: Store) -> None:
    id_, rita = store.buy(RESELLER, beneficiary=ALICE, quantity=1), store.session(RESELLER)
    assert "For me" not in text(store.get(rita, name(id_)))
    assert "For me" in text(store.get(store.session(ALICE), name(id_)))

    assert store.post(rita, name(id_), owner="person").status == 303

    assert (store.header(id_).owner_kind, store.header(id_).tenant) == ("organisation", ALICE.person.tenant)
    assert store.world.code(RESELLER) == "NO_LICENSE"


@pytest.mark.parametrize("quantity", [1, 5])
@pytest.mark.parametrize("beneficiary", [None, {"tenantId": PERSONAL_TENANT, "objectId": "0b1"}], ids=["none", "home"])
def test_what_is_for_nobodys_organisation_is_not_the_resellers(
    store: Store, monkeypatch: pytest.MonkeyPatch, beneficiary: object, quantity: int
) -> None:
    id_, rita, see = store.buy(RESELLER, quantity=quantity), store.session(RESELLER), FulfillmentApi.subscription

    def without(api: FulfillmentApi, number: str) -> SubscriptionData:
        read = see(api, number)
        return read.model_copy(update={"beneficiary": Party.model_validate(beneficiary or {})})

    monkeypatch.setattr(FulfillmentApi, "subscription", without)
    store.post(rita, name(id_), owner="person")

    assert (store.header(id_).account, store.header(id_).status) == ("", "pending")
    assert store.world.rows()["organisations"] == []
    assert activations(store) == 0


def test_more_than_one_seat_is_for_an_organisation(store: Store) -> None:
    id_ = store.buy(quantity=2)

    store.post(store.session(ALICE), name(id_), owner="person")

    assert store.header(id_).owner_kind == "organisation"


def test_a_personal_account_that_bought_several_seats_is_told_what_to_do(store: Store) -> None:
    id_ = store.buy(PAT, quantity=3)
    session = store.session(PAT)

    for answer in (store.get(session, name(id_)), store.post(session, name(id_))):
        assert "Several seats need an organisation" in text(answer)
        assert "Cancel the purchase" in text(answer)
        assert "<form" not in text(answer)
    assert activations(store) == 0


def test_a_personal_account_activates_its_one_seat_for_itself(store: Store) -> None:
    id_ = store.buy(PAT, quantity=1)
    session = store.session(PAT)
    assert "For my organisation" not in text(store.get(session, name(id_)))

    store.post(session, name(id_), owner="person")

    assert (store.header(id_).owner_kind, store.header(id_).seats_used) == ("person", 1)


def test_for_whom_a_seat_is_bought_is_explained(store: Store) -> None:
    shown = text(store.get(store.session(ALICE), name(store.buy(quantity=1))))

    assert "For my organisation" in shown
    assert "its Microsoft 365 administrators give the seats to colleagues" in shown


def test_a_stranger_can_choose_another_account(store: Store) -> None:
    shown = text(store.get(store.session(MALLORY), name(store.buy())))

    assert 'href="/sign-in?then=/landing&amp;choose=1"' in shown


def test_who_signed_in_for_something_else_is_asked_to_open_an_account_first(store: Store) -> None:
    id_ = store.buy()
    session = Session(ALICE.person, ALICE.name, ALICE.addresses, NOON)

    for answer in (store.get(session, name(id_)), store.post(session, name(id_))):
        assert answer.status == 200
        assert 'href="/sign-in?then=/landing"' in text(answer)
        assert "<form" not in text(answer)
    assert store.world.rows()["accounts"] == []
    assert activations(store) == 0


def test_who_signed_in_before_they_had_an_account_activates_for_the_one_they_have(store: Store) -> None:
    id_ = store.buy()
    before = Session(ALICE.person, ALICE.name, ALICE.addresses, NOON)
    account = store.session(ALICE).account

    assert store.post(before, name(id_)).status == 303

    assert store.header(id_).account == account
    assert "is active" in text(store.get(before, name(id_)))


# Row 6: re-entry.


def test_manage_account_leads_to_the_account_while_it_is_active(store: Store) -> None:
    id_ = store.subscribed()

    shown = store.get(store.session(ALICE), name(id_))

    assert (shown.status, 'href="/account"' in text(shown)) == (200, True)


def test_a_suspended_purchase_is_explained(store: Store) -> None:
    id_ = store.subscribed()
    store.market.play.suspend(id_)

    assert "payment is outstanding" in text(store.get(store.session(ALICE), name(id_)))


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_ended_purchase_is_explained(store: Store, when: str) -> None:
    id_ = store.subscribed() if when == "after" else store.buy()
    store.market.play.unsubscribe(id_)

    assert "is over" in text(store.get(store.session(ALICE), name(id_)))
    assert "is over" in text(store.post(store.session(ALICE), name(id_)))


def test_a_plan_that_is_not_sold_is_explained_and_not_activated(store: Store) -> None:
    id_ = store.buy(plan="secret-plan")

    assert "no longer sold" in text(store.get(store.session(ALICE), name(id_)))
    assert "no longer sold" in text(store.post(store.session(ALICE), name(id_)))
    assert activations(store) == 0


def test_what_the_reseller_activated_is_not_the_customers_to_take(store: Store) -> None:
    id_ = store.buy(RESELLER, beneficiary=ALICE)
    store.own(id_, RESELLER)

    answer = store.post(store.session(ALICE), name(id_))

    assert "looked after" in text(answer)
    assert activations(store) == 1


def test_looking_settles_a_change_that_is_pending(store: Store) -> None:
    id_ = store.subscribed(quantity=5)
    store.market.play.change_quantity(id_, 8)
    store.advance(seconds=11)

    assert "8 seats" in text(store.get(store.session(ALICE), name(id_)))
    assert (store.header(id_).quantity, store.header(id_).pending_operation) == (8, "")


def test_what_was_activated_automatically_can_be_taken_over_by_its_buyer(store: Store) -> None:
    id_ = store.automatic()
    session = store.session(ALICE)
    assert "Confirm" in text(store.get(session, name(id_)))

    store.post(session, name(id_))

    assert store.header(id_).account == session.account
    assert activations(store) == 0


# The form.


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://licensing.vendor.example"])
def test_a_form_of_another_site_is_refused(store: Store, origin: str | None) -> None:
    id_, session = store.buy(), store.session(ALICE)
    headers = [("Cookie", store.cookies(session, name(id_))), *([("Origin", origin)] if origin else [])]

    answer = ask(store.base, "POST", "/landing", headers, f"csrf={session.csrf}&owner=organisation".encode())

    assert answer.status == 403
    assert activations(store) == 0


@pytest.mark.parametrize("csrf", ["", "another", "é"])
def test_a_form_without_the_sessions_token_is_refused(store: Store, csrf: str) -> None:
    id_ = store.buy()

    assert store.post(store.session(ALICE), name(id_), csrf=csrf).status == 403
    assert activations(store) == 0


def test_a_form_without_a_session_is_refused(store: Store) -> None:
    assert ask(store.base, "POST", "/landing", [("Origin", store.services.issuer)], b"csrf=x").status == 401


def test_a_form_that_is_too_long_is_refused(store: Store) -> None:
    assert store.post(store.session(ALICE), name(store.buy()), padding="x" * 5000).status == 413


def test_a_form_without_a_purchase_says_where_to_come_from(store: Store) -> None:
    assert "Which purchase?" in text(store.post(store.session(ALICE), ""))


# Row 21: the token goes nowhere.


def test_the_purchase_token_and_addresses_are_in_no_table_log_or_answer(store: Store, sinks: Sinks) -> None:
    id_ = store.buy()
    raw = token(store, id_)
    session = store.session(ALICE)
    arrived = store.get(session, query=f"?token={quote(raw, safe='')}")
    answers = [arrived, store.get(session, name(id_)), store.post(session, name(id_)), store.get(session, name(id_))]
    store.market.faults.add("500", where="answers", match="resolve")
    answers.append(store.get(session, query=f"?token={quote(raw, safe='')}"))

    left = "".join(f"{answer.headers}{answer.body!r}" for answer in answers)
    kept = str({table: rows for table, rows in store.world.rows().items() if table != "accounts"})
    said = "\n".join(sinks.seen())

    access = str(store.adapter.api.tokens.token())
    for secret in (raw, quote(raw, safe=""), base64.b64encode(raw.encode()).decode(), access):
        assert secret not in left + kept + said
    for address in ("billed.", ALICE.addresses[0], "1003BFFD8A5C9E21"):
        assert address not in kept + said


def test_what_is_stored_of_a_landing_is_only_what_is_declared(store: Store) -> None:
    id_ = store.buy()
    store.post(store.session(ALICE), name(id_))

    tables: dict[str, list[dict[str, Any]]] = store.world.rows()
    assert {row["RowKey"] for row in tables["subscriptions"]} == {"subscription", "receipt.activation"}


def test_on_http_loopback_the_cookie_has_a_plain_name(entra: Entra, make_world: WorldMaker) -> None:
    with selling(entra, make_world, PUBLIC_URL="http://localhost:7071") as local:
        [cookie] = local.get(None, query=link(local, local.buy())).header("set-cookie")

    assert cookie.startswith("landing=")
    assert "secure" not in cookie.lower()


def test_without_microsofts_marketplace_there_is_no_landing(world: World) -> None:
    assert world.services.stores == {}
