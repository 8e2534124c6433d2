"""The SaaS fulfillment API, version 2: https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-apis."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import BaseModel, Field, ValidationError

from shared.domain.errors import NotFound
from shared.marketplaces.microsoft.payloads import OperationData, Page, ResolvedData, SubscriptionData, Text
from shared.ports import ServiceTokens
from shared.web import Answer, Call, Refused, Unreachable, Web

_VERSION = {"api-version": "2018-08-31"}
_OK = range(200, 300)
# Its own emulator, and reportedly the service, answer 400 for what is not there.
_NOT_THERE = {400, 404}
_LOCKED = 409
_DENIED = (
    "the app in the token is not the one of the offer's technical configuration, its credential expired, "
    "or the offer was not published again after a change"
)


class _Payer(BaseModel):
    email: Text = Field("", validation_alias="emailId")


class _Billing(BaseModel):
    purchaser: _Payer | None = None


M = TypeVar("M", bound=BaseModel)


class MarketplaceRefused(Refused):
    """The marketplace will not do it, and asking again does not change that."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Unreadable(Unreachable):
    """A record came whole and is not what it should be: the next answer is hardly another."""


@dataclass(frozen=True, slots=True)
class FulfillmentApi:
    """A client. Raises Denied, Unreachable (also for an answer that makes no sense), NotFound, MarketplaceRefused."""

    web: Web
    url: str
    tokens: ServiceTokens

    def resolve(self, purchase_token: str) -> ResolvedData:
        """What a purchase token stands for. Raises NotFound for one that is expired or none."""
        answer = self._call("POST", "/saas/subscriptions/resolve", {"x-ms-marketplace-token": purchase_token})
        return read(ResolvedData, answer.json())

    def subscription(self, number: str) -> SubscriptionData:
        """The subscription as it is now. Raises Unreadable where this one can be had and not be read."""
        content = self._call("GET", f"/saas/subscriptions/{number}").json()
        if read(ResolvedData, content).id != number:
            raise Unreachable
        return read(SubscriptionData, content)

    def billing_address(self, number: str) -> str:
        """The e-mail address of whoever pays, asked for on its own and nowhere else."""
        payer = read(_Billing, self._call("GET", f"/saas/subscriptions/{number}").json()).purchaser
        return payer.email if payer else ""

    def operations(self, number: str) -> list[OperationData]:
        """The changes that are under way."""
        try:
            content = self._call("GET", f"/saas/subscriptions/{number}/operations").json()
        except NotFound:
            return []
        page = read(Page, {"operations": content} if isinstance(content, list) else content or {})
        return [read(OperationData, item) for item in page.items]

    def operation(self, number: str, operation: str) -> OperationData:
        """One operation, which proves that a webhook did not make it up."""
        path = f"/saas/subscriptions/{number}/operations/{quote(operation, safe='')}"
        return read(OperationData, self._call("GET", path).json())

    def subscriptions(self) -> Iterator[Any]:
        """Every subscription of the publisher's app, page by page; an empty answer is an empty list."""
        query: dict[str, str] = {}
        asked = set[str]()
        while True:
            content = self._call("GET", "/saas/subscriptions", query=query).json()
            page = read(Page, {"subscriptions": content} if isinstance(content, list) else content or {})
            yield from page.items
            if not page.next:
                return
            token = _continuation(page.next)
            if not token or token in asked:
                # A list that cannot be read to its end, or that has none, is none.
                raise Unreachable
            asked.add(token)
            query = {"continuationToken": token}

    def activate(self, number: str, plan: str, quantity: int | None) -> None:
        """Start billing. The documents differ on whether a body is needed, so that there is one."""
        body = {"planId": plan} if quantity is None else {"planId": plan, "quantity": quantity}
        self._call("POST", f"/saas/subscriptions/{number}/activate", body=body)

    def cancel(self, number: str) -> None:
        """Ask for the end of a subscription; it is accepted now and done later. NotFound may also mean: not allowed."""
        self._call("DELETE", f"/saas/subscriptions/{number}")

    def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        call = Call(
            method,
            f"{self.url}{path}",
            headers={"Authorization": f"Bearer {self.tokens.token()}", **(headers or {})},
            query={**_VERSION, **(query or {})},
            body=body if method == "POST" and body is not None else ({} if method == "POST" else None),
            repeatable=method == "GET" or path.endswith("/resolve"),
            denied_because=_DENIED,
        )
        answer = self.web.call(call)
        if answer.status in _NOT_THERE:
            raise NotFound
        if answer.status == _LOCKED:
            # Another operation is under way; once it is over, this one may be asked for again.
            raise Unreachable
        if answer.status not in _OK:
            raise MarketplaceRefused(answer.status)
        return answer


def _continuation(link: str) -> str:
    """The token of the next page; the link's host is not asked, whatever it is."""
    named = {name.lower(): values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    return named.get("continuationtoken", "")


def read(model: type[M], content: object) -> M:
    """What is read of an answer. Raises Unreachable for what is no such answer, Unreadable if it is a record."""
    try:
        return model.model_validate(content)
    except ValidationError:
        raise (Unreadable if isinstance(content, dict) and content else Unreachable) from None
