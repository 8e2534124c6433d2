"""Sign-in with Microsoft 365 through MSAL: authorization code, PKCE, nonce and state."""

import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from shared.domain.errors import (
    ConsentDeclined,
    ConsentNeeded,
    OtherAccount,
    SignatureInvalid,
    SignedOut,
    SignInExpired,
    SignInFailed,
)
from shared.domain.people import Person
from shared.identity.entra_keys import EntraKeys
from shared.identity.id_tokens import Identity, IdTokens
from shared.identity.msal_door import RememberingDoor
from shared.identity.service_tokens import ClientCredential
from shared.identity.sign_in_answers import renewal_refusal, sign_in_refusal
from shared.ports import APPROVAL, Access, Attempt, Clock, Permission, SignedIn, Wish
from shared.web import Denied, Web, host_of

# Without a resource they are Graph's: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
_SCOPES: Mapping[Permission, str] = {"self": "User.Read", "directory": "User.ReadBasic.All"}
_LASTING = "offline_access"

# What MSAL raises for an answer that makes no sense: RuntimeError for a wrong nonce, the others for what is no token.
_SENSELESS = (ValueError, RuntimeError, LookupError, TypeError, AttributeError)


class EntraSignIn:
    """`shared.ports.SignIn`: an MSAL application for each request, so that nobody meets another's tokens.

    MSAL is loaded when the first person signs in.
    """

    def __init__(self, web: Web, authority: str, client_id: str, credential: ClientCredential, clock: Clock) -> None:
        self._authority = authority
        self._client_id = client_id
        self._credential = credential
        self._clock = clock
        self._door = RememberingDoor(web, clock)
        keys = EntraKeys(web, f"{authority}/discovery/v2.0/keys")
        self._id_tokens = IdTokens(keys, client_id, host_of(authority))

    def begin(self, wish: Wish, return_to: str) -> Attempt:
        """A person's permission is widened at their own tenant, so that nobody else can answer."""
        # It would rather have form_post, whose request from another site brings no SameSite=Lax cookie along.
        warnings.filterwarnings("ignore", "response_mode=", UserWarning)
        authority = self._of_tenant(wish.person.tenant) if wish.person else self._authority
        application = self._application(authority, lasting=wish.lasting)
        flow = application.initiate_auth_code_flow(
            [_SCOPES[wish.permission]],
            redirect_uri=return_to,
            prompt="select_account" if wish.choose_account else None,
            login_hint=wish.user_name or None,
        )
        kept = {name: flow[name] for name in ("state", "redirect_uri", "scope", "code_verifier", "nonce")}
        state = {
            "flow": kept,
            "authority": authority,
            "permission": wish.permission,
            "person": wish.person,
            "lasting": wish.lasting,
        }
        return Attempt(flow["auth_uri"], flow["state"], state)

    def finish(self, state: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn:
        flow, permission = dict(state["flow"]), state["permission"]
        if answer.get("state") != flow["state"]:
            raise SignInExpired
        application = self._application(state["authority"], lasting=state["lasting"])
        try:
            result = application.acquire_token_by_auth_code_flow(flow, dict(answer))
        except _SENSELESS:
            raise SignInFailed from None
        if not isinstance(result, dict) or "error" in result:
            raise sign_in_refusal(result if isinstance(result, dict) else {}, permission)
        identity = self._identity(result)
        if state["person"] and identity.person != Person(*state["person"]):
            raise OtherAccount
        if not _is_granted(result, permission):
            raise ConsentDeclined
        return SignedIn(
            identity.person,
            identity.name,
            identity.user_name,
            identity.is_administrator,
            permission,
            token=result["access_token"],
            tokens=application.token_cache.serialize(),
            lasting="refresh_token" in result,
        )

    def _identity(self, result: Mapping[str, Any]) -> Identity:
        try:
            return self._id_tokens.check(str(result.get("id_token", "")), self._clock())
        except SignatureInvalid:
            raise SignInFailed from None

    def access(self, tokens: str, person: Person, permission: Permission) -> Access:
        application = self._application(self._authority, tokens)
        theirs = [each for each in application.get_accounts() if each["local_account_id"] == person.object_id]
        # Without a refresh token MSAL answers None, once the hour is over or for any other permission.
        result = application.acquire_token_silent_with_error([_SCOPES[permission]], theirs[0]) if theirs else None
        if result is None:
            raise SignedOut if permission == "self" else ConsentNeeded
        if not isinstance(result.get("access_token"), str):
            raise renewal_refusal(result)
        if not _is_granted(result, permission):
            raise ConsentNeeded
        cache = application.token_cache
        return Access(result["access_token"], cache.serialize() if cache.has_state_changed else tokens)

    def sign_out_url(self, return_to: str) -> str:
        query = urlencode({"post_logout_redirect_uri": return_to})
        return f"{self._door_for_people()}/common/oauth2/v2.0/logout?{query}"

    def approval_url(
        self, tenant: str, return_to: str, permission: Permission = "directory", name: str = APPROVAL
    ) -> str:
        # https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
        asked = {
            "client_id": self._client_id,
            # Where nobody may consent for themself, that holds for these as well, which MSAL asks for by itself.
            "scope": f"openid profile {_LASTING} {_SCOPES[permission]}",
            "redirect_uri": return_to,
            "state": name,
        }
        return f"{self._door_for_people()}/{tenant or 'organizations'}/v2.0/adminconsent?{urlencode(asked)}"

    def _door_for_people(self) -> str:
        """Where browsers go, which need not be where we ask."""
        return host_of(self._application(self._authority).authority.authorization_endpoint)

    def _of_tenant(self, tenant: str) -> str:
        return f"{host_of(self._authority)}/{tenant}"

    def _application(self, authority: str, tokens: str = "", *, lasting: bool = True) -> Any:  # noqa: ANN401 - MSAL has no types
        """Raises Unavailable."""
        import msal  # noqa: PLC0415 - 100 ms that the license path need not pay

        cache = msal.SerializableTokenCache()
        cache.deserialize(tokens)
        try:
            return msal.ConfidentialClientApplication(
                self._client_id,
                authority=authority,
                client_credential=self._credential.for_msal(),
                token_cache=cache,
                http_client=self._door,
                instance_discovery=False,
                exclude_scopes=None if lasting else [_LASTING],
            )
        except (ValueError, KeyError):
            # MSAL's word for an authority or a credential that it cannot make sense of; it may quote either.
            raise Denied(host_of(authority), "the authority or the credential of the sign-in is none") from None


def _is_granted(result: Mapping[str, Any], permission: Permission) -> bool:
    """Entra may give less than was asked for, and then says so; it may write Graph before what is Graph's."""
    told = result.get("scope")
    return told is None or _SCOPES[permission] in {scope.rpartition("/")[2] for scope in str(told).split()}
