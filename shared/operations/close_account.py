"""Close somebody's account, or take back what an assignee without one has: at once, and with a receipt."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.people import Person
from shared.domain.records import Ending, Subscription
from shared.operations.due import note_due
from shared.operations.end_subscription import cancel_if_ending
from shared.operations.erase_account import erase_account
from shared.operations.find_account import account_of
from shared.operations.note_request import begin_request, note_request, with_request
from shared.operations.persistence import persist
from shared.operations.preview_closing import portal_of, preview_closing
from shared.operations.release_own_seats import release_own_seats
from shared.ports import Change, Conflict, Delete, Outside, Row, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Ended:
    """A subscription that ended here: whether it is cancelled where it was bought, and where that is."""

    subscription: str
    plan: str
    ending: Ending
    portal_url: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The receipt. It names nobody; ``number`` is the request's, and who has it can ask what became of it."""

    number: str
    ended: tuple[Ended, ...] = ()
    stayed: int = 0
    seats: int = 0


def close_account(outside: Outside, person: Person) -> Closed | None:
    """The receipt; None where nothing was held, and then nothing is stored either.

    What a crash leaves of an account is finished by the purge; for an assignee it is asked for again.
    """
    before = preview_closing(outside, person)
    if before.is_empty:
        return None
    number = ""
    if before.account is not None:
        account = before.account.row
        number = persist(lambda: _mark_closed(outside, person))
        erase_account(outside, account.partition)
    if not number:
        release_own_seats(outside, person)
        number = note_request(outside, "erasure")
    return Closed(number, cancelled(outside, before.ends), len(before.stays), len(before.seats))


def cancelled(outside: Outside, headers: Iterable[Stored[Subscription]]) -> tuple[Ended, ...]:
    """Try at once to cancel them where they were bought, so that the receipt can say what became of it."""
    return tuple(
        Ended(
            header.row.partition,
            header.record.plan,
            _cancel(outside, header.row),
            portal_of(outside, header.row.partition),
        )
        for header in headers
    )


def _cancel(outside: Outside, row: Row[Subscription]) -> Ending:
    try:
        return persist(lambda: _try_to_cancel(outside, row))
    except Exception:  # noqa: BLE001 - what is erased is erased; the purge meets the same error and reports it
        return "cancel"


def _try_to_cancel(outside: Outside, row: Row[Subscription]) -> Ending:
    header = outside.tables.read(row)
    return cancel_if_ending(outside, header).record.ending if header else ""


def _mark_closed(outside: Outside, person: Person) -> str:
    """The number under which the account closes, from now on; empty where it is gone."""
    found = account_of(outside, person)
    if found is None or found.record.closing:
        return found.record.closing if found else ""
    note_due(outside, "account", found.row.partition, outside.clock())
    number = begin_request(outside, "erasure")
    marked = with_request(outside, found, number).model_copy(update={"closed": True, "closing": number})
    try:
        outside.tables.write(Change(found, marked))
    except Conflict:
        _take_back(outside, number)
        raise
    return number


def _take_back(outside: Outside, number: str) -> None:
    noted = outside.tables.read(keys.request(number))
    if noted is not None:
        outside.tables.write(Delete(noted))
