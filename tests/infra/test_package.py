"""What is uploaded to Azure: the app itself, and nothing of what stands around it."""

import pytest
from pathspec import GitIgnoreSpec

from tests.infra.bicep import ROOT, resource

THE_APP = {"function_app.py", "functions", "host.json", "requirements.txt", "shared"}


def patterns(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


left_out = GitIgnoreSpec.from_lines(patterns(".funcignore"))
not_committed = GitIgnoreSpec.from_lines(patterns(".gitignore"))


def test_the_app_itself_is_uploaded_and_nothing_beside_it() -> None:
    beside = {path.name for path in ROOT.iterdir()}

    assert {name for name in beside | THE_APP if not left_out.match_file(name)} == THE_APP


@pytest.mark.parametrize("folder", sorted(name for name in THE_APP if "." not in name))
def test_every_file_of_the_app_is_uploaded(folder: str) -> None:
    files = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
    committed = [path for path in files if not not_committed.match_file(path)]

    assert committed
    assert [path for path in committed if left_out.match_file(path)] == []


@pytest.mark.parametrize(
    "name",
    [
        ".azure",
        ".ci",
        ".git",
        ".github",
        ".gitignore",
        ".venv",
        "client",
        "dev",
        "docs",
        "infra",
        "local.settings.json",
        "main_env",
        "node_modules",
        "support",
        "tests",
        "shared/__pycache__",
    ],
)
def test_nothing_else_is_uploaded(name: str) -> None:
    assert left_out.match_file(name)


@pytest.mark.parametrize("pattern", patterns(".gitignore"))
def test_what_is_not_committed_is_not_uploaded(pattern: str) -> None:
    assert left_out.match_file(pattern.strip("/"))


@pytest.mark.parametrize("pattern", patterns(".funcignore"))
def test_patterns_are_plain_names(pattern: str) -> None:
    assert not set(pattern) & set("/!\\ ")


def test_azd_finds_the_site_by_its_tag() -> None:
    tags = resource("modules/app.bicep", "site")["tags"]["function"]["parameters"]["arg_2"]

    assert tags == {"'azd-service-name'": "api"}
    assert "services:\n  api:\n" in (ROOT / "azure.yaml").read_text(encoding="utf-8")
