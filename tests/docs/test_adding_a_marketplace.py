"""The page that says where a marketplace is added names what exists, and every step of the adapter."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from shared.ports import Marketplace
from shared.services import MARKETPLACES
from tests.docs.pages import ROOT, read, rows, spans
from tests.marketplaces.toy.adapter import Toy

PAGE = read("docs/adding-a-marketplace.md")
table = [*rows(PAGE)]


def texts(path: Path) -> Iterator[str]:
    """Every part of every name in a module that is text, such as a route's or a setting's; prose has spaces."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            yield from re.findall(r"[a-z]+", node.value)


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_there_are_three_places_and_they_exist() -> None:
    places = [names(place)[0] for place, *_ in table]

    assert places == ["shared/settings/__init__.py", "shared/marketplaces/", "shared/services.py"]
    assert all((ROOT / place).exists() for place in places)


def test_no_fourth_place_names_a_marketplace() -> None:
    product = [path for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py")]
    naming = {path.relative_to(ROOT).as_posix() for path in product if set(MARKETPLACES) & set(texts(path))}

    assert {path for path in naming if not path.startswith("shared/marketplaces/")} == {
        "shared/settings/__init__.py",
        "shared/services.py",
        # Only Microsoft sends buyers to a page of ours.
        "shared/operations/land.py",
    }


def test_what_is_to_be_found_in_a_place_is_there() -> None:
    settings, package, services = [place for place, *_ in table]

    assert "_GROUPS" in read(names(settings)[0])
    assert re.search(r"^class PaddleSettings\(_Group\)", read("shared/settings/__init__.py"), re.MULTILINE)
    assert {path.parent.name for path in (ROOT / names(package)[0]).glob("*/__init__.py")} == {"paddle", "microsoft"}
    assert re.search(r"^MARKETPLACES = ", read(names(services)[0]), re.MULTILINE)
    assert re.search(r"^def connect\(", read(names(services)[0]), re.MULTILINE)
    assert re.search(r"^def _hosts\(", read(names(services)[0]), re.MULTILINE)


def test_the_toy_has_one_file_for_each_place_and_its_own_side() -> None:
    shown = {names(toy)[0] for *_, toy in table}
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/marketplaces/toy").glob("*.py")}

    assert shown == {path for path in files if not path.endswith(("/__init__.py", "/stand_in.py"))}


def test_every_path_on_the_page_exists() -> None:
    paths = [span for span in spans(PAGE) if "/" in span]

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_page_tells_of_everything_that_an_adapter_must_do() -> None:
    asked = {name for name, _ in inspect.getmembers(Marketplace) if not name.startswith("_")}

    assert asked - set(spans(PAGE)) == {"name"}


def test_the_toy_names_no_other_part_of_the_product_than_a_marketplace_may() -> None:
    imported = re.findall(
        r"^from (shared[\w.]*) import", inspect.getsource(inspect.getmodule(Toy) or Toy), re.MULTILINE
    )

    assert {name for name in imported if not re.match(r"shared\.(domain|ports|web|settings)\b", name)} == set()
