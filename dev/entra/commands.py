"""What administrators, people and Microsoft do; each is a method here and a command of the control interface.

People are named by id, address, whole or first name; each command raises Refused for whom there is not.
"""

from collections.abc import Callable, Iterable, Mapping

from dev.entra.misbehaviour import Where
from dev.entra.people import CONTOSO, ROLES, User
from dev.entra.scopes import REGISTERED, TEXTS
from dev.entra.state import State
from dev.wire import Refused


class Commands:
    """``entra.play``."""

    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> Mapping[str, Callable[..., object]]:
        names = [name for name in vars(Commands) if not name.startswith("_") and name != "all"]
        return {name: getattr(self, name) for name in names}

    def people(self) -> list[dict[str, object]]:
        """The cast."""
        return [_told(user) for user in self._state.directory.users.values() if user.in_cast]

    def start_over(self) -> None:
        """Everybody is as at first, and nobody consented to anything."""
        self._state.start_over()

    def revoke(self, who: str) -> None:
        """Sign somebody out everywhere: refresh tokens and browsers know them no more; access tokens run out."""
        self._state.sign_ins.revoke(self._find(who).id)

    def grant_role(self, who: str, role: str) -> dict[str, object]:
        user = self._find(who)
        user.roles.add(_role(role))
        return _told(user)

    def remove_role(self, who: str, role: str | None = None) -> dict[str, object]:
        """That one, or all of them; tokens that are out already do not change."""
        user = self._find(who)
        user.roles.intersection_update(set() if role is None else user.roles - {_role(role)})
        return _told(user)

    def change(
        self, who: str, *, name: str | None = None, mail: str | None = None, user_principal_name: str | None = None
    ) -> dict[str, object]:
        """Somebody marries or moves; a mail of "" is none."""
        user = self._find(who)
        user.name = name or user.name
        user.user_principal_name = user_principal_name or user.user_principal_name
        user.mail = user.mail if mail is None else mail or None
        return _told(user)

    def delete(self, who: str) -> None:
        """Somebody leaves: there is nobody of that id any more."""
        self._state.directory.users.pop(self._find(who).id)

    def consent(self, who: str, scopes: Iterable[str] = REGISTERED) -> None:
        """As if somebody had accepted the consent screen of every application."""
        self._grant(self._find(who).id, scopes)

    def approve(self, tenant: str = CONTOSO, scopes: Iterable[str] = REGISTERED) -> None:
        """As if an administrator had consented for the whole tenant."""
        self._grant(tenant, scopes)

    def withdraw_consent(self, who: str) -> None:
        """Of a person, or of the tenant with this id for everybody in it."""
        is_tenant = who in self._state.directory.tenants
        self._state.consents.withdraw(who if is_tenant else self._find(who).id)

    def require_admin_consent(self, scopes: Iterable[str] = ("User.ReadBasic.All",), tenant: str = CONTOSO) -> None:
        """From now on only administrators may consent to these there; none of them: users may to all."""
        self._state.consents.for_administrators[tenant] = frozenset(_known(scopes))

    def say(self, number: int, where: Where = "token", times: int = 1) -> None:
        """Answer with this AADSTS error, at the token endpoint or by calling the application back."""
        self._state.misbehaviour.say(number, where, times)

    def misbehave(self, kind: str, times: int = 1) -> None:
        """The next ID tokens are not what they should be."""
        self._state.misbehaviour.order(kind, times)

    def _grant(self, holder: str, scopes: Iterable[str]) -> None:
        known = _known(scopes)
        for application in self._state.applications:
            self._state.consents.grant(application, holder, known)

    def _find(self, who: str) -> User:
        return self._state.directory.find(who)


def _known(scopes: Iterable[str]) -> set[str]:
    named = set(scopes)
    if named - TEXTS.keys():
        raise Refused(f"There are only {', '.join(sorted(TEXTS))}.")
    return named


def _role(name: str) -> str:
    """By its name or its template's id."""
    if name not in {*ROLES, *ROLES.values()}:
        raise Refused(f"There are only {', '.join(ROLES)}.")
    return ROLES.get(name, name)


def _told(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "tenant": user.tenant,
        "name": user.name,
        "userPrincipalName": user.user_principal_name,
        "mail": user.mail,
        "roles": sorted(user.roles),
    }
