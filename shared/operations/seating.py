"""Writing one seat: hints first, then the seat and the count in one batch that the header's ETag guards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.errors import NoSeatFree, NotFound, Refusal, Unavailable
from shared.domain.people import Person
from shared.domain.records import Seat, Subscription
from shared.domain.retention import next_look
from shared.domain.seats import refuse_if_full, refuse_unless_assignable
from shared.operations.due import note_due, with_look
from shared.operations.hints import hint_rows, place_hints, remove_hints, restore_hints
from shared.operations.persistence import persist
from shared.ports import Change, Conflict, Insert, Outside, Stored, Write
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Was:
    """How many seats were in use, and since when in a cut, before one was released that is to come back."""

    used: int = 0
    cut_at: datetime | None = None


class Seating:
    """One try to seat one person; it may take several attempts, each on the header as it then is."""

    def __init__(
        self, outside: Outside, header: Stored[Subscription], buyer: Person | None, seat: Seat, was: Was | None = None
    ) -> None:
        self.outside = outside
        self.was = was or Was()
        self.header = header
        self.buyer = buyer
        self.seat = seat
        self.person = Person(seat.tenant, seat.object_id)
        self.row = keys.seat(header.row.partition, keys.seat_key(header.record.salt, self.person))
        self.placed = False

    def run(self) -> Stored[Seat]:
        try:
            stored = persist(self._attempt)
        except Unavailable:
            # The seat may stand, and then its hints must: what was noted before them decides in two days.
            raise
        except Refusal:
            self._take_hints_back()
            raise
        if stored.record.hints != self.seat.hints:
            self._take_hints_back()
        return stored

    def _take_hints_back(self) -> None:
        if self.placed:
            remove_hints(self.outside, hint_rows(self.outside, self.seat))

    def _attempt(self) -> Stored[Seat]:
        known = self.outside.tables.read(self.row) if self.header.record.seats_used else None
        if known is not None:
            return known if known.record.ends_at is None else self._keep(known)
        refuse_unless_assignable(self.header.record, self.person, self.buyer, self.seat.addresses)
        refuse_if_full(self.header.record, self.was.used if self._cut_at() else 0)
        if not self.placed:
            place_hints(self.outside, self.row.partition, self.row.key, self.seat)
            self.placed = True
        return self._write()

    def _keep(self, known: Stored[Seat]) -> Stored[Seat]:
        """A seat that a cut would end: it stays if it is paid for by now, and is none once its end has come."""
        if self.header.record.seats_used <= self.header.record.quantity:
            restore_hints(self.outside, known)
            kept = known.record.model_copy(update={"ends_at": None})
            return self._guarded(Change(self.header, self.header.record), Change(known, kept))[1]
        if known.record.ends_at and known.record.ends_at <= self.outside.clock():
            raise NoSeatFree
        return known

    def _cut_at(self) -> datetime | None:
        """Since when there is a cut in which this seat may come back; it may have ended because the seat went."""
        at = self.header.record.cut_at or self.was.cut_at
        end = self.seat.ends_at or (at + self.outside.terms.grace if at else None)
        return at if end and end > self.outside.clock() else None

    def _write(self) -> Stored[Seat]:
        used = {"seats_used": self.header.record.seats_used + 1, "own_seat_due": False}
        counted, seat = self.header.record.model_copy(update=used), self.seat
        if counted.seats_used > counted.quantity:
            # More than are paid for, as before: whoever loses theirs is counted anew.
            note_due(self.outside, "subscription", self.row.partition, self.outside.clock())
            counted = counted.model_copy(update={"cut_at": self._cut_at(), "cut_to": counted.quantity})
        else:
            seat = seat.model_copy(update={"ends_at": None})
        # Where an end is known already, the seat is what makes somebody look at it.
        noted = with_look(self.outside, self.row.partition, counted, next_look(counted))
        return self._guarded(Insert(self.row, seat), Change(self.header, noted))[0]

    def _guarded(self, *writes: Write) -> list[Stored[Any]]:
        """One batch with the header in it. Where somebody was faster, the next attempt is on what they left."""
        try:
            return self.outside.tables.write(*writes)
        except Conflict:
            fresh = self.outside.tables.read(self.header.row)
            if fresh is None:
                raise NotFound from None
            self.header = fresh
            raise
