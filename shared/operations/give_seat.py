"""Give somebody a seat on behalf of who is signed in: their right first, then the directory, then the seat."""

from dataclasses import dataclass

from shared.domain.errors import NotInDirectory
from shared.domain.people import Person
from shared.domain.records import Seat
from shared.domain.rights import Visitor, refuse_unless_may_seat
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.find_subscriptions import administered, find_subscription
from shared.operations.persistence import persist
from shared.operations.use_token import ask_graph
from shared.ports import Change, Outside, Profile, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Given:
    """The seat, and whether the person had none before."""

    seat: Stored[Seat]
    is_new: bool


def give_seat(outside: Outside, visitor: Visitor, subscription: str, person: Person) -> Given:
    """The person's seat. Name and addresses are Microsoft's: what a browser says of them does not count.

    Raises NotFound, NotAnAdministrator, SignInTooOld, ConsentNeeded, NotInDirectory and those of
    `shared.domain.seats`.
    """
    header = find_subscription(outside, visitor, subscription).header
    refuse_unless_may_seat(header.record, visitor, person, outside.clock())
    known = outside.tables.read(keys.seat(subscription, keys.seat_key(header.record.salt, person)))
    if known is not None and known.record.ends_at is None:
        return Given(known, is_new=False)
    own = person == visitor.person
    assignee = _oneself(outside, visitor) if own else assignee_of(_colleague(outside, visitor, person))
    seat = assign_seat(outside, subscription, assignee)
    keep_account(outside, visitor)
    return Given(seat, is_new=known is None)


def person_with(outside: Outside, visitor: Visitor, subscription: str, address: str) -> Person:
    """Who has an address, for an administrator. Raises NotInDirectory and the refusals of `administered`."""
    administered(outside, visitor, subscription)
    tenant = visitor.person.tenant
    found = ask_graph(
        outside, visitor, "directory", lambda token: outside.directory.find_addresses(token, tenant, [address])
    )
    if address not in found:
        raise NotInDirectory
    return found[address].person


def assignee_of(profile: Profile) -> Assignee:
    """Somebody of the directory, as a seat will name them."""
    return Assignee(profile.person, profile.name, profile.addresses)


def keep_account(outside: Outside, visitor: Visitor) -> None:
    """The account of who assigns has led to something, and is kept beyond its first week."""
    if visitor.account:
        persist(lambda: _keep(outside, visitor.account))


def _keep(outside: Outside, number: str) -> None:
    account = outside.tables.read(keys.account(number))
    if account is not None and not account.record.led_to_something:
        outside.tables.write(Change(account, account.record.model_copy(update={"led_to_something": True})))


def _oneself(outside: Outside, visitor: Visitor) -> Assignee:
    """As the sign-in found them within the hour: no tokens are needed for it, which not everybody lets us keep."""
    account = outside.tables.read(keys.account(visitor.account)) if visitor.account else None
    # A session may not hold every address.
    told = account.record if account else visitor
    return Assignee(visitor.person, told.name, told.addresses)


def _colleague(outside: Outside, visitor: Visitor, person: Person) -> Profile:
    found = ask_graph(outside, visitor, "directory", lambda token: outside.directory.look_up(token, [person]))
    if person not in found:
        raise NotInDirectory
    return found[person]
