"""Close a whole organisation: its subscriptions end, with everybody's seats, contacts and owners in them."""

from collections.abc import Callable
from functools import partial

from shared.domain.records import Subscription
from shared.domain.rights import Visitor, refuse_if_old
from shared.operations.close_account import Closed, cancelled
from shared.operations.end_subscription import begin_ending, end_subscription
from shared.operations.find_account import account_of
from shared.operations.note_request import note_request
from shared.operations.persistence import persist
from shared.operations.preview_closing import preview_organisation
from shared.ports import Outside, Stored
from shared.storage import keys


def close_organisation(outside: Outside, visitor: Visitor) -> Closed | None:
    """The receipt; None where the organisation has nothing. Asked again, it goes on where it stopped.

    Raises NotAnAdministrator, SignInTooOld.
    """
    before = preview_organisation(outside, visitor)
    refuse_if_old(visitor, outside.clock())
    headers = [*before.ends, *before.goes]
    seats = sum(header.record.seats_used for header in headers)
    # All are marked first: from then on nobody is licensed, and the purge finishes what takes too long here.
    for step in (begin_ending, end_subscription):
        for header in headers:
            persist(partial(_do, outside, header.row.partition, visitor.administers, step))
    if before.is_empty:
        return None
    account = account_of(outside, visitor.person)
    number = note_request(outside, "erasure", account.row.partition if account else "")
    return Closed(number, cancelled(outside, before.ends), 0, seats)


def _do(
    outside: Outside, subscription: str, tenant: str, step: Callable[[Outside, Stored[Subscription]], object]
) -> None:
    header = outside.tables.read(keys.subscription(subscription))
    if header is not None and header.record.tenant == tenant:
        step(outside, header)
