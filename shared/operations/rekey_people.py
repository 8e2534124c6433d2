"""Move the people index to the key that writes now. What is moved is gone from the old key, so it resumes by itself."""

from contextlib import suppress

from shared.domain.people import Person
from shared.domain.records import AccountHint, Seat, SeatHint
from shared.operations.deletion import delete_if_there
from shared.ports import Conflict, Delete, Insert, Outside, Row, Stored
from shared.storage import keys


def rekey_people(outside: Outside, old_key: str) -> int:
    """How many rows are left under the old key. Run it once no instance writes that key any more.

    A row that its record does not list is left to the purge, and counted until then.
    """
    for hint in outside.tables.scan(keys.seat_hints(f"{old_key}.")):
        _move_seat_hint(outside, hint)
    for pointer in outside.tables.scan(keys.account_hint(f"{old_key}.")):
        _move_account_hint(outside, pointer)
    return sum(1 for _ in outside.tables.scan(keys.people(f"{old_key}.")))


def _move_seat_hint(outside: Outside, hint: Stored[SeatHint]) -> None:
    name = hint.row.key.removeprefix("seat.")
    seat = outside.tables.read(keys.seat(hint.record.subscription, hint.record.seat))
    if seat is None or name not in seat.record.hints:
        return
    address = _address(seat.record, name)
    new = keys.seat_hint(outside.identities.of_address(address)[0], name)
    _move(outside, hint, new, SeatHint(subscription=hint.record.subscription, seat=hint.record.seat))


def _address(seat: Seat, hint: str) -> str:
    return seat.addresses[seat.hints.index(hint)]


def _move_account_hint(outside: Outside, hint: Stored[AccountHint]) -> None:
    account = outside.tables.read(keys.account(hint.record.account))
    if account is None:
        outside.tables.write(Delete(hint))
        return
    person = Person(account.record.tenant, account.record.object_id)
    new = keys.account_hint(outside.identities.of_person(person)[0])
    _move(outside, hint, new, AccountHint(account=hint.record.account))
    account = outside.tables.read(account.row)
    if account is None or account.record.closed:
        # Its erasure may have looked for hints before the new one was there, and nothing else would find it.
        delete_if_there(outside, new)


def _move(
    outside: Outside,
    old: Stored[SeatHint] | Stored[AccountHint],
    new: Row[SeatHint] | Row[AccountHint],
    record: SeatHint | AccountHint,
) -> None:
    if new.partition == old.row.partition:
        return
    # A run that died may have copied this one already.
    with suppress(Conflict):
        outside.tables.write(Insert(new, record))
    outside.tables.write(Delete(old))
