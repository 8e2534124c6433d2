"""The endpoint where an administrator allows an application something for the whole organisation.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from dev.entra import html
from dev.entra.attempt import Attempt, read_attempt
from dev.entra.authorize import redirect
from dev.entra.errors import Problem, problem
from dev.entra.people import User
from dev.entra.scopes import REGISTERED, read_scopes
from dev.entra.state import State
from dev.wire import Reply, Request


class AdminConsent:
    """Without ``scope`` it is about all that the application is registered for."""

    def __init__(self, state: State) -> None:
        self._state = state

    def show(self, request: Request) -> Reply:
        return self._told(request, None)

    def go_on(self, request: Request) -> Reply:
        return self._told(request, request.form())

    def _told(self, request: Request, form: dict[str, str] | None) -> Reply:
        state = self._state
        try:
            attempt = read_attempt(request.parameters["tenant"], request.query, state.applications, state.directory)
        except Problem as why:
            return html.refusal(why.number, why.words)
        try:
            return self._step(attempt, request, form)
        except Problem as why:
            # As it was seen: https://github.com/MicrosoftDocs/azure-docs/issues/114009
            return redirect(attempt.back({**why.in_query(state.clock()), "admin_consent": "True"}))

    def _step(self, attempt: Attempt, request: Request, form: dict[str, str] | None) -> Reply:
        directory, name = self._state.directory, attempt.application.name
        scopes = read_scopes(attempt.asked["scope"]) if attempt.asked.get("scope") else REGISTERED
        known = self._state.remembered(request) if form is None else None
        chosen = known[0] if known else directory.users.get((form or {}).get("user", ""))
        action = (form or {}).get("action")
        if action in {"cancel", "decline", "back"}:
            raise problem(90094 if action == "back" else 65004)
        if chosen is None or action == "other":
            return html.picker(name, attempt.offers(directory), directory)
        user = attempt.person(chosen, directory)
        if user.is_personal:
            raise problem(50020)
        if not self._state.consents.administers(user):
            return html.approval_required(name, user, scopes)
        if action == "accept":
            return self._accepted(attempt, user, scopes)
        return html.consent(name, user, scopes, for_all=True)

    def _accepted(self, attempt: Attempt, user: User, scopes: frozenset[str]) -> Reply:
        self._state.consents.grant(attempt.application.id, user.tenant, scopes)
        granted = {"scope": attempt.asked["scope"]} if attempt.asked.get("scope") else {}
        answer = {"admin_consent": "True", "tenant": user.tenant, **granted}
        return redirect(attempt.back(answer), self._state.remember(user, self._state.clock()))
