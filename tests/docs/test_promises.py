"""Every promise has its row, and every test that a row names exists."""

import ast
import functools
import re

import pytest

from tests.docs.pages import ROOT, read, rows

NOT_BUILT = "not built yet"
table = [*rows(read("docs/promises.md"))]


@functools.cache
def names_of_tests() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_each_promise_has_one_row_in_order() -> None:
    assert [number for number, *_ in table] == [f"P{number:02d}" for number in range(1, 37)]


@pytest.mark.parametrize(("number", "keeps", "proves"), table, ids=[row[0] for row in table])
def test_a_promise_names_its_tests_or_says_that_it_is_not_built(number: str, keeps: str, proves: str) -> None:
    named = re.findall(r"`(test_\w+)`", proves)

    assert number
    assert keeps
    assert set(named) <= names_of_tests()
    assert named or NOT_BUILT in proves
