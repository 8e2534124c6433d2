"""The Python worker's half of an invocation: azure.functions' own converters around a function."""

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import azure.functions as func
from azure.functions.meta import Datum

from dev.host.index import AppRefused, Declared

Handler = Callable[..., Any]

_CONVERTERS: Any = func.get_binding_registry()


class Worker:
    """Async functions share the one event loop; the others run in a pool of threads, as on Azure."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._threads: ThreadPoolExecutor | None = None

    def load(self, function: Declared, handler: Handler) -> None:
        """Refuses a function whose parameters are not its bindings, as the worker does when it indexes."""
        parameters = set(inspect.signature(handler).parameters)
        if parameters != {function.parameter}:
            raise AppRefused(f"{function.name}: it takes {sorted(parameters)}, but {function.parameter!r} is bound.")
        self._handlers[function.name] = handler

    def start(self) -> None:
        self._threads = ThreadPoolExecutor(thread_name_prefix="function")

    def stop(self) -> None:
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def http(self, function: Declared, message: Datum) -> Datum:
        """Raises what the function raises, and TypeError unless it answers with HttpResponse or str."""
        request = _CONVERTERS.get("httpTrigger").decode(message, trigger_metadata={})
        answer = await self._call(function, request)
        if not isinstance(answer, func.HttpResponse | str):
            raise TypeError(f"{function.name} returned {type(answer).__name__}, not HttpResponse")
        encoded: Datum = _CONVERTERS.get("http").encode(answer, expected_type=None)
        return encoded

    async def timer(self, function: Declared, message: Datum) -> None:
        """Raises what the function raises, and RuntimeError if it returns something."""
        request = _CONVERTERS.get("timerTrigger").decode(message, trigger_metadata={})
        if await self._call(function, request) is not None:
            raise RuntimeError(f"{function.name} has no $return binding and returned a value")

    async def _call(self, function: Declared, request: object) -> object:
        handler = partial(self._handlers[function.name], **{function.parameter: request})
        if inspect.iscoroutinefunction(handler.func):
            return await handler()
        return await asyncio.get_running_loop().run_in_executor(self._threads, handler)
