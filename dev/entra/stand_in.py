"""The endpoints: discovery, token and keys; those that people see join them with the sign-in.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dev.entra.applications import Application, authenticate
from dev.entra.errors import Problem
from dev.entra.keys import KeyRing, SigningKey
from dev.entra.tokens import LIFETIME, Grant, claims_of, issuer_v1, service_principal, sign
from dev.tls import Certificates, make_certificates
from dev.wire import Clock, Reply, Request, Route, StandIn, answer

MARKETPLACE = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"
_SHARED = frozenset({"common", "organizations", "consumers"})
_WITHOUT_SCOPE = "/.default"


class Entra(StandIn):
    """One directory of tenants and applications, at ``https://localhost:…/{tenant}/…``.

    Its clients are to trust ``certificates.ca``.
    """

    kinds = frozenset({"kty", "token_type"})

    def __init__(self, clock: Clock | None = None, port: int = 0, certificates: Certificates | None = None) -> None:
        self._folder = None if certificates else TemporaryDirectory()
        self.certificates = certificates or make_certificates(Path(self._folder.name if self._folder else ""))
        super().__init__(clock, port, self.certificates)
        self.keys = KeyRing()
        self.applications: dict[str, Application] = {}
        # Who is asked for by which name, and the version of the tokens that it takes.
        self.resources: dict[str, int] = {MARKETPLACE: 1}
        # Managed identities by client id, each with its tenant, and what they show that they run here.
        self.identities: dict[str, str] = {}
        self.identity_header = secrets.token_hex(16)

    def routes(self) -> Iterable[Route]:
        return [
            ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
            ("GET", "/{tenant}/discovery/v2.0/keys", self._published),
            ("POST", "/{tenant}/oauth2/v2.0/token", self._token),
            ("GET", "/msi/token", self._managed_identity),
        ]

    def commands(self) -> Mapping[str, Callable[..., object]]:
        return {"rotate": self.rotate}

    def register(self, id: str, tenant: str, *more_secrets: str, **how: Any) -> Application:  # noqa: A002, ANN401
        """An application with these secrets; ``how`` may name its certificates and federated subjects."""
        self.applications[id] = Application(id, tenant, list(more_secrets), **how)
        return self.applications[id]

    def federate(self, application: str, identity: str) -> None:
        """The managed identity may stand for the application."""
        tenant = self.applications[application].tenant
        self.identities[identity] = tenant
        self.applications[application].federated.append(service_principal(tenant, identity))

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

    def expired(self) -> Reply:
        return Problem(7000222, "invalid_client", "The client secret has expired.", 401).reply(self.clock())

    def __exit__(self, *exit_: object) -> None:
        try:
            super().__exit__(*exit_)
        finally:
            if self._folder:
                self._folder.cleanup()

    def _discovery(self, request: Request) -> Reply:
        tenant = request.parameters["tenant"]
        authority = f"{self.base}/{tenant}"
        return answer(
            {
                "issuer": self.issuer("{tenantid}" if tenant in _SHARED else tenant),
                "token_endpoint": f"{authority}/oauth2/v2.0/token",
                "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
                "end_session_endpoint": f"{authority}/oauth2/v2.0/logout",
                "jwks_uri": f"{authority}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "response_types_supported": ["code", "id_token", "code id_token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def _published(self, _: Request) -> Reply:
        return answer({"keys": [key.published(self.issuer("{tenantid}")) for key in self.keys.published]})

    def _token(self, request: Request) -> Reply:
        try:
            return answer(self._granted(request.form(), request.parameters["tenant"], self.base + request.path))
        except Problem as problem:
            return problem.reply(self.clock())

    def _granted(self, form: dict[str, str], tenant: str, endpoint: str) -> dict[str, object]:
        application = self.applications.get(form.get("client_id", ""))
        if application is None or application.tenant != tenant:
            raise Problem(700016, "unauthorized_client", "The application was not found in the directory.")
        authenticate(form, application, endpoint, self.keys, self.clock())
        if form.get("grant_type") != "client_credentials":
            raise Problem(70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
        scope = form.get("scope", "")
        audience = scope.removesuffix(_WITHOUT_SCOPE)
        if not scope.endswith(_WITHOUT_SCOPE):
            raise Problem(1002012, "invalid_scope", "Client credentials need a scope that ends in /.default.")
        if audience not in self.resources:
            raise Problem(500011, "invalid_resource", f"No service principal named {audience} was found.")
        version = self.resources[audience]
        grant = Grant(tenant, audience, application.id, self.issuer(tenant, version), version)
        lifetime = int(LIFETIME.total_seconds())
        token = sign(claims_of(grant, self.clock()), self.keys.current)
        return {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}

    def _managed_identity(self, request: Request) -> Reply:
        """What App Service gives a managed identity.

        https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
        """
        identity = request.query.get("client_id", "")
        resource = request.query.get("resource", "")
        if request.headers.get("x-identity-header") != self.identity_header or identity not in self.identities:
            return answer({"statusCode": 400, "message": "Another header, or no such identity."}, 400)
        tenant = self.identities[identity]
        claims = claims_of(Grant(tenant, resource, identity, self.issuer(tenant), 2), self.clock())
        token = sign(claims, self.keys.current)
        stamp = str(claims["exp"])
        return answer({"access_token": token, "expires_on": stamp, "resource": resource, "token_type": "Bearer"})
