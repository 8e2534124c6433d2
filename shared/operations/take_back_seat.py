"""Take a seat back on behalf of who is signed in: an administrator anybody's, a buyer their own."""

from shared.domain.errors import NotFound
from shared.domain.names import is_seat_key
from shared.domain.people import Person
from shared.domain.rights import Visitor, refuse_unless_may_seat
from shared.operations.find_subscriptions import find_subscription
from shared.operations.release_seat import Released, take_out
from shared.ports import Outside
from shared.storage import keys

_SOMEBODY_ELSE = Person("", "")


def take_back_seat(outside: Outside, visitor: Visitor, subscription: str, seat_key: str) -> Released | None:
    """What was released, by which it can be brought back; None where there was none any more.

    Raises NotFound, NotAnAdministrator, SignInTooOld.
    """
    header = find_subscription(outside, visitor, subscription).header
    if not is_seat_key(seat_key):
        raise NotFound
    is_own = seat_key == keys.seat_key(header.record.salt, visitor.person)
    person = visitor.person if is_own else _SOMEBODY_ELSE
    refuse_unless_may_seat(header.record, visitor, person, outside.clock())
    return take_out(outside, subscription, seat_key)
