"""How Graph says no: https://learn.microsoft.com/graph/errors."""

import uuid
from dataclasses import replace
from datetime import datetime

from dev.wire import Reply, answer

_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


class Problem(Exception):
    """``code`` is what programs go by."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words

    def reply(self, now: datetime) -> Reply:
        request = str(uuid.uuid4())
        inner = {"date": f"{now:%Y-%m-%dT%H:%M:%S}", "request-id": request, "client-request-id": request}
        error = {"code": self.code, "message": self.words, "innerError": inner}
        challenge = {"WWW-Authenticate": _CHALLENGE} if self.status == 401 else {}  # noqa: PLR2004
        return answer({"error": error}, self.status, {"request-id": request, **challenge})


def unauthorised(words: str = "Access token validation failure.") -> Problem:
    return Problem(401, "InvalidAuthenticationToken", words)


def denied() -> Problem:
    return Problem(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def unsupported(words: str) -> Problem:
    return Problem(400, "Request_UnsupportedQuery", words)


def bad(words: str) -> Problem:
    return Problem(400, "BadRequest", words)


def nowhere(resource: str) -> Problem:
    words = f"Resource '{resource}' does not exist or one of its queried reference-property objects are not present."
    return Problem(404, "Request_ResourceNotFound", words)


def throttled(seconds: float, now: datetime) -> Reply:
    return _later(Problem(429, "TooManyRequests", "Too many requests"), seconds, now)


def unavailable(seconds: float, now: datetime) -> Reply:
    return _later(Problem(503, "ServiceUnavailable", "The service is temporarily unavailable."), seconds, now)


def broken(now: datetime) -> Reply:
    return Problem(500, "UnknownError", "An internal server error occurred.").reply(now)


def _later(problem: Problem, seconds: float, now: datetime) -> Reply:
    reply = problem.reply(now)
    return replace(reply, headers={**reply.headers, "Retry-After": str(int(seconds))})
