"""Put name and addresses right, as Microsoft 365 has them now (P22)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from shared.domain.people import normalise_address
from shared.domain.records import Account, Seat
from shared.domain.rights import NO_TOKENS, Visitor
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import seats_of
from shared.operations.note_request import note_request
from shared.operations.persistence import persist
from shared.operations.refresh_seats import refresh_seat
from shared.operations.use_token import ask_graph
from shared.ports import Change, Outside, Profile, Row, Stored

# A session shows no more of a long name than fits; what is shorter than this is whole.
_MAY_BE_CUT = 32


@dataclass(frozen=True, slots=True)
class Corrected:
    """The number of the request, and whose word counted: Microsoft 365 was asked now, or at the sign-in.

    Of a part of a sign-in nothing is known to be wrong for not being in it.
    """

    number: str = ""
    source: Literal["microsoft 365", "sign-in", "part of a sign-in"] = "microsoft 365"


def correct(
    outside: Outside, visitor: Visitor, name: str, addresses: tuple[str, ...], *, has_all: bool = True
) -> Corrected:
    """Without a number where nothing is held.

    ``name`` and ``addresses`` are those of the session, which count where there is no account; ``has_all`` says
    whether these are all that the sign-in told. Raises SignedOut where only a new sign-in helps, Unavailable.
    """
    person = visitor.person
    account = account_of(outside, person)
    number = account.row.partition if account else ""
    seats = seats_of(outside, person, number)
    if account is None:
        if not seats:
            return Corrected()
        for each in seats:
            refresh_seat(outside, each.seat, _told(visitor, name, addresses, each.seat.record, has_all=has_all))
        return Corrected(note_request(outside, "correction"), "sign-in" if has_all else "part of a sign-in")
    asked = NO_TOKENS not in account.record.objections
    right = _ask(outside, visitor, account) if asked else _signed_in(visitor, account.record)
    for each in seats:
        refresh_seat(outside, each.seat, right)
    return Corrected(note_request(outside, "correction", number), "microsoft 365" if asked else "sign-in")


def _told(visitor: Visitor, name: str, addresses: tuple[str, ...], seat: Seat, *, has_all: bool) -> Profile:
    is_cut = len(name) >= _MAY_BE_CUT and seat.name.startswith(name)
    known = () if has_all else seat.addresses
    return Profile(visitor.person, seat.name if is_cut else name, "", (*addresses, *known))


def _signed_in(visitor: Visitor, account: Account) -> Profile:
    """What every sign-in writes into the account is whole, and no older than the session."""
    return Profile(visitor.person, account.name, "", account.addresses)


def _ask(outside: Outside, visitor: Visitor, account: Stored[Account]) -> Profile:
    theirs = replace(visitor, account=account.row.partition)
    told = ask_graph(outside, theirs, "self", lambda token: outside.directory.me(token, visitor.person))
    persist(lambda: _correct_account(outside, account.row, told))
    return told


def _correct_account(outside: Outside, row: Row[Account], told: Profile) -> None:
    found = outside.tables.read(row)
    if found is None or found.record.closed:
        return
    named = {"name": told.name, "addresses": _normalised(told.addresses) or found.record.addresses}
    outside.tables.write(Change(found, found.record.model_copy(update=named)))


def _normalised(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalise_address(address) for address in addresses))
