"""Paddle's API: what is read back, listed, cancelled and sold. https://developer.paddle.com/api-reference/overview.

Answers pass through models of the few fields that are read, so that no personal field leaves this file unasked.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from shared.domain.errors import NotFound
from shared.ports import Contact
from shared.web import Answer, Call, Denied, Refused, Unreachable, Web, host_of

_NOT_FOUND = 404
# https://developer.paddle.com/errors/shared
_NO_SUCH_ENTITY = frozenset({"not_found", "entity_not_found"})
_OK = range(200, 300)
# Paddle gives at most that many, and fewer where its own limit is lower.
_PAGE = "200"
DENIED = "PADDLE_API_KEY is wrong, expired, of the other environment, or lacks a permission for this call"

_log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)


class _Pagination(BaseModel):
    has_more: bool = False


class _Meta(BaseModel):
    pagination: _Pagination = _Pagination()


class _Page(BaseModel):
    data: list[dict[str, Any]]
    meta: _Meta = _Meta()


class _Listed(BaseModel):
    id: str = Field(validation_alias=AliasChoices("id", "event_id"))


class _Entity(BaseModel):
    data: dict[str, Any]


class _ErrorCode(BaseModel):
    code: str


class _Problem(BaseModel):
    error: _ErrorCode


class PaddleRefused(Refused):
    """Paddle will not do it, for a reason that asking again does not change. ``code`` is Paddle's own."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class _Customer(BaseModel):
    name: str | None = None
    email: str


class _Business(BaseModel):
    name: str


class _Buyer(BaseModel):
    customer: _Customer | None = None
    business: _Business | None = None


class _Bought(BaseModel):
    """Of a transaction: what it became, and the invoice's number, which only its holder knows."""

    id: str
    subscription_id: str | None = None
    invoice_number: str | None = None
    custom_data: Any = None


@dataclass(frozen=True, slots=True)
class PaddleApi:
    """A client with one key. Raises Denied, Unreachable (also for an answer that makes no sense) and NotFound."""

    web: Web
    url: str
    key: str = field(repr=False)

    def get(self, path: str, query: Mapping[str, str] | None = None, *, denied_because: str = DENIED) -> dict[str, Any]:
        """The ``data`` of one entity. Raises NotFound if Paddle has none of that id.

        Where ``denied_because`` is empty, a 403 and another 404 are a PaddleRefused, whose code says what is denied.
        """
        return read(_Entity, self._call("GET", path, query or {}, denied_because=denied_because).json()).data

    def pages(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Every entity of a list, page by page, an empty answer included."""
        after: dict[str, str] = {}
        while True:
            answer = self._call("GET", path, {**query, "per_page": _PAGE, **after})
            content = answer.json()
            page = read(_Page, {"data": []} if content is None else content)
            yield from page.data
            if not (page.meta.pagination.has_more and page.data):
                return
            before, after = after, {"after": _place(page.data[-1])}
            if after == before:
                # A list that does not move on would be read for ever.
                raise Unreachable

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The ``data`` of what was made or done; never repeated by itself."""
        return read(_Entity, self._call("POST", path, {}, body).json()).data

    def contact(self, transaction: str) -> Contact | None:
        """The billing contact as it is now: company or name, and e-mail address."""
        buyer = read(_Buyer, self.get(f"/transactions/{transaction}", {"include": "customer,business"}))
        if buyer.customer is None:
            return None
        name = buyer.business.name if buyer.business else buyer.customer.name
        return Contact(name or "", buyer.customer.email)

    def bought(self, transaction: str) -> _Bought:
        """What a transaction became. Raises NotFound."""
        return read(_Bought, self.get(f"/transactions/{transaction}"))

    def sell(self, price: str, quantity: int, custom_data: Mapping[str, str]) -> str:
        """The id of a new transaction; the browser opens it and can change none of this."""
        items = [{"price_id": price, "quantity": quantity}]
        made = self.post("/transactions", {"items": items, "custom_data": dict(custom_data)})
        return read(_Bought, made).id

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        denied_because: str = DENIED,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.key}", "Paddle-Version": "1"}
        call = Call(
            method,
            f"{self.url}{path}",
            headers=headers,
            query=query,
            body=body,
            repeatable=method == "GET",
            denied_because=denied_because,
        )
        answer = self.web.call(call)
        if answer.status in _OK:
            return answer
        code = _error_code(answer)
        if answer.status == _NOT_FOUND and code in _NO_SUCH_ENTITY:
            raise NotFound
        if answer.status == _NOT_FOUND and denied_because:
            # The key may not call it, or it is no address of Paddle's: nothing is said of the entity.
            causes = f"{denied_because}: {answer.status} {code}"
            _log.error("%s answered %s", host_of(self.url), causes)
            raise Denied(host_of(self.url), causes)
        raise PaddleRefused(answer.status, code)


def read(model: type[M], content: object) -> M:
    """What is read of an answer. Raises Unreachable for what is no such answer."""
    try:
        return model.model_validate(content)
    except ValidationError:
        raise Unreachable from None


def _place(entity: Mapping[str, Any]) -> str:
    """What a list goes on after: an event is named otherwise than everything else."""
    return read(_Listed, entity).id


def _error_code(answer: Answer) -> str:
    try:
        return read(_Problem, answer.json()).error.code
    except Unreachable:
        return "unknown"
