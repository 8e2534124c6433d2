"""The stand-in for Microsoft's marketplace, asked over HTTP as a publisher's server asks."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from dev.marketplace import Marketplace, Person
from dev.wire import Clock, Refused
from tests.dev.receiver import Receiver

TENANT = "0a1b2c3d-0000-4000-8000-000000000001"
CLIENT = "0a1b2c3d-0000-4000-8000-0000000000c1"
NOON = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)
RESELLER = Person("re5e11e4-0000-4000-8000-000000000001", "re5e11e4-0000-4000-8000-0000000000f1")
SECONDS = 10


@pytest.fixture(scope="module")
def shared_entra() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def entra(shared_entra: Entra) -> Entra:
    shared_entra.clock.set(NOON)
    return shared_entra


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


class Publisher:
    """Our side: calls the API with a token that holds."""

    def __init__(self, market: Marketplace, entra: Entra) -> None:
        self.market, self.entra = market, entra

    @property
    def token(self) -> str:
        return self.entra.mint(MARKETPLACE, TENANT, CLIENT, at=self.market.clock())

    def ask(self, method: str, path: str = "", *, token: str | None = None, **more: Any) -> requests.Response:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        return requests.request(
            method,
            f"{self.market.base}/api/saas/subscriptions{path}",
            params={"api-version": "2018-08-31"},
            headers=headers,
            timeout=SECONDS,
            **more,
        )

    def resolve(self, token: str) -> requests.Response:
        return self.ask("POST", "/resolve", headers={"x-ms-marketplace-token": token})

    def get(self, id: str) -> Any:  # noqa: ANN401
        return self.ask("GET", f"/{id}").json()

    def status(self, id: str) -> str:
        status: str = self.get(id)["saasSubscriptionStatus"]
        return status

    def subscribed(self, **how: Any) -> str:  # noqa: ANN401
        id_: str = self.market.play.buy(**how)["id"]
        assert self.ask("POST", f"/{id_}/activate").status_code == 200
        self.market.advance(seconds=2)
        return id_


@pytest.fixture
def market(entra: Entra, receiver: Receiver) -> Iterator[Marketplace]:
    with Marketplace(entra, TENANT, CLIENT, clock=Clock(NOON)) as market:
        market.outbox.url = receiver.url
        yield market


@pytest.fixture
def us(market: Marketplace, entra: Entra) -> Publisher:
    return Publisher(market, entra)


@pytest.fixture
def emulated(entra: Entra, receiver: Receiver) -> Iterator[Publisher]:
    with Marketplace(entra, TENANT, CLIENT, clock=Clock(NOON), emulator=True) as market:
        market.outbox.url = receiver.url
        yield Publisher(market, entra)


def test_the_token_in_the_link_is_encoded_and_decodes_to_what_resolves(us: Publisher) -> None:
    bought = us.market.play.buy(quantity=7, plan="business")
    query = urlsplit(bought["landing"]).query
    token = parse_qs(query)["token"][0]

    resolved = us.resolve(token).json()

    assert "%2B" in query
    assert "+" in token
    assert "/" in token
    assert (resolved["id"], resolved["planId"], resolved["quantity"]) == (bought["id"], "business", 7)
    assert resolved["subscriptionName"] == resolved["subscription"]["name"]
    assert resolved["subscription"]["saasSubscriptionStatus"] == "PendingFulfillmentStart"


def test_a_token_resolves_for_a_day(us: Publisher) -> None:
    bought = us.market.play.buy()
    us.market.clock.advance(hours=24)

    assert us.resolve(bought["token"]).status_code == 400
    assert us.resolve(us.market.play.configure(bought["id"])["token"]).status_code == 200


@pytest.mark.parametrize("token", ["", "nonsense", "++++////"])
def test_what_is_no_token_does_not_resolve(us: Publisher, token: str) -> None:
    assert us.resolve(token).status_code == 400


def test_activation_is_received_first_and_true_later(us: Publisher) -> None:
    id_ = us.market.play.buy()["id"]

    received = us.ask("POST", f"/{id_}/activate", json={"planId": "team", "quantity": 5})

    assert (received.status_code, received.content) == (200, b"")
    assert us.status(id_) == "PendingFulfillmentStart"
    us.market.advance(seconds=2)
    shown = us.get(id_)
    assert shown["saasSubscriptionStatus"] == "Subscribed"
    assert shown["term"]["startDate"] == "2027-01-31T00:00:00Z"
    assert shown["term"]["endDate"] == "2027-02-27T00:00:00Z"


def test_a_second_activation_restarts_nothing(us: Publisher) -> None:
    id_ = us.subscribed()
    before = us.get(id_)
    us.market.advance(minutes=30)

    assert us.ask("POST", f"/{id_}/activate").status_code == 200
    us.market.advance(seconds=2)

    assert us.get(id_) == before


def test_an_activation_that_fails_in_the_end_is_told_as_unsubscribed(us: Publisher, receiver: Receiver) -> None:
    us.market.habits.next_activation_fails = True

    id_ = us.subscribed()

    assert us.status(id_) == "Unsubscribed"
    assert [told["action"] for told in receiver.told] == ["Unsubscribe"]


def test_who_is_suspended_or_gone_cannot_activate(us: Publisher) -> None:
    id_ = us.subscribed()
    us.market.play.suspend(id_)
    suspended = us.ask("POST", f"/{id_}/activate").status_code
    us.market.play.unsubscribe(id_)

    assert (suspended, us.ask("POST", f"/{id_}/activate").status_code) == (400, 404)


def test_the_list_comes_by_a_hundred(us: Publisher) -> None:
    bought = [us.market.play.buy()["id"] for _ in range(201)]
    listed, pages, page = [], 0, us.ask("GET").json()
    while page:
        pages += 1
        listed += [it["id"] for it in page["subscriptions"]]
        following = page.get("@nextLink")
        headers = {"Authorization": f"Bearer {us.token}"}
        page = requests.get(following, headers=headers, timeout=SECONDS).json() if following else None

    assert (pages, listed) == (3, bought)


def test_an_empty_list_is_an_empty_body(us: Publisher) -> None:
    empty = us.ask("GET")

    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize(
    "changed",
    [{"appid": "another"}, {"tid": "another"}, {"aud": "another"}, {"exp": 1}],
)
def test_only_the_publisher_is_let_in(us: Publisher, changed: dict[str, Any]) -> None:
    token = us.entra.mint(MARKETPLACE, TENANT, CLIENT, **changed)

    assert us.ask("GET", token=token).status_code == 403


def test_a_stranger_s_signature_lets_nobody_in(us: Publisher) -> None:
    forged = us.entra.mint(MARKETPLACE, TENANT, CLIENT, key=us.entra.keys.stranger)

    assert [us.ask("GET", token=token).status_code for token in (forged, "nonsense")] == [403, 403]


def test_the_version_has_to_be_named_and_requests_are_traced(us: Publisher) -> None:
    url = f"{us.market.base}/api/saas/subscriptions"
    answered = requests.get(url, headers={"x-ms-requestid": "mine"}, timeout=SECONDS)

    assert answered.status_code == 400
    assert answered.headers["x-ms-requestid"] == "mine"
    assert answered.headers["x-ms-correlationid"]


def test_a_change_is_told_before_it_is_true(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed(quantity=5)
    us.market.play.change_quantity(id_, 9)
    told = receiver.told[-1]

    assert (told["action"], told["status"], told["quantity"]) == ("ChangeQuantity", "InProgress", 9)
    assert told["subscription"]["quantity"] == us.get(id_)["quantity"] == 5
    operation = us.ask("GET", f"/{id_}/operations/{told['id']}").json()
    assert (operation["status"], operation["quantity"]) == ("InProgress", 9)
    assert [one["id"] for one in us.ask("GET", f"/{id_}/operations").json()["operations"]] == [told["id"]]

    us.market.advance(seconds=10)

    assert us.get(id_)["quantity"] == 9
    assert us.ask("GET", f"/{id_}/operations/{told['id']}").json()["status"] == "Succeeded"
    assert us.ask("GET", f"/{id_}/operations").json() == {"operations": []}
    assert len(receiver.told) == 1


def test_an_answer_of_4xx_refuses_a_change_and_ends_its_webhook(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    receiver.answers = [409]

    us.market.play.change_plan(id_, "business")
    us.market.advance(hours=1)

    assert us.get(id_)["planId"] == "team"
    operation = us.ask("GET", f"/{id_}/operations/{receiver.told[0]['id']}").json()
    assert operation["status"] == "Failed"
    assert len(receiver.told) == 1


def test_a_4xx_after_ten_seconds_comes_too_late(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    receiver.answers = [500, 409]

    us.market.play.change_plan(id_, "business")
    us.market.advance(seconds=58)

    assert len(receiver.told) == 2
    assert us.get(id_)["planId"] == "business"


def test_where_a_change_needs_an_answer_it_fails_after_eight_hours_without(us: Publisher, receiver: Receiver) -> None:
    us.market.habits.accepts_unanswered = False
    id_ = us.subscribed()
    receiver.answers = [500] * 600

    us.market.play.change_plan(id_, "business")
    us.market.advance(hours=8)

    assert us.get(id_)["planId"] == "team"


def test_an_operation_can_be_answered_once(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    us.market.play.change_plan(id_, "business")
    path = f"/{id_}/operations/{receiver.told[0]['id']}"

    assert us.ask("PATCH", path, json={"status": "Failure"}).status_code == 200
    assert us.ask("PATCH", path, json={"status": "Success"}).status_code == 409
    us.market.advance(seconds=10)
    assert us.get(id_)["planId"] == "team"


def test_success_is_true_at_once(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    us.market.play.change_plan(id_, "business")

    us.ask("PATCH", f"/{id_}/operations/{receiver.told[0]['id']}", json={"status": "Success"})

    assert us.get(id_)["planId"] == "business"


def test_what_fails_at_microsoft_comes_back_as_a_change_to_what_is(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed(quantity=5)

    us.market.play.change_quantity(id_, 9, fails=True)
    us.market.advance(seconds=10)

    change, revert = receiver.told
    assert us.ask("GET", f"/{id_}/operations/{change['id']}").json()["status"] == "Failed"
    assert (revert["action"], revert["quantity"], revert["subscription"]["quantity"]) == ("ChangeQuantity", 5, 5)
    us.market.advance(seconds=10)
    assert us.get(id_)["quantity"] == 5
    assert len(receiver.told) == 2


def test_a_suspension_is_true_when_it_is_told_and_a_reinstatement_is_not(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    us.market.play.suspend(id_)
    us.market.play.reinstate(id_)
    suspended, reinstated = receiver.told

    assert (suspended["status"], suspended["subscription"]["saasSubscriptionStatus"]) == ("Succeeded", "Suspended")
    assert (reinstated["status"], reinstated["subscription"]["saasSubscriptionStatus"]) == ("InProgress", "Suspended")
    assert us.ask("GET", f"/{id_}/operations/{suspended['id']}").status_code == 404
    assert us.ask("GET", f"/{id_}/operations/{reinstated['id']}").json()["action"] == "Reinstate"
    us.market.advance(seconds=10)
    assert us.status(id_) == "Subscribed"


def test_thirty_days_of_suspension_end_a_subscription(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    us.market.play.suspend(id_)

    us.market.advance(days=30)

    assert [told["action"] for told in receiver.told] == ["Suspend", "Unsubscribe"]
    assert us.market.world.find(id_).status == "Unsubscribed"


def test_what_was_never_activated_is_void_after_thirty_days_and_nobody_is_told(
    us: Publisher, receiver: Receiver
) -> None:
    id_ = us.market.play.buy()["id"]

    us.market.advance(days=30)

    assert us.market.world.find(id_).status == "Unsubscribed"
    assert receiver.told == []


def test_a_renewal_moves_the_term_and_ends_a_trial(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed(trial=True)
    assert us.get(id_)["isFreeTrial"] is True

    us.market.play.renew(id_, dates_after=60)
    told, before = receiver.told[0], us.get(id_)
    us.market.advance(seconds=60)
    after = us.get(id_)

    assert (told["action"], told["status"]) == ("Renew", "Succeeded")
    assert (before["isFreeTrial"], before["term"]["startDate"]) == (False, "2027-01-31T00:00:00Z")
    assert after["term"]["startDate"] == "2027-02-28T00:00:00Z"


def test_without_renewal_it_ends_after_the_last_day(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    us.market.play.stop_renewal(id_)
    assert us.get(id_)["autoRenew"] is False

    us.market.advance(days=28)

    assert [told["action"] for told in receiver.told] == ["Unsubscribe"]


def test_a_reseller_s_customer_may_only_read(us: Publisher) -> None:
    id_ = us.subscribed(purchaser=RESELLER)

    assert us.get(id_)["allowedCustomerOperations"] == ["Read"]
    assert us.ask("DELETE", f"/{id_}").status_code == 400
    assert us.ask("PATCH", f"/{id_}", json={"quantity": 9}).status_code == 400


@pytest.mark.parametrize(
    ("method", "sent", "action"), [("PATCH", {"quantity": 9}, "ChangeQuantity"), ("DELETE", None, "Unsubscribe")]
)
def test_what_the_publisher_asks_for_is_done_later_and_told(
    us: Publisher, receiver: Receiver, method: str, sent: object, action: str
) -> None:
    id_ = us.subscribed()
    asked = us.ask(method, f"/{id_}", json=sent)
    where = asked.headers["Operation-Location"]

    def read() -> Any:  # noqa: ANN401
        return requests.get(where, headers={"Authorization": f"Bearer {us.token}"}, timeout=SECONDS).json()

    assert asked.status_code == 202
    assert read()["status"] == "InProgress"
    assert us.ask(method, f"/{id_}", json={"quantity": 8}).status_code == 409
    assert requests.patch(where, headers={"Authorization": f"Bearer {us.token}"}, timeout=SECONDS).status_code == 500
    us.market.advance(seconds=2)
    assert read()["status"] == "Succeeded"
    assert [(told["action"], told["operationRequestSource"]) for told in receiver.told] == [(action, "Partner")]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"planId": "team"},
        {"planId": "gold"},
        {"planId": "business", "quantity": 2},
        {"quantity": 0},
        {"quantity": "9"},
    ],
)
def test_what_cannot_be_changed_so_is_a_400(us: Publisher, sent: object) -> None:
    id_ = us.subscribed()

    assert us.ask("PATCH", f"/{id_}", json=sent).status_code == 400


def test_automatic_activation_is_told_in_full_or_hardly_at_all(us: Publisher, receiver: Receiver) -> None:
    full = us.market.play.buy(automatic="full")["id"]
    minimal = us.market.play.buy(automatic="minimal")["id"]

    assert receiver.told[0]["action"] == receiver.told[1]["action"] == "Subscribe"
    assert receiver.told[0]["subscription"]["id"] == full
    assert receiver.told[1]["subscriptionId"] == minimal
    assert not {"planId", "offerId", "status", "subscription"} & receiver.told[1].keys()
    assert us.status(minimal) == "Subscribed"


def test_what_is_not_sold_per_seat_has_no_number_of_seats(entra: Entra) -> None:
    flat = Marketplace(entra, TENANT, CLIENT, offers={"site": ["all"]}, flat=frozenset({"site"}), clock=Clock(NOON))
    with flat:
        us = Publisher(flat, entra)

        assert us.get(us.subscribed())["quantity"] == ""


def test_a_webhook_carries_a_token_that_entra_signed(us: Publisher, receiver: Receiver) -> None:
    us.market.play.suspend(us.subscribed())
    token = receiver.received[0].headers["authorization"].removeprefix("Bearer ")
    key = us.entra.keys.find(jwt.get_unverified_header(token)["kid"])
    assert key is not None

    claims = jwt.decode(
        token,
        key.private.public_key(),
        ["RS256"],
        audience=CLIENT,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )

    assert (claims["azp"], claims["tid"]) == (MARKETPLACE, TENANT)


def test_webhooks_are_repeated_until_they_are_taken(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    receiver.answers = [500, 401, 503]
    us.market.play.suspend(id_)

    for _ in range(5):
        us.market.advance(seconds=58)

    assert [attempt.status for attempt in us.market.outbox.attempts] == [500, 401, 503, 200]
    assert len({told["id"] for told in receiver.told}) == 1


def test_the_api_answers_while_a_webhook_is_being_taken(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed()
    read: list[str] = []
    receiver.meanwhile = lambda told: read.append(us.ask("GET", f"/{id_}/operations/{told['id']}").json()["status"])

    us.market.play.change_plan(id_, "business")

    assert read == ["InProgress"]


def test_commands_come_over_http_too(us: Publisher) -> None:
    def command(name: str, **given: Any) -> requests.Response:  # noqa: ANN401
        return requests.post(f"{us.market.base}/_control/{name}", json=given, timeout=SECONDS)

    bought = command("buy", quantity=3, beneficiary={"tenantId": "t", "objectId": "o"}).json()

    assert us.get(bought["id"])["beneficiary"]["tenantId"] == "t"
    assert command("suspend", id=bought["id"]).status_code == 409
    assert command("suspend").status_code == 400
    assert command("celebrate").status_code == 404
    assert requests.post(f"{us.market.base}/_control/buy", data="{}", timeout=SECONDS).status_code == 415
    assert command("clock", advance=60).json()["now"] == "2027-01-31T12:01:00+00:00"
    assert command("clock", set="2027-02-01T00:00:00+00:00").json()["now"] == "2027-02-01T00:00:00+00:00"


def test_what_cannot_happen_is_refused_with_its_reason(us: Publisher) -> None:
    with pytest.raises(Refused, match="gold"):
        us.market.play.change_plan(us.subscribed(), "gold")


def test_the_emulator_s_link_has_a_raw_plus(emulated: Publisher) -> None:
    assert "+" in urlsplit(emulated.market.play.buy()["landing"]).query


def test_the_emulator_lists_bare_and_gives_400_for_404(emulated: Publisher) -> None:
    id_ = emulated.market.play.buy()["id"]

    assert emulated.ask("GET", f"/{id_}/operations").json() == []
    assert emulated.ask("GET", "/nobody").status_code == 400
    assert emulated.ask("GET", f"/{id_}/operations/none").status_code == 400


def test_the_emulator_wants_the_plan_and_activates_at_once_and_again(emulated: Publisher) -> None:
    id_ = emulated.market.play.buy()["id"]

    assert emulated.ask("POST", f"/{id_}/activate", json={}).status_code == 400
    assert emulated.ask("POST", f"/{id_}/activate", json={"planId": "team"}).status_code == 200
    assert emulated.status(id_) == "Subscribed"
    emulated.market.advance(minutes=40)
    before = emulated.get(id_)["term"]
    emulated.market.clock.advance(hours=15)
    emulated.ask("POST", f"/{id_}/activate", json={"planId": "team"})
    assert emulated.get(id_)["term"] != before


def test_the_emulator_s_webhook_has_other_names_stale_status_and_no_quantity(
    emulated: Publisher, receiver: Receiver
) -> None:
    id_ = emulated.market.play.buy()["id"]
    emulated.ask("POST", f"/{id_}/activate", json={"planId": "team"})

    emulated.market.play.suspend(id_)

    told = receiver.told[0]
    assert told["operationRequestedSource"] == "Azure"
    assert "operationRequestSource" not in told
    assert "quantity" not in told
    assert told["subscription"]["saasSubscriptionStatus"] == "Subscribed"
    assert emulated.ask("GET", f"/{id_}/operations/{told['id']}").json()["action"] == "Suspend"


def test_the_emulator_does_not_tell_the_publisher_of_its_own_changes(emulated: Publisher, receiver: Receiver) -> None:
    id_ = emulated.market.play.buy()["id"]
    emulated.ask("POST", f"/{id_}/activate", json={"planId": "team"})

    emulated.ask("PATCH", f"/{id_}", json={"quantity": 9})
    emulated.market.advance(seconds=2)

    assert emulated.get(id_)["quantity"] == 9
    assert receiver.told == []


def test_where_a_change_needs_an_answer_one_of_200_accepts_it(us: Publisher) -> None:
    us.market.habits.accepts_unanswered = False
    id_ = us.subscribed()

    us.market.play.change_plan(id_, "business")
    us.market.advance(seconds=10)

    assert us.get(id_)["planId"] == "business"


def test_the_end_of_a_trial_alone_is_told_to_nobody(us: Publisher, receiver: Receiver) -> None:
    id_ = us.subscribed(trial=True)

    us.market.play.end_trial(id_)

    assert us.get(id_)["isFreeTrial"] is False
    assert receiver.told == []


def test_an_operation_may_be_listed_only_after_a_while(us: Publisher) -> None:
    us.market.habits.lists_after = dt.timedelta(seconds=5)
    id_ = us.subscribed()
    us.market.play.change_plan(id_, "business")

    at_once = us.ask("GET", f"/{id_}/operations").json()["operations"]
    us.market.advance(seconds=5)

    assert at_once == []
    assert len(us.ask("GET", f"/{id_}/operations").json()["operations"]) == 1


def test_the_plans_of_an_offer_can_be_listed(us: Publisher) -> None:
    path = f"/{us.market.play.buy()['id']}/listAvailablePlans"

    assert [plan["planId"] for plan in us.ask("GET", path).json()["plans"]] == ["team", "business"]


def test_a_status_may_stand_between_blanks(us: Publisher) -> None:
    us.market.world.shapes.padded = True

    assert us.status(us.market.play.buy()["id"]) == " PendingFulfillmentStart "


def test_the_emulator_lists_nothing_as_an_empty_list(emulated: Publisher) -> None:
    assert emulated.ask("GET").json() == {"subscriptions": []}
