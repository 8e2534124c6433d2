"""What the security page has one type works."""

import json
import shlex
import subprocess
import sys
import time

import pytest

from shared.settings import read_settings
from tests.docs.pages import fences, read
from tests.world import NOON, environment, hash_key, signing_key

DAY_SECONDS = 86_400

[made_by] = fences(read("SECURITY.md"), "sh")
signing_line, hash_line = made_by.splitlines()


def run(line: str) -> dict[str, object]:
    python, *arguments = shlex.split(line)
    assert python == ".venv/bin/python"
    said = subprocess.run([sys.executable, *arguments], capture_output=True, check=True, text=True)
    made: dict[str, object] = json.loads(said.stdout)
    return made


@pytest.mark.parametrize(
    ("line", "setting", "current"),
    [
        (signing_line, "LICENSE_SIGNING_KEYS", signing_key()),
        (hash_line, "IDENTITY_HASH_KEYS", hash_key("k1")),
    ],
    ids=["signing key", "hash key"],
)
def test_a_key_made_as_the_page_says_is_read_beside_the_one_in_use(
    line: str, setting: str, current: dict[str, object]
) -> None:
    made = run(line)

    settings = read_settings({**environment(), setting: json.dumps([current, made])}, NOON.timestamp())

    assert {key.use_from for key in getattr(settings, setting.lower())} == {0, made["use_from"]}


@pytest.mark.parametrize("line", [signing_line, hash_line], ids=["signing key", "hash key"])
def test_a_key_made_as_the_page_says_is_used_a_day_later(line: str) -> None:
    assert run(line)["use_from"] == pytest.approx(time.time() + DAY_SECONDS, abs=60)
