"""What Entra's refusals mean here: numbers and codes become refusals of ours, and no word of theirs goes further.

Their descriptions may hold an address. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

from shared.domain.errors import (
    ApprovalRequired,
    ConsentDeclined,
    ConsentNeeded,
    OtherAccount,
    Refusal,
    SignedOut,
    SignInCancelled,
    SignInExpired,
    SignInFailed,
    Unavailable,
)
from shared.ports import Permission
from shared.web import Denied, Unreachable

_NOT_CONSENTED = 65001
_MEANINGS: Mapping[int, type[SignInFailed]] = {
    **dict.fromkeys((50105, 90093, 90094, 90095, 90099), ApprovalRequired),
    # Whoever answered is nobody in the tenant that was asked.
    **dict.fromkeys((50020, 50034, 51004), OtherAccount),
    # The code was redeemed, has expired, or is none.
    **dict.fromkeys((54005, 70008, 9002313), SignInExpired),
}
_AWAY = {"server_error", "temporarily_unavailable"}
_OURS = {"invalid_client", "unauthorized_client"}

_NUMBER = re.compile(r"AADSTS(\d{1,9}):")

_log = logging.getLogger(__name__)


def sign_in_refusal(answer: Mapping[str, Any], permission: Permission) -> Refusal:
    """Why a sign-in came to nothing, by what the browser or the token endpoint brought back."""
    number, error = _number(answer), answer.get("error")
    _log.warning("a sign-in was refused: AADSTS%d", number)
    trouble = _trouble(number, error)
    if trouble:
        return trouble
    if number in _MEANINGS:
        return _MEANINGS[number]()
    if error in {"access_denied", "consent_required"} or number == _NOT_CONSENTED:
        return ConsentDeclined() if permission == "directory" else SignInCancelled()
    return SignInFailed()


def renewal_refusal(answer: Mapping[str, Any]) -> Refusal:
    """Why tokens that were kept give no access: what is left is to ask for consent, to sign in again, or to wait."""
    number, error = _number(answer), answer.get("error")
    is_consent = answer.get("suberror") == "consent_required" or error == "invalid_scope"
    if is_consent or number == _NOT_CONSENTED or _MEANINGS.get(number) is ApprovalRequired:
        return ConsentNeeded()
    return _trouble(number, error) or SignedOut()


def _trouble(number: int, error: object) -> Unavailable | None:
    """What is no answer about the person."""
    if error in _AWAY:
        return Unreachable()
    if error not in _OURS:
        return None
    causes = f"Entra refuses the app that people sign in to, or its credential: AADSTS{number}"
    _log.error("%s", causes)
    return Denied("", causes)


def _number(answer: Mapping[str, Any]) -> int:
    """The number by which programs are to go; 0 where there is none. Browsers bring it inside the description only."""
    listed = answer.get("error_codes")
    if isinstance(listed, list) and listed and isinstance(listed[0], int):
        return listed[0]
    found = _NUMBER.match(str(answer.get("error_description", "")))
    return int(found[1]) if found else 0
