"""Answer an add-in's question: is the paid plan for this address? Leaves nothing but a day of last use."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.entitlement import Code, Entitlement, best, entitlement
from shared.domain.errors import Unavailable
from shared.domain.instants import day_of
from shared.domain.keys import encode
from shared.domain.people import normalise_address
from shared.domain.records import Seat, Subscription
from shared.ports import Change, Conflict, Outside, Row, Stored
from shared.signing import bind
from shared.storage import keys

_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class License:
    """The answer: a code for those who cannot verify, and the signed license."""

    code: Code
    token: str


def answer_license(outside: Outside, address: str) -> License:
    """The license of whoever has this address. Raises AddressInvalid, StorageUnavailable.

    Two round trips to storage one after the other, for an unknown address the same.
    """
    normalised = normalise_address(address)
    now = outside.clock()
    found = [
        (entitlement(header.record, seat.record, now, outside.terms), seat)
        for header, seat in _seats(outside, normalised)
    ]
    chosen = best([(seat.row.partition, have) for have, seat in found], outside.terms)
    token = outside.signer.sign(_claims(outside, chosen, normalised, now))
    if chosen.code is not Code.NO_LICENSE:
        _note_use(outside, next(seat for have, seat in found if have is chosen), now)
    return License(chosen.code, token)


def _seats(outside: Outside, address: str) -> Iterable[tuple[Stored[Subscription], Stored[Seat]]]:
    """The seats that this address leads to, each with its subscription; only listed hints count."""
    identities = outside.identities.of_address(address)
    hints = outside.tables.find_together([keys.seat_hints(identity) for identity in identities])
    places = {(hint.record.subscription, hint.record.seat) for hint in hints} or {_nowhere(identities[0])}
    ids = {hint.row.key.removeprefix("seat.") for hint in hints}
    for header, seat in _read_pairs(outside, sorted(places)):
        if header is not None and seat is not None and ids.intersection(seat.record.hints):
            yield header, seat


def _nowhere(identity: str) -> tuple[str, str]:
    # An address without hints asks for rows that are not there, so that it costs the same two round trips.
    return f"none.{identity}", "seat."


def _read_pairs(
    outside: Outside, places: list[tuple[str, str]]
) -> Iterable[tuple[Stored[Subscription] | None, Stored[Seat] | None]]:
    rows: list[Row[Subscription] | Row[Seat]] = []
    for subscription, seat in places:
        rows += [keys.subscription(subscription), keys.seat(subscription, seat)]
    read = outside.tables.read_together(rows)
    return zip(read[::2], read[1::2], strict=True)


def _claims(outside: Outside, have: Entitlement, address: str, now: datetime) -> dict[str, object]:
    salt = encode(secrets.token_bytes(_SALT_BYTES))
    return {
        "iss": outside.issuer,
        "aud": outside.audience,
        "iat": int(now.timestamp()),
        "exp": int(have.expires(now).timestamp()),
        "code": have.code,
        "plan": have.plan.name if have.plan else None,
        "features": list(have.plan.features) if have.plan else [],
        "salt": salt,
        "sub": bind(salt, address),
    }


def _note_use(outside: Outside, seat: Stored[Seat], now: datetime) -> None:
    today = day_of(now)
    if seat.record.last_used == today or seat.record.objected_to_last_use:
        return
    try:
        outside.tables.write(Change(seat, seat.record.model_copy(update={"last_used": today})))
    except (Conflict, Unavailable):
        # The answer stands. A seat that was released meanwhile must not come back, and tomorrow is another day.
        return
