"""The same in JavaScript: runs this folder's scripts in Node, as an add-in's webview would run them."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dev.azurite import NODE

HERE = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    return dict(json.loads((HERE / name).read_text("utf-8")))


def in_javascript(function: str, entries: Sequence[object]) -> list[Any]:
    """What a function of this folder's scripts answers to each entry."""
    command = [str(NODE), str(HERE / "run.mjs"), function]
    done = subprocess.run(command, input=json.dumps(entries), capture_output=True, check=True, text=True)
    return list(json.loads(done.stdout))
