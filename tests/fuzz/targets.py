"""The routes that are fuzzed: true messages to change, how they are sent, and how much they could ever grant."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from random import Random
from typing import Any, Protocol, cast

import azure.functions as func
import jwt

from dev.entra.keys import SigningKey
from dev.entra.stand_in import MARKETPLACE
from dev.entra.tokens import Grant, claims_of, issuer_v1, sign
from functions import create_app
from shared.identity.entra_keys import EntraKeys
from shared.identity.marketplace_tokens import WebhookTokens
from shared.marketplaces.microsoft import Microsoft
from shared.marketplaces.microsoft.api import FulfillmentApi
from shared.marketplaces.microsoft.reading import Offers
from shared.ports import Credential
from shared.services import Services
from shared.web import Answer, Call, Web
from tests.functions.sentinels import ADDRESS, CLIENT, NAME, TOKEN
from tests.fuzz.mutations import random_change, written
from tests.paddle import Payload, Subscription
from tests.paddle import sign as sign_as_paddle
from tests.world import ALICE, LARGE_PRICE, OTHER_TENANT, PRICE, TENANT, World

SOLD = {PRICE, LARGE_PRICE}
AGAIN = 0.3
LIVE_AT_PADDLE = {"active", "trialing", "past_due"}
LIVE_AT_MICROSOFT = {"Subscribed", "Suspended"}
PERSONAL = {"customer": {"name": NAME, "email": ADDRESS}, "ip": CLIENT, "purchaseToken": TOKEN, "reason": f"by {NAME}"}


@dataclass(frozen=True)
class Sent:
    """What was answered, and the most seats that anything that was sent could have paid for, by subscription."""

    status: int
    body: bytes
    most_seats: Mapping[str, int]
    shown: str


class Target(Protocol):
    """One marketplace's webhook."""

    name: str
    fine: frozenset[int]

    def send(self, draw: Random) -> Sent:
        """One message that was changed somewhere."""
        ...


class Route:
    """A route of the app, in process."""

    def __init__(self, services: Services, name: str) -> None:
        found = {function.get_function_name(): function for function in create_app(lambda: services).get_functions()}
        self._handler = cast("Callable[..., func.HttpResponse]", found[f"webhook_{name}"].get_user_function())
        self._url = f"https://licensing.vendor.example/api/webhooks/{name}"

    def post(self, headers: Mapping[str, str], body: bytes) -> func.HttpResponse:
        return self._handler(func.HttpRequest("POST", self._url, headers=headers, body=body))


class PaddleTarget:
    """A subscription's life, one of its events changed; some bear the reference of a checkout for oneself.

    Now and then it is another life of the subscription that was last told of, as if somebody had mixed them up.
    """

    name = "paddle"
    fine = frozenset({200, 400, 413})

    def __init__(self, world: World) -> None:
        self.world, self.route = world, Route(world.services, "paddle")
        self._last = ""

    def send(self, draw: Random) -> Sent:
        reference = self.world.checkout(ALICE, "person") if draw.random() < 0.1 else None
        again = self._last if draw.random() < AGAIN else ""
        it = Subscription(reference, quantity=draw.choice([1, 3]), id=again)
        self._last = it.id
        payload = draw.choice([*_events(it)])
        payload["data"] |= PERSONAL
        content = random_change(payload, draw)
        body = written(content, draw)
        headers = {"Paddle-Signature": sign_as_paddle(body, self.world.clock.now)}
        answer = self.route.post(headers, body)
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            # A busy machine's storage may take too long once; Paddle would come again, too.
            answer = self.route.post(headers, body)
        return Sent(answer.status_code, answer.get_body(), _most_at_paddle(body), body[:2000].decode(errors="replace"))


def _events(it: Subscription) -> Iterator[Payload]:
    yield from it.bought()
    yield it.paid("subscription_recurring")
    yield from it.cancel_scheduled()
    yield from it.cancel_undone()
    yield it.adjusted("txn_1", "refund")
    yield it.adjusted("txn_1", "chargeback", kind=None)
    yield from it.canceled()
    yield it.event("customer.updated", {"id": "ctm_1", "email": ADDRESS, "name": NAME})


def _most_at_paddle(body: bytes) -> dict[str, int]:
    """By a reading of its own: whole seats of prices that are sold, in a subscription that is said to live."""
    try:
        data = json.loads(body)["data"]
        items = data["items"]
        is_live = data["status"] in LIVE_AT_PADDLE
        seats = sum(item["quantity"] for item in items if item["price"]["id"] in SOLD and type(item["quantity"]) is int)
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {f"paddle.{data['id']}": seats} if is_live and isinstance(data.get("id"), str) else {}


@dataclass
class Books:
    """What the marketplace's API answers, by the end of a path; any of it may have been changed."""

    answers: dict[str, bytes] = field(default_factory=dict)

    def call(self, call: Call) -> Answer:
        path = call.url.partition("/saas/subscriptions/")[2]
        found = self.answers.get(path if "/saas/" in call.url else "keys")
        return Answer(200 if found is not None else 404, found or b"", {})


class OneToken:
    """Our own token, which nobody looks at here."""

    def token(self) -> str:
        return "token"

    def credentials(self) -> Iterator[Credential]:
        return iter(())


class MicrosoftTarget:
    """A message that was changed, and an API whose answers were changed too: only those can grant anything."""

    name = "microsoft"
    # What the API answers may make no sense either, and is asked again then.
    fine = frozenset({200, 400, 409, 413, 503})

    def __init__(self, world: World) -> None:
        self.world, self.books, self.key = world, Books(), SigningKey()
        self.books.answers["keys"] = json.dumps({"keys": [self.key.published(issuer_v1(TENANT))]}).encode()
        web = cast("Web", self.books)
        checker = WebhookTokens(
            EntraKeys(web, "https://entra.example/keys"),
            audience="our-app",
            tenant=TENANT,
            app=MARKETPLACE,
            issuers=(issuer_v1(TENANT),),
        )
        offers = Offers({("add-in", "team"): "team", ("add-in", "business"): "business"})
        api = FulfillmentApi(web, "https://api.example/api", OneToken())
        adapter = Microsoft(checker, offers, api, "https://store.example/add-in")
        self.world.services = replace(world.services, marketplaces={**world.services.marketplaces, self.name: adapter})
        self.route = Route(self.world.services, self.name)
        grant = Grant(TENANT, "our-app", MARKETPLACE, issuer_v1(TENANT), 1)
        self.token = sign(claims_of(grant, world.clock.now), self.key)
        assert jwt.get_unverified_header(self.token)["kid"] == self.key.id
        self._numbers = 0

    def send(self, draw: Random) -> Sent:
        self._numbers += int(draw.random() >= AGAIN)
        number, operation = f"5ub00000-0000-4000-8000-{self._numbers:012d}", f"operation-{self._numbers}"
        action = draw.choice(
            ["ChangePlan", "ChangeQuantity", "Reinstate", "Suspend", "Renew", "Subscribe", "Unsubscribe"]
        )
        subscription = _subscription(number, draw.choice(["Subscribed", "Suspended", "Unsubscribed"]))
        change: dict[str, Any] = {"id": operation, "subscriptionId": number, "action": action, "status": "InProgress"}
        change |= {"planId": "business", "quantity": 7, **PERSONAL}
        answered = written(random_change(subscription, draw) if draw.random() < 0.5 else subscription, draw)
        self.books.answers[number] = answered
        self.books.answers[f"{number}/operations/{operation}"] = written(random_change(change, draw), draw)
        body = written(random_change(change | {"subscription": subscription}, draw), draw)
        answer = self.route.post({"Authorization": f"Bearer {self.token}"}, body)
        shown = (body[:1500] + b" answered by " + answered[:1500]).decode(errors="replace")
        return Sent(answer.status_code, answer.get_body(), _most_at_microsoft(answered), shown)


def _subscription(number: str, status: str) -> dict[str, Any]:
    party = {"emailId": ADDRESS, "objectId": "a11ce", "tenantId": OTHER_TENANT, "puid": TOKEN}
    return {
        "id": number,
        "offerId": "add-in",
        "planId": "team",
        "name": NAME,
        "quantity": 3,
        "saasSubscriptionStatus": status,
        "isFreeTrial": False,
        "term": {"termUnit": "P1M", "startDate": "2026-03-01T00:00:00Z", "endDate": "2026-03-31T00:00:00Z"},
        "beneficiary": party,
        "purchaser": party,
        "allowedCustomerOperations": ["Read", "Update", "Delete"],
    }


def _most_at_microsoft(answered: bytes) -> dict[str, int]:
    try:
        told = json.loads(answered)
        plan, status, quantity = told["planId"], told["saasSubscriptionStatus"], told.get("quantity")
        is_sold = str(plan).strip() in {"team", "business"} and str(told["offerId"]).strip() == "add-in"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    # A flat-rate plan has no quantity, and is for one.
    seats = 1 if quantity in (None, "") else int(quantity) if str(quantity).isdigit() else 0
    is_live = is_sold and str(status).strip() in LIVE_AT_MICROSOFT
    return {f"microsoft.{str(told.get('id')).strip().lower()}": seats} if is_live else {}
