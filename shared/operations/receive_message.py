"""Take in a message of a marketplace, and remember the ones that could not be handled until they are."""

from collections.abc import Mapping

from shared.deadline import answering_within
from shared.domain.errors import ChangeRefused, EventMalformed, Refusal
from shared.domain.purchases import Event
from shared.operations.count_unhandled import WITHOUT_ID, count_unhandled, forget_event
from shared.operations.read_back import take_hint
from shared.operations.record_event import record_event
from shared.ports import Hint, Marketplace, Outside


def receive_message(outside: Outside, name: str, headers: Mapping[str, str], body: bytes) -> None:
    """Returns once the message is stored, or there is nothing to store.

    Raises NotFound where the marketplace is not configured, SignatureInvalid, EventMalformed, and Unavailable or a
    surprise for what a later delivery may mend: also where others do not answer in the time that it waits for us.
    """
    marketplace = outside.marketplace_of(name)
    with answering_within(marketplace.answered_within):
        _receive(outside, marketplace, headers, body)


def _receive(outside: Outside, marketplace: Marketplace, headers: Mapping[str, str], body: bytes) -> None:
    name = marketplace.name
    try:
        told = marketplace.receive(headers, body, outside.clock())
    except EventMalformed as malformed:
        count_unhandled(outside, name, malformed.event or WITHOUT_ID, "", malformed.code)
        raise
    if told is None:
        return
    event = told.id if isinstance(told, Event) else told.event
    try:
        _take(outside, told)
    except ChangeRefused:
        # An answer, not a failure: the marketplace is told no.
        raise
    except Exception as error:
        code = error.code if isinstance(error, Refusal) else type(error).__name__
        count_unhandled(outside, name, event, told.subscription, code)
        raise
    if not marketplace.keeps_events:
        # Elsewhere the list of what was sent says so, for all of them at once.
        forget_event(outside, name, event)


def _take(outside: Outside, told: Event | Hint) -> None:
    if isinstance(told, Event):
        record_event(outside, told)
    else:
        take_hint(outside, told)
