"""Tokens that no person stands behind: for an application on its own behalf, and for managed identities.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import secrets
from collections.abc import Callable

from dev.entra.applications import Application
from dev.entra.errors import Problem, problem
from dev.entra.keys import KeyRing
from dev.entra.tokens import LIFETIME, Grant, claims_of, service_principal, sign
from dev.wire import Clock, Reply, Request, answer

MARKETPLACE = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"
_WITHOUT_SCOPE = "/.default"


class Services:
    """``issuer`` names a tenant's, by the version of the token."""

    def __init__(self, clock: Clock, keys: KeyRing, issuer: Callable[[str, int], str]) -> None:
        self._clock, self._keys, self._issuer = clock, keys, issuer
        # Who is asked for by which name, and the version of the tokens that it takes.
        self.resources: dict[str, int] = {MARKETPLACE: 1}
        # Managed identities by client id, each with its tenant, and what they show that they run here.
        self.identities: dict[str, str] = {}
        self.identity_header = secrets.token_hex(16)

    def granted(self, form: dict[str, str], tenant: str, application: Application) -> dict[str, object]:
        """What client credentials are good for. Raises Problem."""
        if application.tenant != tenant:
            raise problem(700016)
        scope = form.get("scope", "")
        audience = scope.removesuffix(_WITHOUT_SCOPE)
        if not scope.endswith(_WITHOUT_SCOPE):
            raise Problem(1002012, "invalid_scope", "Client credentials need a scope that ends in /.default.")
        if audience not in self.resources:
            raise Problem(500011, "invalid_resource", f"No service principal named {audience} was found.")
        version = self.resources[audience]
        grant = Grant(tenant, audience, application.id, self._issuer(tenant, version), version)
        lifetime = int(LIFETIME.total_seconds())
        token = sign(claims_of(grant, self._clock()), self._keys.current)
        return {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}

    def federate(self, application: Application, identity: str) -> None:
        self.identities[identity] = application.tenant
        application.federated.append(service_principal(application.tenant, identity))

    def managed_identity(self, request: Request) -> Reply:
        """What App Service gives a managed identity.

        https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
        """
        identity = request.query.get("client_id", "")
        resource = request.query.get("resource", "")
        if request.headers.get("x-identity-header") != self.identity_header or identity not in self.identities:
            return answer({"statusCode": 400, "message": "Another header, or no such identity."}, 400)
        tenant = self.identities[identity]
        claims = claims_of(Grant(tenant, resource, identity, self._issuer(tenant, 2), 2), self._clock())
        token = sign(claims, self._keys.current)
        stamp = str(claims["exp"])
        return answer({"access_token": token, "expires_on": stamp, "resource": resource, "token_type": "Bearer"})
