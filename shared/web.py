"""The one door for outgoing calls: named hosts only, time-outs, retries with jitter, request ids in the log."""

import json
import logging
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from shared.deadline import answering_within, seconds_left
from shared.domain.errors import Unavailable

_TIMEOUTS = (3.0, 5.0)
# Before each try but the first. urllib3's own retries know no deadline, and come back earlier than they were asked to.
_PAUSES = (0.2, 0.4)
_LONGEST_WAIT_SECONDS = 5
_LONGEST_ASKED_SECONDS = 60
_MOST_DIGITS = 10
# The largest that is asked for is a page of two hundred of Paddle's transactions, some kilobytes each.
_MOST_BYTES = 16 * 1024 * 1024
# A time-out is of silence alone: whoever sends a little now and then is heard out no longer than this.
_LONGEST_ANSWER_SECONDS = 30.0
_CHUNK_BYTES = 64 * 1024
_DENIED = {401, 403}
_TOO_SLOW = 408
_TOO_MANY = 429
_BROKEN = 500

_log = logging.getLogger(__name__)


class Unreachable(Unavailable):
    """The other side did not answer, or answered that it cannot now; the same call may succeed later.

    ``retry_after``: in how many seconds, where it said so.
    """

    def __init__(self, retry_after: int = Unavailable.retry_after) -> None:
        super().__init__()
        self.retry_after = retry_after


class Denied(Unavailable):
    """The other side refuses who we are. ``causes`` is for the operator; nothing changes until they act."""

    def __init__(self, host: str = "", causes: str = "") -> None:
        super().__init__()
        self.host = host
        self.causes = causes


class Refused(Exception):
    """The other side will not do it, and asking again does not change that."""


class _TooLarge(requests.RequestException):
    """More than anything that is asked for."""


class HostNotConfigured(ValueError):
    """A call to somebody whom the settings do not name; always an error of ours."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``repeatable`` says that doing it twice is doing it once, so that it may be retried.

    ``denied_because`` names the likely causes of a 401 or 403; where it is empty the caller decides about those.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    repeatable: bool = True
    denied_because: str = "the credential is wrong, expired, or lacks a permission"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that the caller decides about, and the body's bytes."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def json(self) -> Any:  # noqa: ANN401 - whatever the vendor answers, read by a model of the caller's
        """The body as JSON; None where there is none. Raises Unreachable for what should be JSON and is not."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unreachable from None


class Web:
    """Calls to the hosts of the settings and to nobody else."""

    def __init__(self, hosts: frozenset[str], trusted: str = "") -> None:
        self.hosts = hosts
        self._session = requests.Session()
        # Variables of the environment would choose other certificates and proxies than the settings do.
        self._session.trust_env = False
        self._session.verify = trusted or True
        self._adapter = HTTPAdapter(max_retries=0)

    def call(self, call: Call) -> Answer:
        """The answer to a call, whatever its status but those of refusal and failure. Raises Denied, Unreachable."""
        host = host_of(call.url)
        if host not in self.hosts:
            raise HostNotConfigured(host)
        request_id = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        answer = self._try(call, request_id)
        _log.info("%s %s answered %d, request %s", call.method, host, answer.status, request_id)
        if answer.status in _DENIED and call.denied_because:
            _log.error("%s answered %d: %s", host, answer.status, call.denied_because)
            raise Denied(host, call.denied_because)
        if answer.status == _TOO_SLOW or _may_pass(answer.status):
            raise Unreachable(seconds_of(answer.headers.get("Retry-After", "")))
        return answer

    def _try(self, call: Call, request_id: str) -> Answer:
        """The answer, asked for again where that may help and there is time. Raises Unreachable."""
        request = self._session.prepare_request(
            requests.Request(
                call.method,
                call.url,
                headers={"x-ms-requestid": request_id, **call.headers},
                params=dict(call.query),
                json=call.body,
                data=dict(call.form) if call.form is not None else None,
            )
        )
        for pause in _pauses() if call.repeatable else ():
            answer = self._send(request, request_id)
            if answer is not None and not _may_pass(answer.status):
                return answer
            wait = max(pause, _asked_to_wait(answer))
            if wait > _LONGEST_WAIT_SECONDS or wait >= seconds_left():
                break
            sleep(wait)
        else:
            answer = self._send(request, request_id)
        if answer is None:
            raise Unreachable
        return answer

    def _send(self, request: requests.PreparedRequest, request_id: str) -> Answer | None:
        """What came back; None where nothing did in time. Raises Unreachable where there is no time to ask."""
        timeouts, verify = _timeouts(), self._session.verify
        try:
            with (
                answering_within(_LONGEST_ANSWER_SECONDS),
                self._adapter.send(request, timeout=timeouts, verify=verify, stream=True) as response,
            ):
                return Answer(response.status_code, _body(response), response.headers)
        except (requests.RequestException, HTTPError) as error:
            host = host_of(request.url or "")
            _log.warning("%s did not answer: %s, request %s", host, type(error).__name__, request_id)
            return None


def _may_pass(status: int) -> bool:
    """Whether asking again soon may help; proxies have numbers of their own for a server that did not answer."""
    return status == _TOO_MANY or status >= _BROKEN


def _timeouts() -> tuple[float, float]:
    """For connecting and for silence after it: together no longer than somebody waits for us."""
    left = seconds_left()
    if left <= 0:
        raise Unreachable
    connecting = min(_TIMEOUTS[0], left / 2)
    return connecting, min(_TIMEOUTS[1], left - connecting)


def _body(response: requests.Response) -> bytes:
    """All of it, as it comes in. Raises RequestException for what is too much or takes too long, HTTPError."""
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise _TooLarge
        if seconds_left() <= 0:
            raise requests.Timeout
    return bytes(body)


def _pauses() -> Iterator[float]:
    for pause in _PAUSES:
        yield pause * (1 + secrets.randbelow(1000) / 1000)


def _asked_to_wait(answer: Answer | None) -> float:
    """How long the other side wants to be left alone. Where it says so in a way that is not read, it is too long."""
    asked = answer.headers.get("Retry-After", "").strip() if answer else ""
    if not asked:
        return 0
    return int(asked) if asked.isdecimal() and len(asked) < _MOST_DIGITS else inf


def host_of(url: str) -> str:
    """Scheme, host and port: what a setting allows to be called."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def seconds_of(retry_after: str) -> int:
    """What a `Retry-After` asks for: within a minute, and the usual where it says nothing that is a number."""
    asked = retry_after.strip()
    if not (asked.isdecimal() and len(asked) < _MOST_DIGITS):
        return Unreachable.retry_after
    return min(max(int(asked), 1), _LONGEST_ASKED_SECONDS)
