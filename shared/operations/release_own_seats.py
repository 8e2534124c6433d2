"""Give back every seat that somebody has in their organisation, with what leads to it."""

from shared.domain.people import Person
from shared.operations.find_subscriptions import seats_of
from shared.operations.release_seat import release_seat
from shared.ports import Outside


def release_own_seats(outside: Outside, person: Person, account: str = "") -> int:
    """How many seats went. What their account bought is found by it."""
    seats = [each.seat.row for each in seats_of(outside, person, account)]
    return sum(release_seat(outside, row.partition, row.key) for row in seats)
