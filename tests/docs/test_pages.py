"""Pages lead where they say, and are written the one way."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, anchors, links, name, pages, prose, tracked

# Written in two halves, so that this page about words does not hold them itself.
WRONG_SPELLING = "licen" + "ce"
NOT_FOR_ANYBODY_ELSE = [
    r"(?<![\w.:~-])/(?:work|tmp|root|home|Users|opt)" + r"/[\w.]",
    "npm" + r"js\.(?:org|com)",
    "python" + r"hosted\.org",
    "py" + r"pi\.org",
    "deb" + r"ian\.org",
]

two_sentences = re.compile(r"(?<!e\.g)(?<!i\.e)[.?!][)*\"”]* +(?=[A-Z])")
every_page = pytest.mark.parametrize("page", pages(), ids=name)


def text_of(path: Path) -> str:
    """The text of a file; nothing of one that is no text."""
    return path.read_bytes().decode("utf-8", errors="replace")


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(text_of(page)):
        if re.match(r"https://[\w.-]+(/|$)", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page

        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(text_of(target)), link


@every_page
def test_every_line_holds_one_sentence(page: Path) -> None:
    assert [line for line in prose(text_of(page)) if two_sentences.search(line)] == []


@every_page
def test_every_page_begins_with_its_one_title(page: Path) -> None:
    text = text_of(page)

    assert text.startswith("# ")
    assert len(re.findall(r"^# ", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)) == 1


def test_license_is_spelled_one_way() -> None:
    # The other spelling is the French word.
    ours = [path for path in tracked() if path.name != "fr.po"]

    assert [name(path) for path in ours if WRONG_SPELLING in text_of(path).lower()] == []


@pytest.mark.parametrize("pattern", NOT_FOR_ANYBODY_ELSE)
def test_nothing_names_a_machine_or_where_packages_came_from(pattern: str) -> None:
    found = {name(path): match[0] for path in tracked() if (match := re.search(pattern, text_of(path)))}

    assert found == {}
