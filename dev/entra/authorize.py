"""Signing in at the authorize endpoint, step by step, until the application is called back."""

from collections.abc import Callable
from datetime import datetime

from dev.entra import html
from dev.entra.attempt import Attempt, read_attempt
from dev.entra.errors import Problem, cancelled, problem
from dev.entra.people import User
from dev.entra.scopes import OPENID, read_scopes
from dev.entra.sign_ins import SignIn
from dev.entra.state import State
from dev.wire import Reply, Request

_Step = Callable[[Attempt, Request], Reply]


def redirect(to: str, cookie: str | None = None) -> Reply:
    return Reply(302, b"", {"Location": to, "Cache-Control": "no-store", **({"Set-Cookie": cookie} if cookie else {})})


class Authorize:
    """Every step is a form that comes back to the same address, which holds all that was asked."""

    def __init__(self, state: State) -> None:
        self._state = state

    def show(self, request: Request) -> Reply:
        """Somebody arrives."""
        return self._told(request, self._arrive)

    def go_on(self, request: Request) -> Reply:
        """Somebody pressed a button."""
        return self._told(request, self._press)

    def _told(self, request: Request, step: _Step) -> Reply:
        state = self._state
        try:
            attempt = read_attempt(request.parameters["tenant"], request.query, state.applications, state.directory)
        except Problem as why:
            return html.refusal(why.number, why.words)
        try:
            attempt.check()
            return step(attempt, request)
        except Problem as why:
            return redirect(attempt.refused(why, state.clock()))

    def _arrive(self, attempt: Attempt, request: Request) -> Reply:
        self._state.misbehaviour.complain("authorize")
        found = self._remembered(attempt, request)
        if attempt.prompt == "none":
            return self._silently(attempt, found)
        if found and attempt.prompt in {"", "consent"}:
            return self._consented(attempt, *found, {})
        return self._pick(attempt)

    def _remembered(self, attempt: Attempt, request: Request) -> tuple[User, datetime] | None:
        """Whom this browser knows, if they will do."""
        state = self._state
        known = state.remembered(request)
        if known is None or (attempt.login_hint and not known[0].is_called(attempt.login_hint)):
            return None
        if attempt.max_age is not None and (state.clock() - known[1]).total_seconds() > attempt.max_age:
            return None
        try:
            return attempt.person(known[0], state.directory), known[1]
        except Problem:
            return None

    def _silently(self, attempt: Attempt, found: tuple[User, datetime] | None) -> Reply:
        if found is None:
            raise problem(50058)
        user, since = found
        if self._missing(attempt, user):
            raise Problem(65001, "consent_required", "The user has not consented to use the application.")
        return self._code(attempt, user, since)

    def _pick(self, attempt: Attempt) -> Reply:
        directory = self._state.directory
        return html.picker(attempt.application.name, attempt.offers(directory), directory)

    def _press(self, attempt: Attempt, request: Request) -> Reply:
        form = request.form()
        if form.get("action") == "cancel":
            raise cancelled()
        if form.get("action") == "other":
            return self._pick(attempt)
        chosen = self._state.directory.users.get(form.get("user", ""))
        if chosen is None:
            return self._pick(attempt)
        try:
            user = attempt.person(chosen, self._state.directory)
        except Problem as why:
            return html.refusal(why.number, why.words, may_choose=True)
        return self._consented(attempt, user, self._state.clock(), form)

    def _consented(self, attempt: Attempt, user: User, since: datetime, form: dict[str, str]) -> Reply:
        """Call the application back, or ask for consent first."""
        consents, name = self._state.consents, attempt.application.name
        missing = self._missing(attempt, user)
        if attempt.prompt == "consent" and not form.get("action"):
            missing = read_scopes(attempt.asked["scope"], personal=user.is_personal)
        if form.get("action") == "decline":
            raise problem(65004)
        if form.get("action") == "back":
            raise problem(90094)
        if missing and not consents.may_grant(user, missing):
            return html.approval_required(name, user, missing)
        if missing and form.get("action") != "accept":
            return html.consent(name, user, missing, may_for_all=consents.administers(user))
        if form.get("organisation") and consents.administers(user):
            consents.grant(attempt.application.id, user.tenant, missing)
        consents.grant(attempt.application.id, user.id, missing)
        return self._code(attempt, user, since)

    def _missing(self, attempt: Attempt, user: User) -> frozenset[str]:
        scopes = read_scopes(attempt.asked["scope"], personal=user.is_personal)
        return scopes - self._state.consents.granted(attempt.application.id, user)

    def _code(self, attempt: Attempt, user: User, since: datetime) -> Reply:
        state, asked = self._state, attempt.asked
        scopes = read_scopes(asked["scope"], personal=user.is_personal)
        it = SignIn(
            attempt.application.id,
            user.id,
            # What was consented to for Graph comes with it, asked for this time or not.
            scopes | (state.consents.granted(attempt.application.id, user) - OPENID),
            since,
            attempt.redirect_uri,
            asked["code_challenge"],
            asked.get("nonce"),
        )
        home = state.directory.users.get(user.home or "", user)
        code = state.sign_ins.code(it, state.clock())
        return redirect(attempt.back({"code": code, "session_state": user.id}), state.remember(home, since))
