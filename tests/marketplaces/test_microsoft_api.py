"""The fulfillment API as it is read: leniently, page by page, with one token, and never more than we need."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from dev.entra import Entra
from dev.marketplace.shapes import Documented
from dev.wire import Clock, Reply, Request
from dev.wire.server import Server
from shared.domain.errors import CancelElsewhere, EventMalformed, NotFound, Unavailable
from shared.domain.people import Person
from shared.domain.purchases import Event, PaymentsRead, Snapshot, Unread
from shared.marketplaces.microsoft import Microsoft
from shared.marketplaces.microsoft.api import FulfillmentApi
from shared.marketplaces.microsoft.reading import Offers
from shared.operations.reconcile import reconcile
from shared.ports import Contact, Credential, Hint
from shared.web import Denied, Web
from tests.microsoft import RESELLER, Store, name, party, selling
from tests.world import ALICE, NOON, WorldMaker

ID = "5ab00000-0000-4000-8000-000000000001"
GOOD: dict[str, Any] = {
    "id": ID,
    "offerId": "mail-merge",
    "planId": "team-plan",
    "quantity": 5,
    "saasSubscriptionStatus": "Subscribed",
    "term": {"startDate": "2026-03-02", "endDate": "2026-04-01", "termUnit": "P1M"},
    "beneficiary": {"tenantId": "T1", "objectId": "o1", "emailId": "alice@contoso.example", "puid": "p"},
    "purchaser": {"tenantId": "T2", "objectId": "o2", "emailId": "payer@contoso.example", "puid": "p"},
    "allowedCustomerOperations": ["Read", "Update", "Delete"],
    "isFreeTrial": False,
}


class Tokens:
    def token(self) -> str:
        return "token"

    def credentials(self) -> Iterator[Credential]:
        return iter([Credential("A_SETTING")])


@dataclass
class Answers:
    """A marketplace that answers what a test says, by path."""

    said: dict[str, Reply] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def say(self, path: str, content: object, status: int = 200) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.said[path] = Reply(status, body)

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        page = request.query.get("continuationToken", "")
        return self.said.get(request.path.removeprefix("/api/saas/subscriptions") + page, Reply(404))


@pytest.fixture
def market() -> Answers:
    made = Answers()
    made.say(f"/{ID}", GOOD)
    return made


@pytest.fixture
def adapter(market: Answers) -> Iterator[Microsoft]:
    server = Server(market.answer)
    server.start()
    api = FulfillmentApi(Web(frozenset({server.base})), f"{server.base}/api", Tokens())
    yield Microsoft(NoChecker(), Offers({("mail-merge", "team-plan"): "team"}), api, "https://store.example/add-in")
    server.stop()


class NoChecker:
    def check(self, token: str, now: object) -> None:
        raise NotImplementedError


def told(events: Any) -> Snapshot:  # noqa: ANN401
    [event] = events
    assert isinstance(event, Event)
    assert isinstance(event.told, Snapshot)
    return event.told


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("subscribed", "team", 5)),
        ({"quantity": None}, ("subscribed", "team", 1)),
        ({"quantity": ""}, ("subscribed", "team", 1)),
        ({"quantity": "7"}, ("subscribed", "team", 7)),
        ({"saasSubscriptionStatus": " Suspended "}, ("suspended", "team", 5)),
        ({"saasSubscriptionStatus": "Unsubscribed", "quantity": None}, ("ended", "team", 1)),
        ({"saasSubscriptionStatus": "PendingFulfillmentStart"}, ("pending", "team", 5)),
        ({"saasSubscriptionStatus": "NotStarted"}, ("pending", "team", 5)),
        ({"planId": "gold"}, ("subscribed", "", 0)),
        ({"planId": None}, ("subscribed", "", 0)),
        ({"offerId": None}, ("subscribed", "", 0)),
        ({"term": None}, ("subscribed", "team", 5)),
        ({"term": {"startDate": "never"}}, ("subscribed", "team", 5)),
        ({"term": {"startDate": 7}}, ("subscribed", "team", 5)),
        ({"beneficiary": None, "purchaser": None}, ("subscribed", "team", 5)),
        ({"isFreeTrial": None, "allowedCustomerOperations": None}, ("subscribed", "team", 5)),
        ({"anything": {"new": [1, 2]}}, ("subscribed", "team", 5)),
        ({"id": ID.upper()}, ("subscribed", "team", 5)),
    ],
)
def test_a_subscription_is_read_leniently(
    market: Answers, adapter: Microsoft, changed: dict[str, object], expected: tuple[str, str, int]
) -> None:
    market.say(f"/{ID}", {**GOOD, **changed})

    found = told(adapter.read_back(name(ID)))

    assert (found.status, found.plan, found.quantity) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"?",
        b"[" * 50_000,
        [],
        {},
        {**GOOD, "id": "another"},
        {**GOOD, "id": None},
    ],
)
def test_an_answer_that_makes_no_sense_is_none(market: Answers, adapter: Microsoft, content: object) -> None:
    market.say(f"/{ID}", content)

    with pytest.raises(Unavailable):
        adapter.read_back(name(ID))


@pytest.mark.parametrize(
    "changed",
    [
        {"saasSubscriptionStatus": 7},
        {"quantity": 2.5},
        {"quantity": -1},
        {"quantity": True},
        {"quantity": 10**12},
        {"quantity": []},
        {"planId": {}},
        {"term": []},
    ],
)
def test_a_subscription_that_cannot_be_read_is_named_and_its_webhook_comes_again(
    market: Answers, adapter: Microsoft, changed: dict[str, object]
) -> None:
    market.say(f"/{ID}", {**GOOD, **changed})

    with pytest.raises(EventMalformed) as malformed:
        adapter.read_back(name(ID))
    assert malformed.value.event == ID
    with pytest.raises(Unavailable):
        adapter.follow(Hint("0e1-Renew", name(ID)))


@pytest.mark.parametrize("status", [400, 404])
def test_what_is_not_there_tells_only_that(market: Answers, adapter: Microsoft, status: int) -> None:
    market.say(f"/{ID}", {}, status)

    for told in adapter.read_back(name(ID)), adapter.follow(Hint("0e1-Renew", name(ID))):
        assert [event.told for event in told] == [PaymentsRead(is_there=False)]


def test_a_status_that_nobody_documented_says_nothing(market: Answers, adapter: Microsoft) -> None:
    market.say(f"/{ID}", {**GOOD, "saasSubscriptionStatus": "Hibernating"})

    assert adapter.read_back(name(ID)) == []


CHANGE = {"id": "0e1", "subscriptionId": ID, "action": "ChangeQuantity", "status": "InProgress", "quantity": 9}


@pytest.mark.parametrize(
    ("changed", "pending"),
    [
        ({}, 9),
        ({"quantity": "9"}, 9),
        ({"subscriptionId": None}, 9),
        ({"subscriptionId": ID.upper()}, 9),
        ({"planId": None, "offerId": None}, 9),
        ({"id": "org:0e1,1f2"}, 9),
        ({"status": "Succeeded"}, 0),
        ({"status": "Failed"}, 0),
        ({"action": "Renew"}, 0),
        ({"subscriptionId": "another"}, 0),
        ({"quantity": None}, 0),
    ],
)
@pytest.mark.parametrize("bare", [True, False])
def test_a_change_that_is_under_way_is_pending(
    market: Answers, adapter: Microsoft, changed: dict[str, object], pending: int, *, bare: bool
) -> None:
    listed = [{**CHANGE, **changed}]
    market.say(f"/{ID}/operations", listed if bare else {"operations": listed})

    found = told(adapter.read_back(name(ID)))

    assert (found.quantity, found.pending_quantity) == (5, pending)


def test_an_operations_id_cannot_lead_elsewhere(market: Answers, adapter: Microsoft) -> None:
    adapter.follow(Hint("0e1", name(ID), "../../resolve?x=1#"))

    assert all(request.path.startswith(f"/api/saas/subscriptions/{ID}") for request in market.asked)


def test_whom_it_is_for_and_who_bought_it_may_activate_and_nobody_else(adapter: Microsoft) -> None:
    seen = adapter.see(name(ID))

    assert set(seen.parties) == {Person("t1", "o1"), Person("t2", "o2")}
    assert seen.tenant == "t1"
    assert "o1" not in repr(seen)


@pytest.mark.parametrize("who", [{"tenantId": "t1"}, {"objectId": "o1"}, {"tenantId": "", "objectId": ""}, {}, None])
def test_somebody_who_is_not_whole_is_nobody(market: Answers, adapter: Microsoft, who: object) -> None:
    market.say(f"/{ID}", {**GOOD, "beneficiary": who, "purchaser": who})

    assert adapter.see(name(ID)).parties == ()


def test_the_payers_address_is_asked_for_on_its_own_and_no_event_bears_it(adapter: Microsoft) -> None:
    assert adapter.contact(name(ID), "") == Contact("", "payer@contoso.example")
    assert "@" not in repr(adapter.read_back(name(ID)))


@pytest.mark.parametrize("payer", [None, {}, {"emailId": None}, {"emailId": ""}])
def test_a_payer_without_an_address_is_no_contact(market: Answers, adapter: Microsoft, payer: object) -> None:
    market.say(f"/{ID}", {**GOOD, "purchaser": payer})

    assert adapter.contact(name(ID), "") is None


def numbered(number: int) -> dict[str, Any]:
    return {**GOOD, "id": f"5ab00000-0000-4000-8000-{number:012d}"}


def test_a_list_is_read_page_by_page_with_the_token_and_not_the_host_of_its_link(
    market: Answers, adapter: Microsoft
) -> None:
    market.say("", {"subscriptions": [numbered(1)], "@nextLink": "https://evil.example/?continuationToken=A%2BB"})
    market.say("A+B", {"subscriptions": [numbered(2)], "@nextLink": None})

    assert [event.subscription[-1] for event in adapter.subscriptions()] == ["1", "2"]


@pytest.mark.parametrize("content", [b"", {}, [], {"subscriptions": None}, {"subscriptions": []}])
def test_an_empty_list_is_empty(market: Answers, adapter: Microsoft, content: object) -> None:
    market.say("", content)

    assert list(adapter.subscriptions()) == []


@pytest.mark.parametrize("link", ["https://x.example/?continuationToken=A", "https://x.example/?page=2", 7])
def test_a_list_that_leads_nowhere_is_none(market: Answers, adapter: Microsoft, link: object) -> None:
    for page in ("", "A"):
        market.say(page, {"subscriptions": [numbered(1)], "@nextLink": link})

    with pytest.raises(Unavailable):
        list(adapter.subscriptions())


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (None, ""),
        (7, ""),
        ([], ""),
        ({}, ""),
        ({**GOOD, "id": "a/b"}, ""),
        ({**GOOD, "quantity": -1}, ID),
        ({**GOOD, "id": ID.upper(), "saasSubscriptionStatus": 7}, ID),
    ],
)
def test_one_listed_record_that_makes_no_sense_is_told_as_far_as_it_can_be_named(
    market: Answers, adapter: Microsoft, bad: object, named: str
) -> None:
    market.say("", {"subscriptions": [numbered(8), bad, numbered(9)]})

    _, unread, _ = adapter.subscriptions()

    assert unread == Event(named, name(named) if named else "", "", Unread(), ours=False)


def test_ending_what_has_ended_or_is_gone_is_done(market: Answers, adapter: Microsoft) -> None:
    market.say(f"/{ID}", {**GOOD, "saasSubscriptionStatus": "Unsubscribed"})
    adapter.cancel(name(ID))
    market.say(f"/{ID}", {}, 404)
    adapter.cancel(name(ID))

    assert {request.method for request in market.asked} == {"GET"}


# From here on over the stand-ins.


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


def test_what_a_reseller_sold_is_cancelled_at_the_reseller(store: Store) -> None:
    id_ = store.buy(RESELLER, beneficiary=ALICE, automatic="full")

    with pytest.raises(CancelElsewhere):
        store.adapter.cancel(name(id_))

    assert store.asked("DELETE") == []


def test_what_is_locked_by_a_change_is_cancelled_later(store: Store) -> None:
    id_ = store.automatic()
    store.market.play.change_quantity(id_, 8)

    with pytest.raises(Unavailable):
        store.adapter.cancel(name(id_))

    store.advance(seconds=11)
    store.adapter.cancel(name(id_))
    store.advance(seconds=3)
    assert store.header(id_).status == "ended"


def test_what_cannot_be_cancelled_yet_is_not_taken_for_done(store: Store) -> None:
    with pytest.raises(CancelElsewhere):
        store.adapter.cancel(name(store.buy()))


def test_one_token_serves_many_calls(store: Store) -> None:
    store.entra.asked.clear()
    for _ in range(3):
        store.automatic()

    assert sum(what.endswith("/oauth2/v2.0/token") for what in store.entra.asked) == 1


def test_credentials_that_are_refused_name_the_likely_causes(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.market.faults.add("expired", where="answers", match="GET /api/saas")

    with pytest.raises(Denied) as refused:
        store.adapter.see(name(ID))

    assert "technical configuration" in refused.value.causes
    assert "technical configuration" in caplog.text


@pytest.mark.parametrize("kind", ["429", "500", "reset"])
def test_what_passes_is_tried_again(store: Store, kind: Any) -> None:  # noqa: ANN401
    id_ = store.buy()
    store.market.faults.add(kind, where="answers", match="GET /api/saas", times=1)

    assert store.adapter.see(name(id_)).status == "pending"
    assert len(store.asked("GET /api/saas")) == 2


def test_what_is_refused_is_not_tried_again(store: Store) -> None:
    with pytest.raises(NotFound):
        store.adapter.see(name(ID))

    assert len(store.asked("GET /api/saas")) == 1


def test_calls_can_be_found_again_by_their_request_id(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    store.adapter.see(name(store.buy()))

    assert any("answered 200, request " in line for line in caplog.messages)


def test_the_daily_list_repairs_what_webhooks_missed_over_all_its_pages(store: Store) -> None:
    store.market.outbox.url = None
    ids = [store.automatic(quantity=2) for _ in range(103)]
    store.buy(offer="another-product", plan="gold", automatic="full")

    def fail(error: BaseException) -> None:
        raise error

    reconcile(store.services, fail)

    assert store.header(ids[0]).quantity == store.header(ids[102]).quantity == 2
    assert len({row["PartitionKey"] for row in store.world.rows()["subscriptions"]}) == 103

    store.bought(ids[102]).quantity = 3
    store.advance(days=1)
    store.market.asked.clear()
    reconcile(store.services, fail)

    assert store.header(ids[102]).quantity == 3
    # Only what differs is read apart: the subscription, and its operations.
    assert len(store.asked("GET /api/saas/subscriptions/")) == 2


def test_the_documented_shape_carries_addresses_that_no_event_does(store: Store) -> None:
    id_ = store.automatic()
    shown = Documented().subscription(store.bought(id_))

    assert party(ALICE).emailId in json.dumps(shown)
    assert party(ALICE).emailId not in repr(store.adapter.read_back(name(id_)))
    assert party(ALICE).emailId not in str(store.world.rows())
