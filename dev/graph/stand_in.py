"""The endpoints: oneself, one's organisation, its users, and many requests in one."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from dev.entra import Entra
from dev.entra.people import User
from dev.entra.scopes import GRAPH
from dev.graph import problems
from dev.graph.batch import unpacked
from dev.graph.listing import listed
from dev.graph.problems import Problem
from dev.graph.profiles import id_of, selected, shape
from dev.wire import Clock, Reply, Request, Route, StandIn, answer
from dev.wire.messages import find
from dev.wire.spoiling import failing

VERSION = "/v1.0"
_ME, _OTHERS = "User.Read", "User.ReadBasic.All"
_ORGANIZATION = ("id", "displayName", "verifiedDomains")


class Graph(StandIn):
    """Reads the directory of an Entra stand-in, for whoever has a token of it, at ``graph.base`` + /v1.0."""

    def __init__(self, entra: Entra, clock: Clock | None = None, port: int = 0) -> None:
        super().__init__(clock or entra.clock, port)
        self.entra = entra

    @property
    def url(self) -> str:
        """What the app is to be told."""
        return f"{self.base}{VERSION}"

    def routes(self) -> Iterable[Route]:
        return [*self._single(), ("POST", rf"{VERSION}/\$batch", self._answering(self._batch))]

    def _single(self) -> list[Route]:
        """Those that a batch can hold."""
        return [
            ("GET", f"{VERSION}/me", self._answering(self._me)),
            ("GET", f"{VERSION}/organization", self._answering(self._organization)),
            ("GET", f"{VERSION}/users", self._answering(self._users)),
            ("GET", f"{VERSION}/users/{{id}}", self._answering(self._user)),
        ]

    def throttled(self, seconds: float) -> Reply:
        return problems.throttled(seconds, self.clock())

    def unavailable(self, seconds: float) -> Reply:
        return problems.unavailable(seconds, self.clock())

    def broken(self) -> Reply:
        return problems.broken(self.clock())

    def expired(self) -> Reply:
        return problems.unauthorised("Lifetime validation failed, the token is expired.").reply(self.clock())

    def not_found(self, request: Request) -> Reply:
        return problems.bad(f"Resource not found for the segment '{request.path}'.").reply(self.clock())

    def _answering(self, step: Callable[[Request, User, frozenset[str]], object]) -> Callable[[Request], Reply]:
        """``step`` is asked once it is known by whom, and what they may."""

        def answering(request: Request) -> Reply:
            try:
                return answer(step(request, *self._caller(request)))
            except Problem as problem:
                return problem.reply(self.clock())

        return answering

    def _caller(self, request: Request) -> tuple[User, frozenset[str]]:
        claims = self.entra.read(request.bearer or "", GRAPH)
        if claims is None:
            raise problems.unauthorised("Access token is empty." if not request.bearer else "Invalid token.")
        user = self.entra.state.directory.users.get(str(claims.get("oid")))
        if user is None:
            raise problems.unauthorised("The user was not found.")
        return user, frozenset(str(claims.get("scp", "")).split())

    def _me(self, request: Request, user: User, scopes: frozenset[str]) -> object:
        _require(scopes, _ME, _OTHERS)
        return shape(user, selected(request.query.get("$select"), basic_only=_ME not in scopes))

    def _organization(self, request: Request, user: User, scopes: frozenset[str]) -> object:
        if user.is_personal:
            raise problems.denied()
        _require(scopes, _ME)
        tenant = self.entra.state.directory.tenants[user.tenant]
        domains = [
            {"name": name, "isDefault": number == 0, "isInitial": "onmicrosoft" in name, "type": "Managed"}
            for number, name in enumerate(tenant.domains)
        ]
        told = {"id": tenant.id, "displayName": tenant.name, "verifiedDomains": domains}
        names = request.query.get("$select", ",".join(_ORGANIZATION)).split(",")
        return {"value": [{name: told.get(name) for name in names}]}

    def _users(self, request: Request, user: User, scopes: frozenset[str]) -> object:
        _require(scopes, _OTHERS)
        # https://learn.microsoft.com/graph/api/user-list: guests cannot list, personal accounts have no directory.
        if user.is_guest or user.is_personal:
            raise problems.denied()
        return listed(self.entra.state.directory.of(user.tenant), request.query, request.headers, self.url)

    def _user(self, request: Request, user: User, scopes: frozenset[str]) -> object:
        named = request.parameters["id"]
        if user.is_called(named) or named == id_of(user):
            return self._me(request, user, scopes)
        _require(scopes, _OTHERS)
        others = self.entra.state.directory.of(user.tenant)
        found = next((each for each in others if named in {each.id, each.user_principal_name}), None)
        if found is None:
            raise problems.nowhere(named)
        return shape(found, selected(request.query.get("$select"), basic_only=True))

    def _batch(self, request: Request, _: User, __: frozenset[str]) -> object:
        return unpacked(request, VERSION, self._part)

    def _part(self, request: Request) -> Reply:
        """One of a batch, which faults strike by itself."""
        fault = failing(self.faults.strike("answers", f"{request.method} {request.path}"))
        if fault:
            return self._fail(fault)
        found = find(self._single(), request.method, request.path)
        if found is None:
            return self.not_found(request)
        handler, parameters = found
        return handler(replace(request, parameters=parameters))


def _require(scopes: frozenset[str], *one_of: str) -> None:
    if not scopes & set(one_of):
        raise problems.denied()
