"""Everything that is held about a person: what a copy of it shows, and what closing their account takes away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.people import Person
from shared.domain.records import Account, Subscription
from shared.domain.retention import account_goes_at, seat_goes_at, subscription_goes_at, token_goes_at
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import SeatOf, seats_of
from shared.operations.hints import hint_rows
from shared.ports import Outside, Row, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Kept:
    """One row about a person, and when it goes as far as that is known now."""

    stored: Stored[Any]
    goes_at: datetime | None

    @property
    def kind(self) -> str:
        """The name of its record."""
        return self.stored.row.model.__name__


def held_about(outside: Outside, person: Person) -> list[Kept]:
    """Every row about them. Nothing is changed, and for somebody of whom nothing is held there is nothing."""
    account = account_of(outside, person)
    seats = seats_of(outside, person, account.row.partition if account else "")
    return [*(_of_account(outside, person, account) if account else []), *_of_seats(outside, seats)]


def _of_account(outside: Outside, person: Person, account: Stored[Account]) -> Iterator[Kept]:
    name = account.row.partition
    owns = [*outside.tables.find(keys.ownerships(name))]
    read = outside.tables.read_together([keys.subscription(own.record.subscription) for own in owns])
    headers = {header.row.partition: header for header in read if header and header.record.account == name}
    goes_at = account_goes_at(account.record, [header.record for header in headers.values()])
    yield Kept(account, goes_at)
    for token in _there(outside, [keys.token(name)]):
        yield Kept(token, token_goes_at(token.record))
    for hint in _there(outside, [keys.account_hint(identity) for identity in outside.identities.of_person(person)]):
        yield Kept(hint, goes_at)
    for own in owns:
        header = headers.get(own.record.subscription)
        yield Kept(own, _goes_at(header))
        if header:
            yield from _of_subscription(outside, header)
    for request in _there(outside, [keys.request(number) for number in account.record.requests]):
        yield Kept(request, request.record.goes_at)


def _of_subscription(outside: Outside, header: Stored[Subscription]) -> Iterator[Kept]:
    """What was bought and for whom, with the payments and their contact. Seats belong to those who have them."""
    name, tenant, goes_at = header.row.partition, header.record.tenant, _goes_at(header)
    yield Kept(header, goes_at)
    transactions = [*outside.tables.find(keys.transactions(name))]
    hints: list[Row[Any]] = [keys.transaction_hint(each.row.key.removeprefix("transaction.")) for each in transactions]
    if tenant:
        hints.append(keys.organisation_hint(tenant, name))
    for stored in [*_there(outside, [keys.contact(name)]), *transactions, *_there(outside, hints)]:
        yield Kept(stored, goes_at)


def _of_seats(outside: Outside, seats: list[SeatOf]) -> Iterator[Kept]:
    for each in seats:
        goes_at = seat_goes_at(each.header.record, each.seat.record)
        for stored in [each.seat, *_there(outside, hint_rows(outside, each.seat.record))]:
            yield Kept(stored, goes_at)


def _goes_at(header: Stored[Subscription] | None) -> datetime | None:
    return subscription_goes_at(header.record) if header else None


def _there(outside: Outside, rows: list[Row[Any]]) -> list[Stored[Any]]:
    return [stored for stored in outside.tables.read_together(rows) if stored] if rows else []
