"""What every stand-in is: its own server, clock and faults, and one control interface over all of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

from dev.faults import Fault, Faults
from dev.tls import Certificates
from dev.wire.clock import Clock
from dev.wire.control import PREFIX, Control
from dev.wire.keeper import Keeper
from dev.wire.messages import Reply, Request, Route, answer, find
from dev.wire.outbox import Outbox, Report
from dev.wire.server import Server
from dev.wire.spoiling import failing, spoil


class StandIn:
    """``with Vendor() as vendor``: from then on it answers at ``vendor.base``."""

    # Members of answers whose values the fault "unknown" replaces.
    kinds: frozenset[str] = frozenset()
    outbox: Outbox | None = None
    # Where its world is kept from one run to the next.
    keeper: Keeper | None = None

    def __init__(self, clock: Clock | None = None, port: int = 0, certificates: Certificates | None = None) -> None:
        self.clock = clock or Clock()
        self.faults = Faults()
        self.asked: list[str] = []
        self._port, self._tls = port, certificates
        self._server: Server | None = None

    @property
    def base(self) -> str:
        """Where it answers, or is going to if its port is fixed."""
        return self._server.base if self._server else f"{'https' if self._tls else 'http'}://localhost:{self._port}"

    def routes(self) -> Iterable[Route]:
        raise NotImplementedError

    def commands(self) -> Mapping[str, Callable[..., object]]:
        """What the control interface may call, with the members of an object as arguments."""
        return {}

    def tick(self) -> None:
        """Let happen what is due by now."""
        if self.outbox:
            self.outbox.tick()

    def advance(self, **by: float) -> None:
        """Move the clock, and let happen what is due by then."""
        self.clock.advance(**by)
        self.tick()

    def clear(self, id: int | None = None) -> None:  # noqa: A002 - a fault's
        """No more faults, or that one no more; what waits to be overtaken leaves."""
        self.faults.clear(id)
        if self.outbox:
            self.outbox.release()

    def webhooks(self, since: int = 0) -> Report:
        """What became of those from this number on."""
        return self.outbox.report(since) if self.outbox else Report(next=0, attempts=[], unattempted=[])

    def kept(self) -> str:
        """The JSON of everything that its next run has to know."""
        return "{}"

    def restore(self, kept: dict[str, Any]) -> None:
        """Go on from there. Raises whatever JSON of another shape leads to."""

    def keep(self) -> None:
        """Write down what changed, where there is something to write to."""
        if self.keeper:
            self.keeper.keep(self.kept())

    def throttled(self, seconds: float) -> Reply:
        return answer({}, 429, {"Retry-After": str(int(seconds))})

    def unavailable(self, seconds: float) -> Reply:
        return answer({}, 503, {"Retry-After": str(int(seconds))})

    def broken(self) -> Reply:
        return Reply(500, b"<html>Internal Server Error</html>", {"Content-Type": "text/html"})

    def expired(self) -> Reply:
        """The answer to credentials that are no longer accepted."""
        return answer({}, 401)

    def not_found(self, request: Request) -> Reply:
        return answer({"path": request.path}, 404)

    def __enter__(self) -> Self:
        if self.keeper:
            self.keeper.restore(self.restore)
        server = self._server = Server(self._answer, self._port, self._tls)
        own: dict[str, Callable[..., object]] = {"tick": self.tick, "clear": self.clear, "webhooks": self.webhooks}
        self._routes = list(self.routes())
        self._control = Control(self.faults, self.clock, {**self.commands(), **own})
        server.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._server:
                self._server.stop()
            self.keep()
        finally:
            if self.outbox:
                self.outbox.close()

    def _answer(self, request: Request) -> Reply:
        try:
            return self._answered(request)
        finally:
            self.keep()

    def _answered(self, request: Request) -> Reply:
        if request.path.startswith(PREFIX):
            return self._control.answer(request)
        what = f"{request.method} {request.path}"
        self.asked.append(what)
        struck = self.faults.strike("answers", what)
        if "slow" in struck and self._server:
            self._server.wait(struck["slow"].seconds)
        fault = failing(struck)
        if fault and not fault.after:
            return self._fail(fault)
        reply = self._route(request)
        return self._fail(fault) if fault else spoil(reply, struck, self.kinds)

    def _fail(self, fault: Fault) -> Reply:
        match fault.kind:
            case "429":
                return self.throttled(fault.seconds)
            case "503":
                return self.unavailable(fault.seconds)
            case "reset":
                return Reply(reset=True)
            case "expired":
                return self.expired()
            case _:
                return self.broken()

    def _route(self, request: Request) -> Reply:
        self.tick()
        found = find(self._routes, request.method, request.path)
        if found is None:
            return self.not_found(request)
        handler, parameters = found
        return handler(replace(request, parameters=parameters))
