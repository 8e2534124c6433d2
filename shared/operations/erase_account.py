"""Erase an account: marked closed first, so that nothing takes it as owner any more, then what it owns, then itself."""

from datetime import datetime

from shared.domain.people import Person
from shared.domain.records import Account, Subscription
from shared.domain.retention import ACCOUNT_LOOKED_AT_EVERY, account_goes_at, token_goes_at
from shared.operations.claim_subscription import withdraw_claim
from shared.operations.deletion import delete_if_there
from shared.operations.due import note_due
from shared.operations.end_subscription import end_subscription
from shared.operations.note_request import answer_request
from shared.operations.persistence import persist
from shared.operations.release_own_seats import release_own_seats
from shared.ports import Change, Delete, Outside, Stored
from shared.storage import keys


def look_at_account(outside: Outside, account: str) -> int:
    """Erase the account if its time has come, else note when to look again. Answers how many records went."""
    return persist(lambda: _look(outside, account))


def _look(outside: Outside, account: str) -> int:
    found = outside.tables.read(keys.account(account))
    if found is None:
        return 0
    if found.record.closed:
        return _erase(outside, found)
    owned = outside.tables.find(keys.ownerships(account))
    headers = outside.tables.read_together([keys.subscription(own.record.subscription) for own in owned])
    goes_at = account_goes_at(found.record, [h.record for h in headers if h and h.record.account == account])
    now = outside.clock()
    if goes_at is not None and goes_at <= now:
        return _erase(outside, found)
    dropped, token_goes = _drop_unused_token(outside, account, now)
    # Its time may come earlier than it seems now: a subscription can end before the end that was planned.
    looks = [now + ACCOUNT_LOOKED_AT_EVERY, goes_at, token_goes]
    note_due(outside, "account", account, min(look for look in looks if look))
    # Whoever is closing it noted a look that may be the one we took: this makes them note it again.
    outside.tables.write(Change(found, found.record))
    return dropped


def _drop_unused_token(outside: Outside, account: str, now: datetime) -> tuple[int, datetime | None]:
    """How many tokens went that nobody used, and when the one that is left goes."""
    token = outside.tables.read(keys.token(account))
    goes_at = token_goes_at(token.record) if token else None
    if token is None or goes_at is None or goes_at > now:
        return 0, goes_at
    outside.tables.write(Delete(token))
    return 1, None


def erase_account(outside: Outside, account: str) -> int:
    """Erase an account now; answers how many records went. Gone is done."""
    return persist(lambda: _begin_erasing(outside, account))


def _begin_erasing(outside: Outside, account: str) -> int:
    found = outside.tables.read(keys.account(account))
    if found is None:
        return 0
    if not found.record.closed:
        # Noted first: what a crash leaves is finished by the purge.
        note_due(outside, "account", account, outside.clock())
    return _erase(outside, found)


def _erase(outside: Outside, found: Stored[Account]) -> int:
    if not found.record.closed:
        found = outside.tables.write(Change(found, found.record.model_copy(update={"closed": True})))[0]
    account, person = found.row.partition, Person(found.record.tenant, found.record.object_id)
    erased = 1 + delete_if_there(outside, keys.token(account))
    for own in outside.tables.find(keys.ownerships(account)):
        header = outside.tables.read(keys.subscription(own.record.subscription))
        erased += _leave(outside, account, header) if header else 0
        tenant = header.record.tenant if header else ""
        erased += withdraw_claim(outside, account, own.record.subscription, tenant, own.record.tenant)
    if found.record.closing:
        erased += release_own_seats(outside, person)
        answer_request(outside, found.record.closing)
    for identity in outside.identities.of_person(person):
        hint = outside.tables.read(keys.account_hint(identity))
        if hint is not None and hint.record.account == account:
            outside.tables.write(Delete(hint))
            erased += 1
    delete_if_there(outside, found.row)
    return erased


def _leave(outside: Outside, account: str, header: Stored[Subscription]) -> int:
    """What becomes of a subscription without this account: an organisation's stays with the organisation."""
    subscription = header.row.partition
    if header.record.account != account:
        # A claim that read this header while the account was open must not succeed any more.
        outside.tables.write(Change(header, header.record))
        return 0
    if header.record.owner_kind == "person":
        return end_subscription(outside, header)
    left = header.record.model_copy(update={"account": "", "contact_due": False})
    contact = outside.tables.read(keys.contact(subscription))
    without_contact = [Delete(contact)] if contact else []
    outside.tables.write(Change(header, left, erases="owner removed"), *without_contact)
    return len(without_contact)
