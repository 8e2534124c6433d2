"""How Entra says no: an AADSTS number that programs go by, among words that they should not.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import uuid
from datetime import datetime

from dev.wire import Reply, answer

# The code of OAuth, words, and the suberror where there is one.
_KNOWN: dict[int, tuple[str, str, str | None]] = {
    50011: ("invalid_request", "The redirect URI does not match those configured for the application.", None),
    50020: ("access_denied", "User account '{EmailHidden}' does not exist in the tenant and cannot be used.", None),
    50034: ("invalid_grant", "The user account {EUII Hidden} does not exist in the directory.", None),
    50057: ("invalid_grant", "The user account is disabled.", None),
    50058: ("login_required", "A silent sign-in request was sent but no user is signed in.", None),
    50076: ("interaction_required", "You must use multi-factor authentication to access this.", "basic_action"),
    50173: ("invalid_grant", "The provided grant has expired due to it being revoked.", "bad_token"),
    53003: ("interaction_required", "Access has been blocked by Conditional Access policies.", "message_only"),
    54005: ("invalid_grant", "OAuth2 Authorization code was already redeemed.", None),
    65001: ("invalid_grant", "The user or administrator has not consented to use the application.", "consent_required"),
    65004: ("access_denied", "User declined to consent to access the app.", None),
    70003: ("unsupported_grant_type", "The app requested an unsupported grant type.", None),
    70008: ("invalid_grant", "The provided authorization code or refresh token has expired.", None),
    70011: ("invalid_scope", "The provided value for the input parameter 'scope' is not valid.", None),
    90002: ("invalid_request", "The tenant was not found.", None),
    90094: ("access_denied", "An administrator must grant the permission; the user cannot.", None),
    90099: ("interaction_required", "The application has not been authorized in the tenant.", None),
    500112: ("invalid_client", "The reply address does not match the one of the authorization request.", None),
    500341: ("invalid_grant", "The user account {EUII Hidden} has been deleted from the directory.", None),
    501481: ("invalid_grant", "The code_verifier does not match the code_challenge of the request.", None),
    650053: ("invalid_client", "The application asked for a scope that does not exist on the resource.", None),
    700016: ("unauthorized_client", "The application was not found in the directory.", None),
    700082: ("invalid_grant", "The refresh token has expired due to inactivity.", None),
    900144: ("invalid_request", "The request body must contain a parameter that is missing.", None),
    900561: ("invalid_request", "The endpoint does not take this kind of request.", None),
    9002313: ("invalid_grant", "Invalid request. Request is malformed or invalid.", None),
    9002325: ("invalid_request", "Proof Key for Code Exchange is required, with the method S256.", None),
}
_ANY = ("invalid_request", "Something was wrong.", None)


class Problem(Exception):
    """``number`` is the AADSTS code, ``error`` the one of OAuth."""

    def __init__(self, number: int, error: str, words: str, status: int = 400, suberror: str | None = None) -> None:
        super().__init__(words)
        self.number, self.error, self.words, self.status, self.suberror = number, error, words, status, suberror

    @property
    def uri(self) -> str:
        return f"https://login.microsoftonline.com/error?code={self.number}"

    def reply(self, now: datetime) -> Reply:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = f"{now:%Y-%m-%d %H:%M:%S}Z"
        described: dict[str, object] = {
            "error": self.error,
            "error_description": (
                f"AADSTS{self.number}: {self.words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
            ),
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": self.uri,
        }
        return answer({**described, **({"suberror": self.suberror} if self.suberror else {})}, self.status)

    def in_query(self, now: datetime) -> dict[str, str]:
        """What the application is called back with."""
        words = f"AADSTS{self.number}: {self.words}\r\nTrace ID: {uuid.uuid4()}\r\nTimestamp: {now:%Y-%m-%d %H:%M:%S}Z"
        return {"error": self.error, "error_description": words, "error_uri": self.uri}


def problem(number: int) -> Problem:
    """The one of this number, as Entra words it, more or less."""
    error, words, suberror = _KNOWN.get(number, _ANY)
    return Problem(number, error, words, suberror=suberror)


def cancelled() -> Problem:
    """Somebody went back from where they were to sign in, which has no number of its own that is documented."""
    return Problem(65004, "access_denied", "The user canceled the authentication.")
