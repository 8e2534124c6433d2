"""What the forms of the seats page do; each answers what to tell of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from functions.seats import undo
from shared.domain.errors import BadRequest, NotFound, Refusal, Unavailable
from shared.domain.names import object_id
from shared.domain.people import Person, normalise_address
from shared.domain.people_list import Line, read_list
from shared.domain.rights import Visitor
from shared.domain.seat_list import ShownSeat, shown
from shared.operations.bring_back_seat import bring_back_seat
from shared.operations.give_seat import Given, give_seat, person_with
from shared.operations.keep_seat import keep_seat
from shared.operations.move_seats import Moved, move_seats, preview_move
from shared.operations.seat_people import MOST_AT_ONCE, Row, check_people, seat_people
from shared.operations.show_seats import Tried, try_cut
from shared.operations.take_back_seat import take_back_seat
from shared.services import Services
from shared.telemetry import note

What = Literal[
    "", "given", "had one", "released", "was none", "kept", "not kept", "checked", "seated", "move", "moved", "refused"
]
Form = Mapping[str, str]

_LONGEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a form, for the page to tell."""

    what: What = ""
    seat: ShownSeat | None = None
    refusal: Refusal | None = None
    rows: tuple[Row, ...] = ()
    wrong: tuple[Line, ...] = ()
    rest: tuple[str, ...] = field(default=(), repr=False)
    moved: Moved | None = None
    moved_before: int = 0
    target: str = ""
    tried: Tried | None = None
    undo: str = ""


def act(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    """Do what a form asks for. What is refused is told, but for NotFound, which is raised."""
    do = _ACTS.get(form.get("do", ""))
    if do is None:
        return Told()
    try:
        return do(outside, visitor, subscription, form)
    except NotFound:
        raise
    except Unavailable as refusal:
        note(refusal)
        return Told("refused", refusal=refusal, undo=form.get("undo", ""))
    except Refusal as refusal:
        return Told("refused", refusal=refusal)


def _give(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    """To somebody who was picked, else to whoever has the address that was typed."""
    picked = object_id(form.get("person", ""))
    if picked:
        person = Person(visitor.person.tenant, picked)
    else:
        person = person_with(outside, visitor, subscription, normalise_address(form.get("address", "")))
    return _told_of(outside, visitor, subscription, person)


def _give_own(outside: Services, visitor: Visitor, subscription: str, _: Form) -> Told:
    return _told_of(outside, visitor, subscription, visitor.person)


def _told_of(outside: Services, visitor: Visitor, subscription: str, person: Person) -> Told:
    return _told_given(give_seat(outside, visitor, subscription, person))


def _told_given(given: Given) -> Told:
    return Told("given" if given.is_new else "had one", shown(given.seat.row.key, given.seat.record))


def _release(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    released = take_back_seat(outside, visitor, subscription, form.get("seat", ""))
    if released is None:
        return Told("was none")
    seat = shown(released.seat.row.key, released.seat.record)
    return Told("released", seat, undo=undo.sealed(outside, visitor, subscription, released))


def _undo(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    seat, was = undo.opened(outside, visitor, subscription, form.get("undo", ""))
    return _told_given(bring_back_seat(outside, visitor, subscription, seat, was))


def _keep(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    keep_seat(outside, visitor, subscription, form.get("seat", ""), kept=True)
    return Told("kept")


def _keep_no_longer(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    keep_seat(outside, visitor, subscription, form.get("seat", ""), kept=False)
    return Told("not kept")


def _check_list(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    lines = read_list(form.get("list", "").encode())
    people = [line.address for line in lines if not line.problem]
    now, rest = people[:MOST_AT_ONCE], people[MOST_AT_ONCE:]
    rows = check_people(outside, visitor, subscription, now)
    wrong = tuple(line for line in lines if line.problem)
    return Told("checked", rows=tuple(rows), wrong=wrong, rest=tuple(rest))


def _seat_list(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    people = form.get("list", "").split()[:MOST_AT_ONCE]
    rows = seat_people(outside, visitor, subscription, people)
    return Told("seated", rows=tuple(rows), rest=tuple(form.get("rest", "").split()))


def _preview_move(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    target = form.get("to", "")
    return Told("move", moved=preview_move(outside, visitor, subscription, target), target=target)


def _move(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    target, before = form.get("to", ""), _number(form.get("moved", "0"))
    return Told("moved", moved=move_seats(outside, visitor, subscription, target), moved_before=before, target=target)


def _try_cut(outside: Services, visitor: Visitor, subscription: str, form: Form) -> Told:
    return Told(tried=try_cut(outside, visitor, subscription, _number(form.get("quantity", ""))))


def _number(text: str) -> int:
    """What a form says. Raises BadRequest."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise BadRequest
    return int(text)


_ACTS: Mapping[str, Callable[[Services, Visitor, str, Form], Told]] = {
    "give": _give,
    "give own": _give_own,
    "release": _release,
    "undo": _undo,
    "keep": _keep,
    "keep no longer": _keep_no_longer,
    "check list": _check_list,
    "seat list": _seat_list,
    "preview move": _preview_move,
    "move": _move,
    "try cut": _try_cut,
}
