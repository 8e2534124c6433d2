"""Give somebody a seat: hints first, then the seat and the count in one batch that the header's ETag guards."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.errors import NoSeatFree, NotFound, Refusal, Unavailable
from shared.domain.instants import day_of
from shared.domain.people import Person, normalise_address
from shared.domain.records import Account, Seat, Subscription
from shared.domain.retention import next_look
from shared.domain.seats import refuse_if_full, refuse_unless_assignable
from shared.operations.due import with_look
from shared.operations.hints import hint_rows, place_hints, remove_hints, restore_hints
from shared.operations.persistence import persist
from shared.ports import Change, Conflict, Insert, Outside, Stored, Write
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who is to have a seat, and the addresses (in verified domains of the tenant) by which it will be found."""

    person: Person
    name: str
    addresses: tuple[str, ...]


def assign_seat(outside: Outside, subscription: str, assignee: Assignee) -> Stored[Seat]:
    """The person's seat; theirs already if it was. Raises NotFound and the refusals of `shared.domain.seats`."""
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        raise NotFound
    addresses = tuple(dict.fromkeys(normalise_address(address) for address in assignee.addresses))
    return _assign(outside, header, _buyer(outside, header.record), replace(assignee, addresses=addresses))


def assign_own_seat(outside: Outside, header: Stored[Subscription]) -> None:
    """Give the one seat of a purchase for oneself to its buyer."""
    account = outside.tables.read(keys.account(header.record.account))
    if account is None or account.record.closed or not account.record.addresses:
        return
    person = _person(account.record)
    # The account's addresses are normalised already, and not every address stays as it is when that is done twice.
    _assign(outside, header, person, Assignee(person, account.record.name, account.record.addresses))


def carry_seat(outside: Outside, subscription: str, seat: Seat) -> Stored[Seat]:
    """Give whoever has this seat of another subscription one here, with what was chosen for it and noted of it.

    Theirs already if it was. Raises NotFound and the refusals of `shared.domain.seats`.
    """
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        raise NotFound
    own = {"hints": _new_hints(seat.addresses), "ends_at": None}
    carried = seat.model_copy(update=own)
    refuse_unless_assignable(header.record, Person(seat.tenant, seat.object_id), None, seat.addresses)
    return _Assignment(outside, header, None, carried).run()


def _new_hints(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(secrets.token_hex(16) for _ in addresses)


def _buyer(outside: Outside, header: Subscription) -> Person | None:
    if header.owner_kind != "person":
        return None
    account = outside.tables.read(keys.account(header.account))
    return _person(account.record) if account and not account.record.closed else None


def _person(account: Account) -> Person:
    return Person(account.tenant, account.object_id)


def _assign(outside: Outside, header: Stored[Subscription], buyer: Person | None, assignee: Assignee) -> Stored[Seat]:
    refuse_unless_assignable(header.record, assignee.person, buyer, assignee.addresses)
    seat = Seat(
        tenant=assignee.person.tenant,
        object_id=assignee.person.object_id,
        name=assignee.name,
        addresses=assignee.addresses,
        hints=_new_hints(assignee.addresses),
        assigned_on=day_of(outside.clock()),
    )
    return _Assignment(outside, header, buyer, seat).run()


class _Assignment:
    """One try to seat one person; it may take several attempts, each on the header as it then is."""

    def __init__(self, outside: Outside, header: Stored[Subscription], buyer: Person | None, seat: Seat) -> None:
        self.outside = outside
        self.header = header
        self.buyer = buyer
        self.seat = seat
        self.person = Person(seat.tenant, seat.object_id)
        self.row = keys.seat(header.row.partition, keys.seat_key(header.record.salt, self.person))
        self.placed = False

    def run(self) -> Stored[Seat]:
        try:
            stored = persist(self._attempt)
        except Unavailable:
            # The seat may stand, and then its hints must: what was noted before them decides in two days.
            raise
        except Refusal:
            self._take_hints_back()
            raise
        if stored.record.hints != self.seat.hints:
            self._take_hints_back()
        return stored

    def _take_hints_back(self) -> None:
        if self.placed:
            remove_hints(self.outside, hint_rows(self.outside, self.seat))

    def _attempt(self) -> Stored[Seat]:
        known = self.outside.tables.read(self.row) if self.header.record.seats_used else None
        if known is not None:
            return known if known.record.ends_at is None else self._keep(known)
        refuse_unless_assignable(self.header.record, self.person, self.buyer, self.seat.addresses)
        refuse_if_full(self.header.record)
        if not self.placed:
            place_hints(self.outside, self.row.partition, self.row.key, self.seat)
            self.placed = True
        return self._write()

    def _keep(self, known: Stored[Seat]) -> Stored[Seat]:
        """A seat that a cut would end: it stays if it is paid for by now, and is none once its end has come."""
        if self.header.record.seats_used <= self.header.record.quantity:
            restore_hints(self.outside, known)
            kept = known.record.model_copy(update={"ends_at": None})
            return self._guarded(Change(self.header, self.header.record), Change(known, kept))[1]
        if known.record.ends_at and known.record.ends_at <= self.outside.clock():
            raise NoSeatFree
        return known

    def _write(self) -> Stored[Seat]:
        used = {"seats_used": self.header.record.seats_used + 1, "own_seat_due": False}
        counted = self.header.record.model_copy(update=used)
        # Where an end is known already, the seat is what makes somebody look at it.
        noted = with_look(self.outside, self.row.partition, counted, next_look(counted))
        return self._guarded(Insert(self.row, self.seat), Change(self.header, noted))[0]

    def _guarded(self, *writes: Write) -> list[Stored[Any]]:
        """One batch with the header in it. Where somebody was faster, the next attempt is on what they left."""
        try:
            return self.outside.tables.write(*writes)
        except Conflict:
            fresh = self.outside.tables.read(self.header.row)
            if fresh is None:
                raise NotFound from None
            self.header = fresh
            raise
