"""What the official runtime refuses to index, and that the shim puts everything back."""

import os
import sys
from pathlib import Path

import pytest

from tests.runtime.asking import TOY
from tests.runtime.shim import IndexingFailed, index

ENVIRONMENT = """
import os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(os.environ["ROUTE"])
def env(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(",".join(sorted(os.environ)))
"""
MAYBE = """
import azure.functions as func

app = func.FunctionApp()

@app.route("x")
def x(req: func.HttpRequest) -> func.HttpResponse | None: ...
"""


def write(directory: Path, source: str) -> Path:
    (directory / "host.json").write_text("{}")
    (directory / "function_app.py").write_text(source)
    return directory


def loaded_from(directory: Path) -> list[str]:
    """The modules of an app that are loaded still; what its libraries load lazily is theirs."""
    files = [(name, str(getattr(module, "__file__", ""))) for name, module in sys.modules.items()]
    return [name for name, file in files if file.startswith(str(directory))]


def test_an_app_sees_exactly_the_environment_it_is_given_and_leaves_ours_alone(tmp_path: Path) -> None:
    directory = write(tmp_path, ENVIRONMENT)
    before = dict(os.environ), list(sys.path)

    with index(directory, {"ROUTE": "env", "OTHER": "1"}) as runtime:
        assert runtime.http("GET", "/api/env").body == b"OTHER,ROUTE"
    assert (dict(os.environ), sys.path) == before
    assert loaded_from(directory) == []

    with pytest.raises(IndexingFailed, match="KeyError: 'ROUTE'"), index(directory, {}):
        pass
    assert (dict(os.environ), sys.path) == before
    assert loaded_from(directory) == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = 1", "Could not find top level function app instances"),
        ("import nowhere", "Cannot find module"),
        (MAYBE, "invalid non-type return annotation"),
    ],
)
def test_what_azure_cannot_index_is_refused_with_its_reason(tmp_path: Path, source: str, reason: str) -> None:
    with pytest.raises(IndexingFailed, match=reason), index(write(tmp_path, source), {}):
        pass


def test_two_apps_at_a_time_are_refused(tmp_path: Path) -> None:
    with (
        index(TOY, {}),
        pytest.raises(RuntimeError, match="one app at a time"),
        index(write(tmp_path, ENVIRONMENT), {"ROUTE": "env"}),
    ):
        pass


def test_only_a_timer_can_be_run_as_one() -> None:
    with index(TOY, {}) as runtime, pytest.raises(TypeError, match="echo is no timer"):
        runtime.timer("echo")
