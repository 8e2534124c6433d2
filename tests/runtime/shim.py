"""Runs an app in azure-functions-runtime, the package that runs it in production from Python 3.13 on.

`index` takes the directory that holds function_app.py and the whole environment that the app shall see:

    with index(Path("."), {"PUBLIC_URL": "https://…"}) as runtime:
        assert "license" in runtime.functions
        response = runtime.http("POST", "/api/license", [("content-type", "application/json")], b"{}")
        assert response.status == 200
        runtime.timer("purge")

Index, decoding, call and encoding are the runtime's; what Azure does around it, finding the function of a path and
making a response of its answer, is the local host's. All goes through one event loop, which runs during a call only.
It leans on internals of the package, which is pinned for that reason; one app at a time, as in a worker process.
"""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as official  # type: ignore[import-untyped]
from azure.functions.meta import Datum
from azure_functions_runtime import handle_event, native_invocation

from dev.host.inbound import Request, to_message
from dev.host.index import Declared, HttpFunction, TimerFunction, declared
from dev.host.options import Options
from dev.host.outbound import Response, from_message
from dev.host.routes import Router


class _StatusResult(SimpleNamespace):
    Failure, Success = range(2)
    exception = None


class _BindingInfo(SimpleNamespace):
    undefined, out, inout = range(3)


_PROTOS = SimpleNamespace(
    StatusResult=_StatusResult,
    BindingInfo=_BindingInfo,
    FunctionMetadataResponse=SimpleNamespace,
    RpcException=SimpleNamespace,
    RpcFunctionMetadata=SimpleNamespace,
    WorkerInitResponse=SimpleNamespace,
    WorkerMetadata=SimpleNamespace,
)
_TIMER = json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False})


class IndexingFailed(Exception):
    """What Azure shows as "0 functions found"; the message is the runtime's."""


class InvocationFailed(Exception):
    """A timer raised; the message is the runtime's."""


class Runtime:
    def __init__(self, loop: asyncio.Runner, metadata: Sequence[Any], options: Options) -> None:
        self._loop = loop
        self._ids = {function.name: function.function_id for function in metadata}
        self.functions: dict[str, Declared] = {
            function.name: declared(function.name, function.raw_bindings) for function in metadata
        }
        http = [function for function in self.functions.values() if isinstance(function, HttpFunction)]
        self._router = Router(http, options.route_prefix)

    def http(
        self, method: str, target: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", client: str = ""
    ) -> Response:
        """The answer as it would leave Azure; 404 if no function matches, 500 if the function fails."""
        request = Request(method, target, headers, body, client)
        found = self._router.find(method, request.path)
        if not found:
            return Response(404)
        function, parameters = found
        answer, error = self._invoke(function, to_message(request, parameters))
        try:
            return Response(500) if error or not answer else from_message(answer)
        except ValueError:
            return Response(500)

    def timer(self, name: str) -> None:
        """Runs a timer once, as if by hand; raises InvocationFailed if it fails."""
        function = self.functions[name]
        if not isinstance(function, TimerFunction):
            raise TypeError(f"{name} is no timer")
        _, error = self._invoke(function, Datum(_TIMER, "json"))
        if error:
            raise InvocationFailed(error)

    def _invoke(self, function: Declared, message: Datum) -> tuple[Datum | None, str | None]:
        invocation = native_invocation.invocation_request_native(
            str(uuid.uuid4()), self._ids[function.name], [(function.parameter, message)], {}
        )
        _, answer, _, error, _ = self._loop.run(invocation)
        return answer, error


@contextmanager
def index(directory: Path, env: Mapping[str, str], host_json: Mapping[str, Any] | None = None) -> Iterator[Runtime]:
    """Indexes the app under exactly this environment, and puts everything back afterwards; raises IndexingFailed."""
    registry = handle_event._functions._functions  # noqa: SLF001 - the package keeps one app and never lets it go
    if registry:
        raise RuntimeError("The runtime holds one app at a time; leave the other index first.")
    kept = dict(os.environ)
    _environment(env)
    sys.path.insert(0, str(directory.resolve()))
    sys.modules.pop("function_app", None)
    official.start_threadpool_executor()
    try:
        with asyncio.Runner() as loop:
            options = Options.read(host_json or _host_json(directory), {})
            yield Runtime(loop, _metadata(loop, directory), options)
    finally:
        official.stop_threadpool_executor()
        registry.clear()
        sys.modules.pop("function_app", None)
        sys.path.remove(str(directory.resolve()))
        _environment(kept)


def _metadata(loop: asyncio.Runner, directory: Path) -> Sequence[Any]:
    start = SimpleNamespace(capabilities={}, function_app_directory=str(directory.resolve()))
    request = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=start), properties={"host": "127.0.0.1", "protos": _PROTOS}
    )
    started = loop.run(official.worker_init_request(request))
    if started.result.exception:
        raise IndexingFailed(started.result.exception.message)
    indexed: Sequence[Any] = loop.run(official.functions_metadata_request(request)).function_metadata_results
    return indexed


def _environment(env: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)


def _host_json(directory: Path) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((directory / "host.json").read_text())
    return loaded
