"""The commands of an administrator: who has a seat, give one, take one back; the operations that pages will use."""

from argparse import Namespace

from dev.desk import Desk
from dev.people import find
from dev.subscriptions import partition
from shared.domain.errors import NotFound
from shared.operations.assign_seat import Assignee
from shared.operations.assign_seat import assign_seat as assign_operation
from shared.operations.list_seats import list_seats
from shared.operations.release_seat import release_seat as release_operation
from shared.storage import keys


def show_seats(desk: Desk, chosen: Namespace) -> None:
    """Print a subscription's seats as its administrator would see them. Raises Refusal, Trouble."""
    header, seats = list_seats(desk.services, partition(desk, chosen.subscription))
    print(f"{header.plan}: {header.seats_used} of {header.quantity} seats in use, {header.status.replace('_', ' ')}")
    for seat in (stored.record for stored in seats):
        used = f"last used {seat.last_used}" if seat.last_used else "never used"
        ends = f", ends {seat.ends_at:%Y-%m-%d}" if seat.ends_at else ""
        print(f"  {seat.name:<14} {seat.addresses[0]:<26} {used}{ends}")


def assign(desk: Desk, chosen: Namespace) -> None:
    """Give somebody a seat. Raises Refusal, Trouble."""
    person = find(chosen.person)
    assign_to(desk, person, chosen.subscription)
    print(f"{person.name} has a seat.")


def assign_to(desk: Desk, person: Assignee, subscription: str | None = None) -> None:
    """Give this person a seat; theirs already is fine. Raises Refusal, Trouble."""
    assign_operation(desk.services, partition(desk, subscription), person)


def release(desk: Desk, chosen: Namespace) -> None:
    """Take somebody's seat back; none is fine. Raises Refusal, Trouble."""
    person = find(chosen.person)
    subscription = partition(desk, chosen.subscription)
    header = desk.services.tables.read(keys.subscription(subscription))
    if header is None:
        raise NotFound
    released = release_operation(desk.services, subscription, keys.seat_key(header.record.salt, person.person))
    print(f"{person.name}'s seat is free." if released else f"{person.name} had no seat.")
