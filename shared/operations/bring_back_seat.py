"""Undo that a seat was taken back, on behalf of who did it: the very seat, of which nobody has to ask the directory."""

from shared.domain.people import Person
from shared.domain.records import Seat
from shared.domain.rights import Visitor, refuse_unless_may_seat
from shared.operations.assign_seat import bring_back
from shared.operations.find_subscriptions import find_subscription
from shared.operations.give_seat import Given
from shared.operations.seating import Was
from shared.ports import Outside
from shared.storage import keys


def bring_back_seat(outside: Outside, visitor: Visitor, subscription: str, seat: Seat, was: Was) -> Given:
    """The person's seat as it was, with what was chosen for it; another, if they were given one meanwhile.

    Raises NotFound, NotAnAdministrator, SignInTooOld and those of `shared.domain.seats`.
    """
    header = find_subscription(outside, visitor, subscription).header
    person = Person(seat.tenant, seat.object_id)
    refuse_unless_may_seat(header.record, visitor, person, outside.clock())
    known = outside.tables.read(keys.seat(subscription, keys.seat_key(header.record.salt, person)))
    return Given(bring_back(outside, subscription, seat, was), is_new=known is None)
