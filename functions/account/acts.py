"""What the smaller forms of the account page do; each answers what to tell of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from functions.caller import Session
from shared.operations.correct import correct
from shared.operations.object_to import allow_last_use, allow_tokens, object_to_last_use, restrict_tokens
from shared.services import Services

What = Literal[
    "",
    "nothing to do",
    "last use forgotten",
    "last use allowed",
    "tokens forgotten",
    "tokens allowed",
    "microsoft 365",
    "sign-in",
    "part of a sign-in",
]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a form, for the page to tell, and the number under which the use of a right is noted."""

    what: What = ""
    number: str = ""


def act(outside: Services, session: Session, do: str) -> Told:
    """Do what a form asks for. Raises SignedOut where only a new sign-in helps, Unavailable."""
    if do == "correct":
        return _correct(outside, session)
    if do not in _ACTS:
        return Told()
    what, run = _ACTS[do]
    number = run(outside, session)
    return Told("nothing to do") if number == "" else Told(what, number or "")


def _correct(outside: Services, session: Session) -> Told:
    done = correct(outside, session.visitor, session.name, session.addresses, has_all=session.has_all_addresses)
    return Told(done.source, done.number) if done.number else Told("nothing to do")


_ACTS: Mapping[str, tuple[What, Callable[[Services, Session], str | None]]] = {
    "object": ("last use forgotten", lambda outside, session: object_to_last_use(outside, session.person)),
    "allow": ("last use allowed", lambda outside, session: allow_last_use(outside, session.person)),
    "restrict": ("tokens forgotten", lambda outside, session: restrict_tokens(outside, session.person)),
    "allow tokens": ("tokens allowed", lambda outside, session: allow_tokens(outside, session.person)),
}
