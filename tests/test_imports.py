"""What import-linter cannot ask of its own contracts: that nothing is left out of them."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["name"]: contract for contract in LINTER["contracts"]}
OUTERMOST = CONTRACTS["Imports point from the outside in"]
APART = CONTRACTS["Stand-ins know nothing of the server, so that they are not wrong together"]


def test_every_package_of_the_checkout_has_its_layer() -> None:
    packages = {found.parent.name for found in ROOT.glob("*/__init__.py")}

    assert set(LINTER["root_packages"]) == packages
    assert set(OUTERMOST["layers"]) == packages


def test_only_where_azure_starts_stands_outside_of_packages() -> None:
    assert {found.name for found in ROOT.glob("*.py")} == {"function_app.py"}


def test_every_stand_in_is_held_to_know_nothing_of_the_server() -> None:
    playing = {found.parent.name for found in (ROOT / "dev").glob("*/stand_in.py")}

    assert {"entra", "marketplace", "paddle_api", "wire"} <= playing
    assert {f"dev.{name}" for name in playing} <= set(APART["source_modules"])


def test_every_contract_that_can_be_is_exhaustive() -> None:
    within = [contract for contract in CONTRACTS.values() if contract["type"] == "layers" and "containers" in contract]

    assert within
    assert [contract["name"] for contract in within if not contract.get("exhaustive")] == []
