"""The endpoints: discovery, tokens and keys; the pages that people see are beside them, on a port of their own.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import jwt

from dev.entra.applications import Application, authenticate
from dev.entra.attempt import SHARED
from dev.entra.browser import PAGES, Browser
from dev.entra.commands import Commands
from dev.entra.errors import Problem, problem
from dev.entra.exchange import Exchange
from dev.entra.keys import KeyRing, SigningKey
from dev.entra.people import CONSUMERS
from dev.entra.services import MARKETPLACE, Services
from dev.entra.state import State
from dev.entra.tokens import Grant, claims_of, issuer_v1, sign
from dev.tls import Certificates, make_certificates
from dev.wire import Clock, Reply, Request, Route, StandIn, answer

__all__ = ["MARKETPLACE", "Entra"]


class Entra(StandIn):
    """One directory of tenants and applications, at ``https://localhost:…/{tenant}/…``.

    Its clients are to trust ``certificates.ca``. ``state`` is what it knows of people, ``play`` does what they do.
    """

    kinds = frozenset({"kty", "token_type"})

    def __init__(
        self, clock: Clock | None = None, port: int = 0, certificates: Certificates | None = None, pages: int = 0
    ) -> None:
        self._folder = None if certificates else TemporaryDirectory()
        self.certificates = certificates or make_certificates(Path(self._folder.name if self._folder else ""))
        super().__init__(clock, port, self.certificates)
        self.keys = KeyRing(CONSUMERS)
        self.state = State(self.clock)
        self.applications = self.state.applications
        self.services = Services(self.clock, self.keys, self.issuer)
        self.play = Commands(self.state)
        self.pages = Browser(self.state, self.faults, self.asked, self.commands, pages)
        self._exchange = Exchange(self.state, self.keys, self.issuer)

    def routes(self) -> Iterable[Route]:
        return [
            ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
            ("GET", "/{tenant}/discovery/v2.0/keys", self._published),
            ("POST", "/{tenant}/oauth2/v2.0/token", self._token),
            ("GET", "/msi/token", self.services.managed_identity),
            *(("GET", path, self.pages.lead_here) for path in PAGES),
        ]

    def commands(self) -> Mapping[str, Callable[..., object]]:
        return {"rotate": self.rotate, **self.play.all()}

    def register(self, id: str, tenant: str, *more_secrets: str, **how: Any) -> Application:  # noqa: A002, ANN401
        """An application with these secrets; ``how`` may name its certificates, redirect URIs and so on."""
        self.applications[id] = Application(id, tenant, list(more_secrets), **how)
        return self.applications[id]

    def federate(self, application: str, identity: str) -> None:
        """The managed identity may stand for the application."""
        self.services.federate(self.applications[application], identity)

    @property
    def identity_header(self) -> str:
        return self.services.identity_header

    def rotate(self, *, retire: bool = False) -> str:
        return self.keys.rotate(retire=retire).id

    def issuer(self, tenant: str, version: int = 2) -> str:
        return issuer_v1(tenant) if version == 1 else f"{self.base}/{tenant}/v2.0"

    def mint(
        self,
        audience: str,
        tenant: str,
        application: str = MARKETPLACE,
        *,
        version: int = 1,
        at: datetime | None = None,
        key: SigningKey | None = None,
        **claims: Any,  # noqa: ANN401
    ) -> str:
        """A token as Microsoft's marketplace sends with a webhook; further claims replace, or leave out by None."""
        grant = Grant(tenant, audience, application, self.issuer(tenant, version), version)
        return sign({**claims_of(grant, at or self.clock()), **claims}, key or self.keys.current)

    def read(self, token: str, audience: str) -> dict[str, Any] | None:
        """The claims of an access token that was given out here for this audience and is not over."""
        try:
            key = self.keys.find(jwt.get_unverified_header(token).get("kid"))
            times = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
            public = key.private.public_key() if key else ""
            claims: dict[str, Any] = jwt.decode(token, public, ["RS256"], audience=audience, options=times)  # type: ignore[arg-type]
        except jwt.InvalidTokenError:
            return None
        return claims if self.clock().timestamp() < claims["exp"] else None

    def expired(self) -> Reply:
        return Problem(7000222, "invalid_client", "The client secret has expired.", 401).reply(self.clock())

    def __enter__(self) -> Self:
        self.pages.__enter__()
        try:
            return super().__enter__()
        except BaseException:
            self.pages.__exit__()
            raise

    def __exit__(self, *exit_: object) -> None:
        try:
            self.pages.__exit__()
        finally:
            try:
                super().__exit__(*exit_)
            finally:
                if self._folder:
                    self._folder.cleanup()

    def _discovery(self, request: Request) -> Reply:
        tenant = request.parameters["tenant"]
        authority, pages = (f"{base}/{tenant}" for base in (self.base, self.pages.base))
        return answer(
            {
                "issuer": self.issuer("{tenantid}" if tenant in SHARED else tenant),
                "token_endpoint": f"{authority}/oauth2/v2.0/token",
                "authorization_endpoint": f"{pages}/oauth2/v2.0/authorize",
                "end_session_endpoint": f"{pages}/oauth2/v2.0/logout",
                "jwks_uri": f"{authority}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
            }
        )

    def _published(self, _: Request) -> Reply:
        general = [key.published(self.issuer("{tenantid}")) for key in self.keys.published]
        own = [key.published(self.issuer(tenant)) for tenant, key in self.keys.fixed.items()]
        return answer({"keys": [*general, *own]})

    def _token(self, request: Request) -> Reply:
        try:
            return answer(self._granted(request.form(), request.parameters["tenant"], self.base + request.path))
        except Problem as why:
            return why.reply(self.clock())

    def _granted(self, form: dict[str, str], tenant: str, endpoint: str) -> dict[str, object]:
        application = self.applications.get(form.get("client_id", ""))
        if application is None:
            raise problem(700016)
        authenticate(form, application, endpoint, self.keys, self.clock())
        if form.get("grant_type") == "client_credentials":
            return self.services.granted(form, tenant, application)
        return self._exchange.granted(form, tenant, application.id)
