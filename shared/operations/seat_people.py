"""Give seats to a list of people, some lines at a time: first only told, then done. Each line can be done again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.domain.errors import AddressInvalid, NoAddress, NoSeatFree, OtherTenant
from shared.domain.people import Person, normalise_address
from shared.domain.people_list import RowResult
from shared.domain.records import Subscription
from shared.domain.rights import Visitor
from shared.operations.assign_seat import assign_seat
from shared.operations.find_subscriptions import administered
from shared.operations.give_seat import assignee_of, keep_account
from shared.operations.use_token import ask_graph
from shared.ports import Outside, Profile, Stored
from shared.storage import keys

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one line. ``seat`` is the key that the person's seat has or would have."""

    address: str = field(repr=False)
    result: RowResult
    seat: str = ""
    profile: Profile | None = field(default=None, repr=False)


def check_people(
    outside: Outside, visitor: Visitor, subscription: str, addresses: Sequence[str], taken: int = 0
) -> list[Row]:
    """What giving seats to these people would do; ``taken`` is how many seats the lines before them will take.

    Raises NotFound, NotAnAdministrator, SignInTooOld, ConsentNeeded.
    """
    header = administered(outside, visitor, subscription)
    free = header.record.quantity - header.record.seats_used - max(taken, 0)
    told = []
    for row in _found(outside, visitor, header, addresses):
        if row.result == "WILL_BE_GIVEN":
            free -= 1
        told.append(replace(row, result="NO_SEAT_FREE") if row.result == "WILL_BE_GIVEN" and free < 0 else row)
    return told


def seat_people(outside: Outside, visitor: Visitor, subscription: str, addresses: Sequence[str]) -> list[Row]:
    """Give these people seats, as the directory has them now. Raises as `check_people` and SubscriptionEnded."""
    header = administered(outside, visitor, subscription)
    found = [*_found(outside, visitor, header, addresses)]
    if any(row.result == "WILL_BE_GIVEN" for row in found):
        keep_account(outside, visitor)
    done, is_full = [], False
    for row in found:
        result = "NO_SEAT_FREE" if is_full and row.result == "WILL_BE_GIVEN" else _give(outside, subscription, row)
        is_full = is_full or result == "NO_SEAT_FREE"
        done.append(replace(row, result=result))
    return done


def _give(outside: Outside, subscription: str, row: Row) -> RowResult:
    if row.result != "WILL_BE_GIVEN" or row.profile is None:
        return row.result
    try:
        assign_seat(outside, subscription, assignee_of(row.profile))
    except NoSeatFree:
        return "NO_SEAT_FREE"
    except NoAddress:
        return "NO_ADDRESS"
    except OtherTenant:
        return "NOT_IN_DIRECTORY"
    return "GIVEN"


def _found(outside: Outside, visitor: Visitor, header: Stored[Subscription], addresses: Sequence[str]) -> Iterable[Row]:
    """Each line against the directory and the seats that are there, in the order in which they came."""
    written = {address: _normalised(address) for address in addresses}
    asked = sorted({known for known in written.values() if known})
    profiles = _profiles(outside, visitor, asked)
    seats = {known: keys.seat_key(header.record.salt, profile.person) for known, profile in profiles.items()}
    taken = _taken(outside, header, sorted(set(seats.values())))
    seen: set[Person] = set()
    for address in addresses:
        known = written[address]
        profile = profiles.get(known)
        if not known or profile is None:
            yield Row(address, "NOT_IN_DIRECTORY" if known else "ADDRESS_INVALID")
            continue
        yield Row(address, _result(profile, seen, has_seat=seats[known] in taken), seats[known], profile)
        seen.add(profile.person)


def _profiles(outside: Outside, visitor: Visitor, asked: Sequence[str]) -> Mapping[str, Profile]:
    tenant = visitor.person.tenant
    return ask_graph(
        outside,
        visitor,
        "directory",
        lambda token: outside.directory.find_addresses(token, tenant, asked) if asked else {},
    )


def _result(profile: Profile, seen: set[Person], *, has_seat: bool) -> RowResult:
    if profile.person in seen:
        return "DUPLICATE"
    if has_seat:
        return "HAS_SEAT"
    return "WILL_BE_GIVEN" if profile.addresses else "NO_ADDRESS"


def _taken(outside: Outside, header: Stored[Subscription], seat_keys: list[str]) -> set[str]:
    """Which of these seats are there. One whose end has come is none, though its row is still there."""
    seats = outside.tables.read_together([keys.seat(header.row.partition, key) for key in seat_keys])
    now = outside.clock()
    return {seat.row.key for seat in seats if seat and (seat.record.ends_at is None or seat.record.ends_at > now)}


def _normalised(address: str) -> str:
    try:
        return normalise_address(address)
    except AddressInvalid:
        return ""
