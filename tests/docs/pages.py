"""The repository's pages as tests read them: prose, code spans, fenced blocks, links and tables."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def tracked() -> list[Path]:
    """Every file of the checkout that is not ignored."""
    git = shutil.which("git")
    assert git
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    found = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert found
    return [path for path in found if path.is_file()]


def pages() -> list[Path]:
    return sorted(path for path in tracked() if path.suffix == ".md")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def fences(text: str, language: str = "") -> list[str]:
    """What stands between fences, of one language or of all."""
    return [body for named, body in _FENCE.findall(text) if language in {"", named}]


def spans(text: str) -> list[str]:
    """What stands in backticks, outside fences."""
    return _SPAN.findall(_FENCE.sub("", text))


def code(text: str) -> list[str]:
    """Everything that is set as code: spans, and the lines of fenced blocks."""
    return [*spans(text), *(line for body in fences(text) for line in body.splitlines())]


def links(text: str) -> list[str]:
    return _LINK.findall(_SPAN.sub("", _FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}


def rows(text: str) -> Iterator[list[str]]:
    """The rows of every table, without head and rule."""
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        for line in block.splitlines()[2:]:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def prose(text: str) -> Iterator[str]:
    """The lines that are sentences: no fences, tables, headings or code, and without what makes a list a list."""
    for line in _SPAN.sub("x", _FENCE.sub("", text)).splitlines():
        if line.strip() and not line.startswith(("|", "#")):
            yield re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", line)
