"""The template holds together, as far as can be told without the compiler."""

import json
import re
from typing import Any

import pytest

from tests.infra.bicep import INFRA, TEMPLATES, given_to, parsed, source

MODULES = parsed("main.bicep")["modules"]
PARAMETERS = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]


def required(parameters: dict[str, Any]) -> set[str]:
    return {name for name, parameter in parameters.items() if parameter["default"] is None}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_resource_has_a_pinned_version_that_is_no_preview(template: str) -> None:
    resources = parsed(template)["resources"]

    assert resources
    assert [r["type"] for r in resources.values() if not re.fullmatch(r"[\d-]{10}", r["api_version"])] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_given_what_it_asks_for_and_nothing_else(module: str) -> None:
    declared = parsed(MODULES[module]["detail"]["path"])["parameters"]

    assert required(declared) <= given_to(module).keys() <= declared.keys()


def test_what_is_taken_from_a_module_is_among_its_outputs() -> None:
    taken = re.findall(r"\b(\w+)\.outputs\.(\w+)", source("main.bicep"))

    assert taken
    missing = [
        (module, output)
        for module, output in taken
        if output not in parsed(MODULES[module]["detail"]["path"])["outputs"]
    ]
    assert missing == []


def test_every_module_file_is_used() -> None:
    used = {module["detail"]["path"] for module in MODULES.values()}

    assert used | {"main.bicep"} == set(TEMPLATES)


def test_the_parameters_file_answers_what_the_template_asks() -> None:
    declared = parsed("main.bicep")["parameters"]

    assert required(declared) <= PARAMETERS.keys() <= declared.keys()


def test_the_vendor_chooses_what_the_template_reads_and_nothing_else() -> None:
    assert PARAMETERS["choices"]["value"].keys() == set(re.findall(r"choices\.(\w+)", source("main.bicep")))


def test_a_choice_is_taken_from_the_environment_under_its_own_name() -> None:
    named = {name: re.match(r"\$\{(\w+)", value) for name, value in PARAMETERS["choices"]["value"].items()}

    assert [name for name, match in named.items() if match is None or match[1] != name] == []
