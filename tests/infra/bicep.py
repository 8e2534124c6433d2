"""The templates as pycep reads them, which is syntax only: names and values, but no types."""

from functools import cache
from pathlib import Path
from typing import Any, cast

from pycep import BicepParser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
TEMPLATES = sorted(str(path.relative_to(INFRA)) for path in INFRA.rglob("*.bicep"))

# Without the grammar's cache, a file in the temporary folder that several test processes would write at once.
_parser = BicepParser(cache=False)


def source(template: str) -> str:
    return (INFRA / template).read_text(encoding="utf-8")


@cache
def parsed(template: str) -> dict[str, Any]:
    return cast("dict[str, Any]", _parser.parse(text=source(template)))


def variable(template: str, name: str) -> Any:  # noqa: ANN401 - a template's value has any type
    return parsed(template)["variables"][name]["value"]


def resource(template: str, name: str) -> dict[str, Any]:
    """What is written between the braces, of one resource or of each in a loop."""
    config = cast("dict[str, Any]", parsed(template)["resources"][name]["config"])
    return cast("dict[str, Any]", config.get("config", config))


def given_to(module: str) -> dict[str, Any]:
    """The parameters that main.bicep gives to a module."""
    return cast("dict[str, Any]", parsed("main.bicep")["modules"][module]["config"]["params"])


def member(value: dict[str, Any]) -> str:
    """The last name of a path: `tableEndpoint` of `records.outputs.tableEndpoint`."""
    last = value["operator"]["operands"]["operand_2"]
    return last if isinstance(last, str) else member(last)
