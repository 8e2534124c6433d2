"""Sign somebody out everywhere: sessions that began before now end, and the tokens go."""

from shared.operations.persistence import persist
from shared.ports import Change, Delete, Outside
from shared.storage import keys


def sign_out_everywhere(outside: Outside, account: str) -> None:
    """Gone is done."""
    persist(lambda: _sign_out(outside, account))


def _sign_out(outside: Outside, account: str) -> None:
    found = outside.tables.read(keys.account(account))
    if found is None:
        return
    token = outside.tables.read(keys.token(account))
    ended = found.record.model_copy(update={"not_before": outside.clock()})
    outside.tables.write(Change(found, ended), *([Delete(token)] if token else []))
