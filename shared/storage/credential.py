"""A token for storage from the platform's identity endpoint, in place of azure-identity's 160 ms of imports."""

from dataclasses import dataclass, field, replace
from typing import Any

import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import ServiceRequestError

from shared.ports import Clock

# https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
_API_VERSION = "2019-08-01"
_RENEW_BEFORE_SECONDS = 300
_TIMEOUTS = (2, 5)


@dataclass(frozen=True, slots=True)
class IdentityEndpoint:
    """Where the platform hands out tokens, and the header that proves we are the app; it sets both itself."""

    url: str
    header: str = field(repr=False)
    client_id: str


class ManagedIdentityCredential:
    """An azure-core token credential over the identity endpoint.

    Raises ServiceRequestError where the endpoint gives no token, as the SDK does where storage gives no answer.
    """

    def __init__(self, endpoint: IdentityEndpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._tokens: dict[str, AccessToken] = {}

    def of(self, client_id: str) -> "ManagedIdentityCredential":
        """The same for another of the app's identities."""
        return ManagedIdentityCredential(replace(self._endpoint, client_id=client_id), self._clock)

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """A token for one scope, from memory until five minutes before it ends, or to its end where no new one comes.

        Nobody waits for somebody else's question: one that is not answered would hold up everyone in turn.
        """
        scope, now = scopes[0], self._clock().timestamp()
        token = self._tokens.get(scope)
        if token is not None and now < token.expires_on - _RENEW_BEFORE_SECONDS:
            return token
        try:
            token = self._tokens[scope] = self._ask(scope.removesuffix("/.default"))
        except ServiceRequestError:
            if token is None or token.expires_on <= now:
                raise
        return token

    def _ask(self, resource: str) -> AccessToken:
        wanted = {"api-version": _API_VERSION, "resource": resource, "client_id": self._endpoint.client_id}
        try:
            with requests.Session() as session:
                # The endpoint is the platform's own: no proxy's business, and no place for a .netrc.
                session.trust_env = False
                answer = session.get(
                    self._endpoint.url,
                    params={name: value for name, value in wanted.items() if value},
                    headers={"X-IDENTITY-HEADER": self._endpoint.header},
                    timeout=_TIMEOUTS,
                    allow_redirects=False,
                )
            return _read(answer)
        except (requests.RequestException, KeyError, TypeError, ValueError, OverflowError) as error:
            raise ServiceRequestError("the identity endpoint gave no token") from error


def _read(answer: requests.Response) -> AccessToken:
    if answer.status_code != requests.codes.ok:
        raise ValueError("no token")
    body = answer.json()
    token = body["access_token"]
    if not (isinstance(token, str) and token):
        raise TypeError("no token")
    return AccessToken(token, int(body["expires_on"]))
