"""Note that a right was used, under a random number that its person is shown; the note names nobody (P20)."""

import secrets
from dataclasses import dataclass

from shared.domain.instants import day_of
from shared.domain.records import Account, Request, RequestKind
from shared.domain.retention import REQUEST_KEPT
from shared.operations.due import note_due
from shared.operations.persistence import persist
from shared.ports import Change, Insert, Outside, Stored
from shared.storage import keys

_NUMBER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Noted:
    """A use of a right, and its number."""

    number: str
    request: Request


def note_request(outside: Outside, kind: RequestKind, account: str = "") -> str:
    """The number of a right that was used and answered just now; the account lists it while it lives."""
    number = _insert(outside, kind, is_answered=True)
    if account:
        persist(lambda: _list(outside, account, number))
    return number


def begin_request(outside: Outside, kind: RequestKind) -> str:
    """The number of a request that is not answered yet."""
    return _insert(outside, kind, is_answered=False)


def answer_request(outside: Outside, number: str) -> None:
    """The request was done as it was asked. Twice is once."""
    persist(lambda: _answer(outside, number))


def requests_of(outside: Outside, account: Stored[Account] | None) -> list[Noted]:
    """The rights that an account's person used in the last twelve months, the latest last."""
    numbers = account.record.requests if account else ()
    read = outside.tables.read_together([keys.request(number) for number in numbers]) if numbers else []
    return [Noted(number, found.record) for number, found in zip(numbers, read, strict=True) if found]


def with_request(outside: Outside, account: Stored[Account], number: str) -> Account:
    """The account, listing one request more, and none that has gone meanwhile."""
    listed = tuple(noted.number for noted in requests_of(outside, account))
    return account.record.model_copy(update={"requests": (*listed, number)})


def _insert(outside: Outside, kind: RequestKind, *, is_answered: bool) -> str:
    number, now = secrets.token_hex(_NUMBER_BYTES), outside.clock()
    note_due(outside, "request", number, now + REQUEST_KEPT)
    request = Request(
        kind=kind,
        received_on=day_of(now),
        answered_on=day_of(now) if is_answered else None,
        outcome="done" if is_answered else "",
        goes_at=now + REQUEST_KEPT,
    )
    outside.tables.write(Insert(keys.request(number), request))
    return number


def _answer(outside: Outside, number: str) -> None:
    found = outside.tables.read(keys.request(number))
    if found is None or found.record.outcome:
        return
    now = outside.clock()
    # It goes a year after the answer; the earlier look notes the later one.
    answered = {"answered_on": day_of(now), "outcome": "done", "goes_at": now + REQUEST_KEPT}
    outside.tables.write(Change(found, found.record.model_copy(update=answered)))


def _list(outside: Outside, account: str, number: str) -> None:
    found = outside.tables.read(keys.account(account))
    if found is not None:
        outside.tables.write(Change(found, with_request(outside, found, number)))
