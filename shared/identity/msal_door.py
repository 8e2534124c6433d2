"""How MSAL reaches Entra: through the one door for outgoing calls."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.ports import Clock
from shared.web import Answer, Call, Unreachable, Web


class _Response:
    """The part of a response that MSAL reads."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.text = answer.body.decode("utf-8", "replace")
        self.headers = answer.headers

    def raise_for_status(self) -> None:
        if self.status_code >= 400:  # noqa: PLR2004
            raise Unreachable

    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.text)


class ThroughTheDoor:
    """MSAL's calls, like all others, go to hosts of the settings, with our time-outs."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def get(self, url: str, **options: Any) -> _Response:  # noqa: ANN401 - MSAL's own signature
        """What MSAL asks for by GET."""
        return _Response(self._web.call(_call("GET", url, options)))

    def post(self, url: str, **options: Any) -> _Response:  # noqa: ANN401 - MSAL's own signature
        """What MSAL asks for by POST."""
        return _Response(self._web.call(_call("POST", url, options)))

    def close(self) -> None:
        """Nothing of its own to close."""


class RememberingDoor(ThroughTheDoor):
    """The same for an application per request: what Entra says of itself is asked for once a day, not each time.

    MSAL's own cache for this is not made for several applications at once.
    """

    _KEPT = timedelta(hours=24)
    # One per tenant that ever widened a permission here.
    _MOST = 1000

    def __init__(self, web: Web, clock: Clock) -> None:
        super().__init__(web)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[_Response, datetime]] = {}

    def get(self, url: str, **options: Any) -> _Response:  # noqa: ANN401 - MSAL's own signature
        """What MSAL asks for by GET, from memory if it can be."""
        now = self._clock()
        with self._lock:
            known, asked_at = self._known.get(url, (None, now))
        if known is not None and now - asked_at < self._KEPT:
            return known
        answer = super().get(url, **options)
        if answer.status_code == 200:  # noqa: PLR2004
            with self._lock:
                if len(self._known) >= self._MOST:
                    self._known.clear()
                self._known[url] = answer, now
        return answer


def _call(method: str, url: str, options: Mapping[str, Any]) -> Call:
    headers, query, form = (options.get(name) or {} for name in ("headers", "params", "data"))
    return Call(
        method,
        url,
        headers,
        query,
        form=form if method == "POST" else None,
        # A code is good once, and where somebody waits they ask again themselves.
        repeatable=form.get("grant_type") in {None, "client_credentials"},
        # MSAL reads Entra's refusals itself, so that 401 is an answer here.
        denied_because="",
    )
