"""Every refusal's code and the status it is answered with, as the code has them."""

from collections.abc import Iterator
from json import loads

from functions.edge import Surprise, problem
from shared.domain.errors import MethodNotAllowed, Refusal, TooManyRequests
from shared.settings import SettingsInvalid


def statuses() -> dict[str, int]:
    """Code to status."""
    found = {"INTERNAL": problem(Surprise(), status=500).status_code}
    for kind in _kinds(Refusal):
        answer = problem(_made(kind))
        found[loads(answer.get_body())["code"]] = answer.status_code
    return found


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for found in kind.__subclasses__():
        if found is not Surprise:
            yield found
            yield from _kinds(found)


def _made(kind: type[Refusal]) -> Refusal:
    if issubclass(kind, TooManyRequests):
        return kind(retry_after=1)
    if issubclass(kind, MethodNotAllowed):
        return kind(("GET",))
    if issubclass(kind, SettingsInvalid):
        return kind({})
    return kind()
