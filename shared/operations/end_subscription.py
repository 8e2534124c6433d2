"""End a subscription whose owner goes: licenses end now, people go, and what is left is cancelled where it was bought.

What is left names nobody, can be claimed by nobody, and goes like any purchase without an owner.
"""

from typing import Any

from shared.domain.errors import CancelElsewhere
from shared.domain.records import Ending, Subscription
from shared.operations.due import note_due
from shared.operations.erase_subscription import erase_people, erase_subscription, mark_erasing
from shared.ports import Change, Outside, Stored

# The technical minimum stays: what it is, how it stands at its marketplace, and when it goes.
_WITHOUT_OWNER: dict[str, Any] = {
    "account": "",
    "owner_kind": "",
    "tenant": "",
    "paid_through": None,
    "refunded_through": None,
    "disputed": False,
    "unpaid_from": None,
    "period_starts": (),
    "last_pause": None,
    "read_back": False,
    "unasked": False,
    "cut_at": None,
    "cut_to": 0,
}


def end_subscription(outside: Outside, header: Stored[Subscription]) -> int:
    """How many records went. Raises Conflict: run it again. Whoever looks at it finishes what a crash leaves."""
    header = begin_ending(outside, header)
    if header.record.erasing:
        return erase_subscription(outside, header)
    header, erased = erase_people(outside, header)
    left = header.record.model_copy(update=_WITHOUT_OWNER)
    outside.tables.write(Change(header, left, erases="owner removed"))
    return erased


def cancel_if_ending(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """The header, cancelled at its marketplace where that was still to be done.

    What only its buyer can cancel was told them as they closed their account. Raises Unavailable: look again later;
    Conflict; NotFound where the marketplace is not configured.
    """
    if header.record.ending != "cancel":
        return header
    ending: Ending = "asked"
    try:
        outside.marketplace_of(header.row.partition).cancel(header.row.partition)
    except CancelElsewhere:
        ending = "elsewhere"
    return outside.tables.write(Change(header, header.record.model_copy(update={"ending": ending})))[0]


def begin_ending(outside: Outside, header: Stored[Subscription]) -> Stored[Subscription]:
    """The header, ending: no seat is given any more, nobody is licensed, and whoever looks at it goes on with this.

    What has ended already is marked for erasure altogether. Raises Conflict.
    """
    # Noted first: what follows takes away what leads from the owner to here.
    note_due(outside, "subscription", header.row.partition, outside.clock())
    if header.record.status == "ended":
        return mark_erasing(outside, header)
    if header.record.ending or header.record.erasing:
        return header
    marked = {"ending": "cancel", "contact_due": False, "own_seat_due": False}
    return outside.tables.write(Change(header, header.record.model_copy(update=marked)))[0]
