"""Object to one use of one's data and keep the rest (P23, P30): the day of last use, and reading Microsoft 365."""

from functools import partial

from shared.domain.people import Person
from shared.domain.records import Account, RequestKind, Seat
from shared.domain.rights import NO_TOKENS
from shared.operations.deletion import delete_if_there
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import seats_of
from shared.operations.note_request import note_request
from shared.operations.persistence import persist
from shared.ports import Change, Outside, Row, Stored
from shared.storage import keys


def object_to_last_use(outside: Outside, person: Person) -> str:
    """Forget when the person's seats were last used, and note it no more; they lose their seats last because of it.

    The number of the request; empty where they have no seat of which it was not so already.
    """
    return _note_if(outside, person, "objection", changed=_set_last_use(outside, person, objected=True))


def allow_last_use(outside: Outside, person: Person) -> None:
    """Note the day of last use again, from the next one on."""
    _set_last_use(outside, person, objected=False)


def restrict_tokens(outside: Outside, person: Person) -> str:
    """Keep no tokens of the person's any more. The number of the request; empty where none would be kept anyway."""
    account = account_of(outside, person)
    if account is None:
        return ""
    changed = _set_tokens(outside, account, restricted=True)
    # Also where it was so already: a sign-in may have kept some at the same moment.
    persist(lambda: delete_if_there(outside, keys.token(account.row.partition)))
    return _note_if(outside, person, "restriction", changed=changed)


def allow_tokens(outside: Outside, person: Person) -> None:
    """Keep the tokens of the next sign-in again."""
    account = account_of(outside, person)
    if account is not None:
        _set_tokens(outside, account, restricted=False)


def _set_last_use(outside: Outside, person: Person, *, objected: bool) -> bool:
    account = account_of(outside, person)
    seats = seats_of(outside, person, account.row.partition if account else "")
    changed = [persist(partial(_mark, outside, each.seat.row, objected=objected)) for each in seats]
    return any(changed)


def _mark(outside: Outside, row: Row[Seat], *, objected: bool) -> bool:
    """Whether the seat was not so already. A use that is being noted at this moment was read before, and fails."""
    seat = outside.tables.read(row)
    if seat is None or seat.record.objected_to_last_use == objected:
        return False
    marked = {"objected_to_last_use": objected} | ({"last_used": None} if objected else {})
    outside.tables.write(Change(seat, seat.record.model_copy(update=marked)))
    return True


def _set_tokens(outside: Outside, account: Stored[Account], *, restricted: bool) -> bool:
    return persist(lambda: _set(outside, account.row, restricted=restricted))


def _set(outside: Outside, row: Row[Account], *, restricted: bool) -> bool:
    found = outside.tables.read(row)
    if found is None or (NO_TOKENS in found.record.objections) == restricted:
        return False
    others = tuple(each for each in found.record.objections if each != NO_TOKENS)
    objections = (*others, NO_TOKENS) if restricted else others
    outside.tables.write(Change(found, found.record.model_copy(update={"objections": objections})))
    return True


def _note_if(outside: Outside, person: Person, kind: RequestKind, *, changed: bool) -> str:
    if not changed:
        return ""
    account = account_of(outside, person)
    return note_request(outside, kind, account.row.partition if account else "")
