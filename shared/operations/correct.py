"""Put name and addresses right, as Microsoft 365 has them now (P22)."""

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.people import normalise_address
from shared.domain.records import Account
from shared.domain.rights import NO_TOKENS, Visitor
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import seats_of
from shared.operations.note_request import note_request
from shared.operations.persistence import persist
from shared.operations.refresh_seats import refresh_seat
from shared.operations.use_token import ask_graph
from shared.ports import Change, Outside, Profile, Row, Stored


def correct(outside: Outside, visitor: Visitor, name: str, addresses: tuple[str, ...]) -> str:
    """The number of the request; empty where nothing is held.

    ``name`` and ``addresses`` are those of the sign-in, for whoever lets us keep no tokens: they add to what is
    known, since a session may not hold every address. Raises SignedOut where only a new sign-in helps, Unavailable.
    """
    person = visitor.person
    account = account_of(outside, person)
    seats = seats_of(outside, person, account.row.partition if account else "")
    if account is None and not seats:
        return ""
    told = _ask(outside, visitor, account)
    signed_in = Profile(person, name, "", addresses)
    if account is not None:
        persist(lambda: _correct_account(outside, account.row, told, signed_in))
    for each in seats:
        refresh_seat(outside, each.seat, told or _with_known(signed_in, each.seat.record.addresses))
    return note_request(outside, "correction", account.row.partition if account else "")


def _ask(outside: Outside, visitor: Visitor, account: Stored[Account] | None) -> Profile | None:
    if account is None or NO_TOKENS in account.record.objections:
        return None
    theirs = replace(visitor, account=account.row.partition)
    return ask_graph(outside, theirs, "self", lambda token: outside.directory.me(token, visitor.person))


def _correct_account(outside: Outside, row: Row[Account], told: Profile | None, signed_in: Profile) -> None:
    found = outside.tables.read(row)
    if found is None or found.record.closed:
        return
    known = found.record.addresses
    right = told or _with_known(signed_in, known)
    named = {"name": right.name, "addresses": _normalised(right.addresses) or known}
    outside.tables.write(Change(found, found.record.model_copy(update=named)))


def _with_known(signed_in: Profile, known: tuple[str, ...]) -> Profile:
    return replace(signed_in, addresses=(*_normalised(signed_in.addresses), *known))


def _normalised(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalise_address(address) for address in addresses))
