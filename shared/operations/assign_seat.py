"""Give somebody a seat: one of the directory, a purchase's own buyer, or whoever had it before."""

import secrets
from dataclasses import dataclass, replace

from shared.domain.errors import NotFound
from shared.domain.instants import day_of
from shared.domain.people import Person, normalise_address
from shared.domain.records import Account, Seat, Subscription
from shared.domain.seats import refuse_unless_assignable
from shared.operations.seating import Seating, Was
from shared.ports import Outside, Stored
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
    return Seating(outside, header, None, carried).run()


def bring_back(outside: Outside, subscription: str, seat: Seat, was: Was) -> Stored[Seat]:
    """Give a seat that was released to whoever had it, as it was, also where a cut leaves less than were in use.

    Theirs if they have another by now. Raises NotFound and the refusals of `shared.domain.seats`.
    """
    header = outside.tables.read(keys.subscription(subscription))
    if header is None:
        raise NotFound
    buyer = _buyer(outside, header.record)
    refuse_unless_assignable(header.record, Person(seat.tenant, seat.object_id), buyer, seat.addresses)
    again = seat.model_copy(update={"hints": _new_hints(seat.addresses)})
    return Seating(outside, header, buyer, again, was).run()


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
    return Seating(outside, header, buyer, seat).run()
