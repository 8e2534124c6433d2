"""A user's tokens at the token endpoint: by a code with its verifier, or by a refresh token.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dev.entra.attempt import SHARED
from dev.entra.errors import problem
from dev.entra.keys import KeyRing
from dev.entra.people import User
from dev.entra.scopes import OFFLINE, OPENID, read_scopes
from dev.entra.sign_ins import SignIn
from dev.entra.state import State
from dev.entra.tokens import LIFETIME, sign
from dev.entra.user_tokens import access_claims, client_info, id_claims

Form = dict[str, str]


class Exchange:
    """``issuer`` names a tenant's."""

    def __init__(self, state: State, keys: KeyRing, issuer: Callable[[str], str]) -> None:
        self._state, self._keys, self._issuer = state, keys, issuer

    def granted(self, form: Form, authority: str, application: str) -> dict[str, object]:
        """What the form is good for. Raises Problem."""
        self._state.misbehaviour.complain("token")
        match form.get("grant_type"):
            case "authorization_code":
                return self._by_code(form, authority, application)
            case "refresh_token":
                return self._by_refresh_token(form, authority, application)
            case _:
                raise problem(70003)

    def _by_code(self, form: Form, authority: str, application: str) -> dict[str, object]:
        it = self._state.sign_ins.redeem(form.get("code", ""), application, self._state.clock())
        if form.get("redirect_uri") != it.redirect_uri:
            raise problem(500112)
        it.check_verifier(form.get("code_verifier", ""))
        return self._tokens(it, self._user(it, authority), it.scopes)

    def _by_refresh_token(self, form: Form, authority: str, application: str) -> dict[str, object]:
        it = self._state.sign_ins.refreshed(form.get("refresh_token", ""), application, self._state.clock())
        user = self._user(it, authority)
        asked = read_scopes(form.get("scope", "") or " ".join(it.scopes), personal=user.is_personal)
        consented = self._state.consents.granted(application, user)
        if asked - consented:
            raise problem(65001)
        # A nonce belongs to the first ID token alone.
        return self._tokens(replace(it, nonce=None), user, asked | (consented - OPENID))

    def _user(self, it: SignIn, authority: str) -> User:
        """Raises Problem for somebody who is gone, or who is not this authority's."""
        user = self._state.directory.users.get(it.user)
        if user is None:
            raise problem(500341)
        tenant = self._state.directory.tenant_of(authority)
        if authority not in SHARED and (tenant is None or tenant.id != user.tenant):
            raise problem(50034)
        return user

    def _tokens(self, it: SignIn, user: User, scopes: frozenset[str]) -> dict[str, object]:
        now, lifetime = self._state.clock(), int(LIFETIME.total_seconds())
        given: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes - {OFFLINE})),
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": sign(access_claims(user, it, scopes, now), self._keys.current),
            "client_info": client_info(user),
        }
        if OFFLINE in scopes:
            given["refresh_token"] = self._state.sign_ins.refresh_token(it, now)
        if "openid" in scopes:
            claims = id_claims(user, it, self._issuer(user.tenant), now)
            given["id_token"] = self._state.misbehaviour.id_token(claims, self._keys)
        return given
