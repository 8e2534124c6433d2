"""Somebody at a browser without a screen, for those who need a sign-in but not its pages."""

from types import TracebackType
from typing import Self

import requests

from dev.entra.people import User

_SECONDS = 10
_FOUND = 302


class Visitor:
    """``with Visitor() as visitor``: cookies are kept between visits, as a browser does."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def visit(self, url: str) -> requests.Response:
        """A page of the stand-in's, or its redirect to the application."""
        return self._session.get(url, allow_redirects=False, timeout=_SECONDS)

    def press(self, url: str, **fields: str) -> requests.Response:
        """One of the page's buttons, among its fields."""
        return self._session.post(url, data=fields, allow_redirects=False, timeout=_SECONDS)

    def sign_in(self, url: str, user: User, answer: str = "accept") -> str:
        """Where the application is called back once they chose themself; ``answer``: to consent, if it is asked."""
        chosen = self.press(url, user=user.id)
        if chosen.status_code != _FOUND:
            chosen = self.press(url, user=user.id, action=answer)
        return chosen.headers["Location"]
