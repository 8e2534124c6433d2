"""Who may be given a seat, and who loses one when fewer are paid for than are in use."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from shared.domain.errors import (
    BeingErased,
    NoAddress,
    NoSeatFree,
    OtherTenant,
    SeatsNotForOthers,
    SubscriptionEnded,
    SubscriptionUnclaimed,
)
from shared.domain.people import Person
from shared.domain.records import Seat, Subscription


def refuse_unless_assignable(
    header: Subscription, person: Person, buyer: Person | None, addresses: Iterable[str]
) -> None:
    """Whether this person may be given a seat of this subscription. Raises the first refusal that applies.

    ``buyer`` is the owner of a purchase made for oneself.
    """
    if header.erasing:
        raise BeingErased
    if header.ending or not header.owner_kind:
        raise SubscriptionUnclaimed
    if header.status in {"ended", "unconfirmed"}:
        raise SubscriptionEnded
    if header.owner_kind == "person" and person != buyer:
        raise SeatsNotForOthers
    if header.owner_kind == "organisation" and person.tenant != header.tenant:
        raise OtherTenant
    if not any(addresses):
        raise NoAddress


def refuse_if_full(header: Subscription, at_least: int = 0) -> None:
    """Raises NoSeatFree where as many seats are assigned as were bought, and no fewer than ``at_least``."""
    if header.seats_used >= max(header.quantity, at_least):
        raise NoSeatFree


def ends(seats: Mapping[str, Seat], quantity: int, end: datetime) -> dict[str, datetime | None]:
    """The end that each seat should bear: none for those that are paid for, ``end`` for the surplus.

    A seat that is surplus already keeps the end it has, so that running this again changes nothing.
    """
    losing = set(surplus(seats, quantity))
    return {key: (seat.ends_at or end) if key in losing else None for key, seat in seats.items()}


def surplus(seats: Mapping[str, Seat], quantity: int) -> list[str]:
    """The seats that are more than ``quantity``, in the order in which they are lost."""
    return order_of_loss(seats)[: max(len(seats) - quantity, 0)]


def order_of_loss(seats: Mapping[str, Seat]) -> list[str]:
    """All of them, whoever would lose theirs first at the beginning."""
    return sorted(seats, key=lambda key: _loses_before(key, seats[key]))


def _loses_before(key: str, seat: Seat) -> tuple[bool, bool, bool, bool, date, int, str]:
    """The one written order: never used, then longest unused, then newest; kept seats and objectors come last.

    Those who were told that they lose their seat stay the ones, unless an administrator keeps theirs.
    """
    return (
        seat.kept,
        seat.objected_to_last_use,
        seat.ends_at is None,
        seat.last_used is not None,
        seat.last_used or date.min,
        -(seat.assigned_on or date.min).toordinal(),
        key,
    )
