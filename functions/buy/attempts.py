"""A purchase that was begun, in a sealed cookie: nothing of it is in an address, and reloading begins no second one."""

from dataclasses import asdict, dataclass
from datetime import timedelta

import azure.functions as func

from functions.caller import BUYING, Session, open_cookie, sealed_cookie
from shared.services import Services

# As long as somebody may take to pay, and to sign in again.
_LASTS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who buys what, where, since when.

    ``asked`` is when the marketplace was asked for it last; ``arrived`` is for whom it turned out to be, once it was
    seen.
    """

    account: str
    marketplace: str
    transaction: str
    plan: str
    seats: int
    began: int
    asked: int = 0
    arrived: str = ""


def attempt_cookie(outside: Services, attempt: Attempt) -> str:
    """The `Set-Cookie` of an attempt."""
    return sealed_cookie(outside, BUYING, asdict(attempt), _LASTS)


def attempt_of(req: func.HttpRequest, outside: Services, session: Session) -> Attempt | None:
    """The attempt that this person made in this browser; None where there is none."""
    content = open_cookie(req, outside, BUYING, _LASTS)
    attempt = Attempt(**content) if content else None
    return attempt if attempt and attempt.account == session.account else None
