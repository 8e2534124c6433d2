"""The account of a person who buys or assigns: one each, decided by the insertion of one row."""

import secrets

from shared.domain.errors import BeingErased
from shared.domain.instants import day_of
from shared.domain.people import Person, normalise_address
from shared.domain.records import Account, AccountHint
from shared.domain.retention import account_goes_at
from shared.operations.due import note_due
from shared.operations.persistence import persist
from shared.ports import Conflict, Delete, Insert, Outside
from shared.storage import keys


def open_account(outside: Outside, person: Person, name: str, addresses: tuple[str, ...]) -> str:
    """The id of the person's account, made if there is none. Two at once get the same one. Raises BeingErased."""
    return persist(lambda: _find(outside, person) or _make(outside, person, name, addresses))


def _find(outside: Outside, person: Person) -> str:
    rows = [keys.account_hint(identity) for identity in outside.identities.of_person(person)]
    for hint in outside.tables.read_together(rows):
        if hint is None:
            continue
        account = outside.tables.read(keys.account(hint.record.account))
        if account is not None:
            if account.record.closed:
                raise BeingErased
            return str(hint.record.account)
        # Left behind by an erasure that died; the account row decides, and it is gone.
        outside.tables.write(Delete(hint))
    return ""


def _make(outside: Outside, person: Person, name: str, addresses: tuple[str, ...]) -> str:
    """Raises Conflict where somebody else was faster. The note that comes first finds what a crash leaves."""
    account = Account(
        tenant=person.tenant,
        object_id=person.object_id,
        name=name,
        addresses=tuple(dict.fromkeys(normalise_address(address) for address in addresses)),
        last_sign_in=day_of(outside.clock()),
    )
    number = secrets.token_hex(16)
    note_due(outside, "account", number, account_goes_at(account, []) or outside.clock())
    made = outside.tables.write(Insert(keys.account(number), account))[0]
    hint = keys.account_hint(outside.identities.of_person(person)[0])
    try:
        outside.tables.write(Insert(hint, AccountHint(account=number)))
    except Conflict:
        outside.tables.write(Delete(made))
        raise
    return number
