"""What pages name exists: make targets, commands, paths, settings and codes."""

import re
import shlex
from pathlib import Path

import pytest

import dev.arguments
import support.__main__
from shared.domain.entitlement import Code
from shared.settings import SETTING_NAMES
from tests.docs.codes import statuses
from tests.docs.pages import ROOT, code, name, pages, read, spans

every_page = pytest.mark.parametrize("page", pages(), ids=name)

# What the platform and its tools call things: https://learn.microsoft.com/azure/app-service/reference-app-settings
THE_PLATFORMS = {"AZURE_CLIENT_ID", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"}
GIVEN_TO_AZD = {"APP_NAME", "APP_URL", "OPERATOR_ID", "RESOURCE_GROUP", "VAULT_NAME"}
KNOWN_NAMES = SETTING_NAMES | statuses().keys() | set(Code) | THE_PLATFORMS | GIVEN_TO_AZD

TOP_LEVEL = {path.name for path in ROOT.iterdir()}


def commands() -> list[str]:
    """Every command line of ours that a page names, once."""
    named = {
        match[0]
        for page in pages()
        for line in code(page.read_text(encoding="utf-8"))
        for match in re.finditer(r"python -m (?:dev|support)\b[^`|>#;&()]*", line)
    }
    return sorted(named)


@every_page
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = {
        found for line in code(page.read_text(encoding="utf-8")) for found in re.findall(r"\bmake ([a-z-]+)", line)
    }

    assert named <= targets


@pytest.mark.parametrize("command", commands())
def test_every_command_named_parses(command: str) -> None:
    _, _, module, *words = (word for word in shlex.split(command) if word != "--help")
    parser = {"dev": dev.arguments.parser, "support": support.__main__.parser}[module]()

    assert parser.parse_args(words).command == next(iter(words), None)


@every_page
def test_every_path_named_exists(page: Path) -> None:
    assert [span for span in spans(page.read_text(encoding="utf-8")) if is_path(span) and not exists(span, page)] == []


def is_path(span: str) -> bool:
    """Whether something in backticks means a file or folder of ours, rather than a route, a name or a rule."""
    if not re.fullmatch(r"[\w.*-]+(?:/[\w.*-]+)*/?", span):
        return False
    has_ending = re.search(r"\.(?:py|md|json|toml|txt|bicep|yaml|mjs)$", span) is not None
    return has_ending or ("/" in span and span.split("/", maxsplit=1)[0] in TOP_LEVEL) or span.endswith("/")


def exists(span: str, page: Path) -> bool:
    """From the top, beside the page that names it, or made on a developer's machine."""
    is_made_locally = f"/{span}" in read(".gitignore").split()
    return is_made_locally or any((*ROOT.glob(span.rstrip("/")), *page.parent.glob(span.rstrip("/"))))


@every_page
def test_every_setting_and_code_named_exists(page: Path) -> None:
    named = {span for span in spans(page.read_text(encoding="utf-8")) if re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", span)}

    assert named <= KNOWN_NAMES
