"""How MSAL reaches Entra: through the one door for outgoing calls."""

import json
from collections.abc import Mapping
from typing import Any

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


def _call(method: str, url: str, options: Mapping[str, Any]) -> Call:
    headers, query, form = (options.get(name) or {} for name in ("headers", "params", "data"))
    return Call(
        method,
        url,
        headers,
        query,
        form=form if method == "POST" else None,
        # A code is good once: the answer to it cannot be asked for again.
        repeatable="code" not in form,
        # MSAL reads Entra's refusals itself, so that 401 is an answer here.
        denied_because="",
    )
