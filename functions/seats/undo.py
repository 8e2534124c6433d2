"""The way back from taking a seat back: the seat waits in the page, sealed, for whoever took it.

Nothing of it is kept here, so that what was released is gone; and the page tells nothing of it that is not shown.
"""

from datetime import datetime, timedelta

from shared.domain.errors import Refusal
from shared.domain.people import Person
from shared.domain.records import Seat
from shared.domain.rights import Visitor
from shared.operations.release_seat import Released
from shared.operations.seating import Was
from shared.services import Services

_PURPOSE = "undo"
# As long as somebody looks at what they have just done.
_LASTS = timedelta(minutes=10)


class UndoTooLate(Refusal):
    """What would undo is too old, or was made for somebody or something else."""

    code = "UNDO_TOO_LATE"
    sentence = "This can no longer be undone. Give the seat anew instead."


def sealed(outside: Services, visitor: Visitor, subscription: str, released: Released) -> str:
    """What brings a seat back, if this person sends it soon."""
    header, seat = released.header, released.seat.record
    return outside.sealer.seal(
        _PURPOSE,
        {
            "by": visitor.person,
            "of": subscription,
            "used": header.seats_used,
            "cut_at": header.cut_at.isoformat() if header.cut_at else "",
            # The row that is written again has ids and hints of its own.
            "seat": seat.model_dump(mode="json", exclude={"record_id", "operation"}) | {"hints": []},
        },
    )


def opened(outside: Services, visitor: Visitor, subscription: str, text: str) -> tuple[Seat, Was]:
    """The seat, and what its subscription was like. Raises UndoTooLate."""
    content = outside.sealer.open(_PURPOSE, text, _LASTS)
    if content is None or (Person(*content["by"]), content["of"]) != (visitor.person, subscription):
        raise UndoTooLate
    cut_at = datetime.fromisoformat(content["cut_at"]) if content["cut_at"] else None
    return Seat.model_validate(content["seat"]), Was(content["used"], cut_at)
