"""Sign-in with Microsoft 365 through MSAL: authorization code, PKCE, nonce and state."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.people import Person
from shared.identity.service_tokens import ClientCredential
from shared.ports import Access, Attempt, Permission, SignedIn, Wish
from shared.web import Web


class EntraSignIn:
    """`shared.ports.SignIn`."""

    def __init__(self, web: Web, authority: str, client_id: str, credential: ClientCredential, graph_url: str) -> None:
        self._web = web
        self._authority = authority
        self._client_id = client_id
        self._credential = credential
        self._graph_url = graph_url

    def begin(self, wish: Wish, return_to: str, now: datetime) -> Attempt:
        raise NotImplementedError

    def finish(self, state: Mapping[str, object], answer: Mapping[str, str], now: datetime) -> SignedIn:
        raise NotImplementedError

    def access(self, tokens: str, person: Person, permission: Permission) -> Access:
        raise NotImplementedError

    def sign_out_url(self, return_to: str) -> str:
        raise NotImplementedError

    def approval_url(self, person: Person, return_to: str) -> str:
        raise NotImplementedError
