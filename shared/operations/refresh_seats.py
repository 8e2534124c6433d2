"""Bring names and addresses of some seats up to date with the directory, each at most once a day."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.instants import day_of
from shared.domain.people import Person, normalise_address
from shared.domain.records import Seat
from shared.domain.rights import Visitor
from shared.domain.seat_list import ShownSeat, shown
from shared.operations.find_subscriptions import administered
from shared.operations.hints import hint_rows, note_due_for, place_hints, remove_hints
from shared.operations.persistence import persist
from shared.operations.show_seats import some_seats
from shared.operations.use_token import ask_graph
from shared.ports import Change, Outside, Profile, Stored


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of seats: those that are named differently now, and those whose people the directory lacks."""

    changed: tuple[ShownSeat, ...] = field(default=(), repr=False)
    gone: tuple[str, ...] = ()


def refresh_seats(outside: Outside, visitor: Visitor, subscription: str, seat_keys: Sequence[str]) -> Refreshed:
    """Ask the directory about those of these seats that were not refreshed today.

    Who is gone from it is told each time, since nothing is written of them; their seat stays until it is taken back.
    Raises NotFound, NotAnAdministrator, ConsentNeeded.
    """
    administered(outside, visitor, subscription, to_change=False)
    today = day_of(outside.clock())
    seats = [seat for seat in some_seats(outside, subscription, seat_keys) if seat.record.refreshed_on != today]
    if not seats:
        return Refreshed()
    profiles = _look_up(outside, visitor, seats)
    changed, gone = [], []
    for seat in seats:
        profile = profiles.get(_person(seat.record))
        if profile is None:
            gone.append(seat.row.key)
            continue
        fresh = refresh_seat(outside, seat, profile)
        if fresh and (fresh.name, fresh.addresses) != (seat.record.name, seat.record.addresses):
            changed.append(shown(seat.row.key, fresh))
    return Refreshed(tuple(changed), tuple(gone))


def _look_up(outside: Outside, visitor: Visitor, seats: list[Stored[Seat]]) -> Mapping[Person, Profile]:
    people = [_person(seat.record) for seat in seats]
    return ask_graph(outside, visitor, "directory", lambda token: outside.directory.look_up(token, people))


def _person(seat: Seat) -> Person:
    return Person(seat.tenant, seat.object_id)


def refresh_seat(outside: Outside, seat: Stored[Seat], profile: Profile) -> Seat | None:
    """The seat as it is named now, new hints before it and old ones after; None where somebody else was faster."""
    named = _named(seat.record, profile)
    added, dropped = _without(named, seat.record.hints), _without(seat.record, named.hints)
    for moved, note in ((added, place_hints), (dropped, note_due_for)):
        if moved.hints:
            note(outside, seat.row.partition, seat.row.key, moved)
    written = persist(lambda: _write(outside, seat, named))
    remove_hints(outside, hint_rows(outside, dropped if written else added))
    return written


def _named(seat: Seat, profile: Profile) -> Seat:
    """Who has no address of the tenant's own any more keeps the old ones, so that what was paid for goes on."""
    addresses = tuple(dict.fromkeys(normalise_address(address) for address in profile.addresses)) or seat.addresses
    known = dict(zip(seat.addresses, seat.hints, strict=True))
    hints = tuple(known.get(address) or secrets.token_hex(16) for address in addresses)
    return seat.model_copy(update={"name": profile.name, "addresses": addresses, "hints": hints})


def _without(seat: Seat, hints: Sequence[str]) -> Seat:
    """The part of a seat's addresses whose hints are not these."""
    left = [pair for pair in zip(seat.addresses, seat.hints, strict=True) if pair[1] not in hints]
    addresses, kept = [address for address, _ in left], [hint for _, hint in left]
    return seat.model_copy(update={"addresses": tuple(addresses), "hints": tuple(kept)})


def _write(outside: Outside, seat: Stored[Seat], named: Seat) -> Seat | None:
    fresh = outside.tables.read(seat.row)
    if fresh is None or fresh.record.hints != seat.record.hints:
        return None
    names = {"name": named.name, "addresses": named.addresses, "hints": named.hints}
    today = {"refreshed_on": day_of(outside.clock())}
    written = fresh.record.model_copy(update=names | today)
    outside.tables.write(Change(fresh, written))
    return written
