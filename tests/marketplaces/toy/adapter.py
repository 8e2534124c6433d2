"""The second of the three places: the adapter. The toy tells whole subscriptions in JSON, under an HMAC in a header."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from shared.domain import instants
from shared.domain.errors import EventMalformed, NotFound, SignatureInvalid
from shared.domain.names import is_reference, subscription_id, vendor_id
from shared.domain.people import Person
from shared.domain.purchases import Event, Snapshot
from shared.domain.records import Status
from shared.ports import Contact, Credential, Hint, Proof
from shared.web import Call, Unreachable, Web

NAME = "toy"
WINDOW_SECONDS = 300
M = TypeVar("M", bound=BaseModel)
_OK, _NOT_FOUND = 200, 404
_STATUS: Mapping[str, Status] = {"on": "subscribed", "off": "ended"}


class Told(BaseModel):
    """A subscription as the toy has it."""

    id: str
    state: str
    plan: str
    seats: int
    changed: str
    ends: str | None = None
    ref: str = ""


class Message(BaseModel):
    """What it sends."""

    id: str
    kind: str
    subscription: Told


class Key(BaseModel):
    """What it tells of the key that it is asked with."""

    until: datetime


class Payer(BaseModel):
    """Who pays, and the word that only the payer was told."""

    name: str
    email: str
    word: str


@dataclass(frozen=True, slots=True)
class Toy:
    """`shared.ports.Marketplace` for the toy."""

    secrets: tuple[str, ...] = field(repr=False)
    plans: Mapping[str, str]
    web: Web
    url: str
    key: str = field(repr=False)
    name: str = NAME
    portal_url: str = "https://toy.example/portal"
    answered_within: float = 3.0
    privacy_policy_url: str = "https://toy.example/privacy"
    keeps_events: bool = False

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Event | Hint | None:
        stamp, _, mac = headers.get("x-toy-signature", "").partition(".")
        in_time = stamp.isascii() and stamp.isdigit() and abs(now.timestamp() - int(stamp)) <= WINDOW_SECONDS
        if not in_time or not any(hmac.compare_digest(sign(body, stamp, key), mac) for key in self.secrets):
            raise SignatureInvalid
        return self._read(body)

    def follow(self, hint: Hint) -> Sequence[Event]:
        return self.read_back(hint.subscription)

    def read_back(self, subscription: str) -> Sequence[Event]:
        try:
            found = self._ask("GET", f"/subscriptions/{_number(subscription)}")
        except NotFound:
            return []
        return [self._event("", _checked(Told, found))]

    def events_since(self, since: datetime) -> Iterator[Event]:
        for body in self._ask("GET", f"/messages/{int(since.timestamp())}"):
            event = self._read(json.dumps(body).encode())
            if event is not None:
                yield event

    def subscriptions(self) -> Iterator[Event]:
        for found in self._ask("GET", "/subscriptions"):
            yield self._event("", _checked(Told, found))

    def cancel(self, subscription: str) -> None:
        try:
            self._ask("POST", f"/subscriptions/{_number(subscription)}/cancel")
        except NotFound:
            return

    def contact(self, subscription: str, transaction: str) -> Contact | None:  # noqa: ARG002 - the shape of all
        payer = self._payer(subscription)
        return Contact(payer.name, payer.email) if payer else None

    def operations(self, subscription: str, named: Iterable[str]) -> Mapping[str, date | None]:  # noqa: ARG002
        return {}

    def credentials(self) -> Iterator[Credential]:
        yield Credential("TOY_API_KEY", _checked(Key, self._ask("GET", "/key")).until)

    def problems(self, webhook_url: str) -> Iterator[str]:
        if self._ask("GET", "/webhook") != webhook_url:
            yield "The toy sends its messages elsewhere."

    def proves(self, subscription: str, proof: Proof, person: Person, *, is_administrator: bool) -> bool:  # noqa: ARG002
        payer = self._payer(subscription)
        return payer is not None and hmac.compare_digest(payer.word.encode(), proof.fact.encode())

    def _payer(self, subscription: str) -> Payer | None:
        try:
            found = self._ask("GET", f"/subscriptions/{_number(subscription)}/payer")
        except NotFound:
            return None
        return _checked(Payer, found)

    def _read(self, body: bytes) -> Event | None:
        try:
            message = Message.model_validate(json.loads(body))
        except (ValueError, RecursionError, ValidationError):
            raise EventMalformed from None
        if message.kind != "changed" or message.subscription.state not in _STATUS:
            return None
        return self._event(vendor_id(message.id), message.subscription)

    def _event(self, receipt: str, told: Told) -> Event:
        plan = self.plans.get(told.plan, "")
        try:
            version, ends = instants.sortable(told.changed), instants.parse(told.ends) if told.ends else None
        except ValueError:
            raise EventMalformed from None
        action: Literal["", "cancel"] = "cancel" if ends else ""
        shown = Snapshot(_STATUS[told.state], plan, told.seats, scheduled_action=action, scheduled_end=ends)
        reference = told.ref if is_reference(told.ref) else ""
        return Event(receipt, subscription_id(NAME, told.id), version, shown, reference, ours=bool(plan))

    def _ask(self, method: str, path: str) -> Any:  # noqa: ANN401 - checked by who asks
        answer = self.web.call(Call(method, f"{self.url}{path}", {"Authorization": f"Bearer {self.key}"}))
        if answer.status == _NOT_FOUND:
            raise NotFound
        if answer.status != _OK:
            raise Unreachable
        return answer.json()


def sign(body: bytes, stamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _number(subscription: str) -> str:
    return vendor_id(subscription.removeprefix(f"{NAME}."))


def _checked(model: type[M], content: object) -> M:
    try:
        return model.model_validate(content)
    except ValidationError:
        raise Unreachable from None
