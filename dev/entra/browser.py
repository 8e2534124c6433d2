"""The pages where people sign in, consent and sign out, over plain http so that any browser shows them.

They are at 127.0.0.1, which is no site of an app at localhost: cookies behave as between the real two.
"""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlencode

from dev.entra import html
from dev.entra.admin_consent import AdminConsent
from dev.entra.authorize import Authorize, redirect
from dev.entra.state import State, forgotten
from dev.faults import Faults
from dev.wire import Reply, Request, Route, StandIn

_AUTHORIZE = "/{tenant}/oauth2/v2.0/authorize"
_LOGOUT = "/{tenant}/oauth2/v2.0/logout"
_ADMIN_CONSENT = ("/{tenant}/adminconsent", "/{tenant}/v2.0/adminconsent")
PAGES = (_AUTHORIZE, _LOGOUT, *_ADMIN_CONSENT)


class Browser(StandIn):
    """Faults, commands and what was asked are those of the stand-in that it belongs to."""

    def __init__(
        self,
        state: State,
        faults: Faults,
        asked: list[str],
        commands: Callable[[], Mapping[str, Callable[..., object]]],
        port: int = 0,
    ) -> None:
        super().__init__(state.clock, port)
        self.faults, self.asked = faults, asked
        self._state, self._commands = state, commands

    @property
    def base(self) -> str:
        return super().base.replace("localhost", "127.0.0.1")

    def routes(self) -> Iterable[Route]:
        authorize, admin_consent = Authorize(self._state), AdminConsent(self._state)
        return [
            ("GET", _AUTHORIZE, authorize.show),
            ("POST", _AUTHORIZE, authorize.go_on),
            *(("GET", path, admin_consent.show) for path in _ADMIN_CONSENT),
            *(("POST", path, admin_consent.go_on) for path in _ADMIN_CONSENT),
            ("GET", _LOGOUT, self._sign_out),
        ]

    def commands(self) -> Mapping[str, Callable[..., object]]:
        return self._commands()

    def lead_here(self, request: Request) -> Reply:
        """For whoever looks for a page where Entra's other endpoints are."""
        return redirect(f"{self.base}{request.path}?{urlencode(request.query)}")

    def _sign_out(self, request: Request) -> Reply:
        """Leads on only to where some application is called back.

        https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request
        """
        to = request.query.get("post_logout_redirect_uri", "")
        if any(to in application.redirect_uris for application in self._state.applications.values()):
            state = request.query.get("state")
            return redirect(f"{to}?{urlencode({'state': state})}" if state else to, forgotten())
        return html.page("You signed out of your account", "<p>Close all browser windows.</p>", cookie=forgotten())
