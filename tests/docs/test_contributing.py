"""What the contributing page says of this repository is so."""

import ast
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, name

CODE = [path for folder in ("functions", "shared", "support") for path in sorted((ROOT / folder).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

every_test_module = pytest.mark.parametrize("path", TESTS, ids=name)


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@every_test_module
def test_no_test_is_skipped_or_expected_to_fail(path: Path) -> None:
    avoided = {"skip", "skipif", "importorskip", "xfail", "flaky"}
    used = {
        node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)
    }

    assert used.isdisjoint(avoided)


@every_test_module
def test_a_test_says_what_it_means_by_its_name_alone(path: Path) -> None:
    told_twice = [
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and ast.get_docstring(node)
    ]

    assert told_twice == []


def test_modules_are_small() -> None:
    lines = sorted((len(path.read_text(encoding="utf-8").splitlines()), name(path)) for path in CODE)

    assert lines[len(lines) // 2][0] <= 75
    assert [path for count, path in lines if count > 300] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in CODE if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]

    assert silent == []


def test_nothing_in_the_server_can_send_mail() -> None:
    mailing = {"smtplib", "email", "sendgrid", "aiosmtplib"}

    assert [name(path) for path in CODE if imported(path) & mailing] == []
