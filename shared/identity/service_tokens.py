"""Service tokens through MSAL: one application for the whole process, since it is the cache."""

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from shared.deadline import holding
from shared.identity.certificates import expiry_of
from shared.identity.msal_door import ThroughTheDoor
from shared.ports import Credential
from shared.web import Denied, Web

# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_CAUSES = {
    7000222: "the client secret has expired",
    7000215: "the client secret is wrong",
    700027: "the certificate is not one of the app's, or has expired",
    700213: "the managed identity is not federated with the app",
    700016: "the app is not in the tenant",
    500011: "the marketplace's API has no service principal in the tenant",
}
_DENIED = (
    "the client credential is wrong or expired, the app has no service principal in the tenant, "
    "or the tenant is not the one of the offer's technical configuration"
)
# https://learn.microsoft.com/graph/api/application-get#permissions
_UNWATCHED = "Entra tells when a secret expires only to who may read applications, which this server may not"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClientCredential:
    """How an app proves itself: exactly one of a secret, a certificate (PEM, key and chain) or an assertion.

    ``group`` is what the names of its settings begin with.
    """

    group: str
    secret: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    assertion: Callable[[], str] | None = None

    def for_msal(self) -> str | dict[str, Any]:
        """As MSAL wants it."""
        if self.assertion is not None:
            return {"client_assertion": self.assertion}
        if self.certificate:
            return {"private_key": self.certificate, "public_certificate": self.certificate}
        return self.secret

    def credentials(self) -> Iterator[Credential]:
        """The one that it is, and until when it is good. Raises Denied for a certificate that is none."""
        if self.certificate:
            setting = f"{self.group}_CERTIFICATE"
            try:
                yield Credential(setting, expiry_of(self.certificate))
            except ValueError:
                raise Denied("", f"{setting} holds no certificate") from None
        elif self.secret:
            yield Credential(f"{self.group}_CLIENT_SECRET", unwatched=_UNWATCHED)
        else:
            yield Credential(f"{self.group}_MANAGED_IDENTITY_CLIENT_ID")


class MsalTokens:
    """`shared.ports.ServiceTokens` by client credentials. MSAL is loaded when the first token is asked for."""

    def __init__(self, web: Web, authority: str, client_id: str, credential: ClientCredential, scope: str) -> None:
        self._web = web
        self._authority = authority
        self._client_id = client_id
        self._credential = credential
        self._scope = scope
        self._lock = threading.Lock()

    def token(self) -> str:
        """A token from memory, or a new one about once an hour. Raises Denied, Unreachable."""
        try:
            with holding(self._lock):
                answer = self._application.acquire_token_for_client([self._scope])
        except (ValueError, KeyError):
            # MSAL's word for an authority or a credential that it cannot make sense of; it may quote either.
            raise self._denied(_DENIED) from None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise self._denied(_cause(answer))
        return token

    def credentials(self) -> Iterator[Credential]:
        """What tokens are asked for with. Raises Unavailable, and Denied for one that Entra refuses already."""
        for credential in self._credential.credentials():
            if credential.unwatched:
                # What nobody says before it is over is at least refused from then on.
                self.token()
            yield credential

    def _denied(self, causes: str) -> Denied:
        _log.error("%s gave no token: %s", self._authority, causes)
        return Denied(self._authority, causes)

    @functools.cached_property
    def _application(self) -> Any:  # noqa: ANN401 - MSAL has no types
        import msal  # noqa: PLC0415 - 100 ms that the license path need not pay

        return msal.ConfidentialClientApplication(
            self._client_id,
            authority=self._authority,
            client_credential=self._credential.for_msal(),
            http_client=ThroughTheDoor(self._web),
            instance_discovery=False,
        )


def _cause(answer: object) -> str:
    numbers = answer.get("error_codes") if isinstance(answer, dict) else None
    known = [number for number in numbers if number in _CAUSES] if isinstance(numbers, list) else []
    return _CAUSES[known[0]] if known else _DENIED
