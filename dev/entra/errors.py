"""How Entra says no: an AADSTS number that programs go by, among words that they should not.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import uuid
from datetime import datetime

from dev.wire import Reply, answer


class Problem(Exception):
    """``number`` is the AADSTS code, ``error`` the one of OAuth."""

    def __init__(self, number: int, error: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.number, self.error, self.words, self.status = number, error, words, status

    def reply(self, now: datetime) -> Reply:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = f"{now:%Y-%m-%d %H:%M:%S}Z"
        description = (
            f"AADSTS{self.number}: {self.words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        )
        return answer(
            {
                "error": self.error,
                "error_description": description,
                "error_codes": [self.number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
            },
            self.status,
        )
