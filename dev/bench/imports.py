"""What it takes to import the app, beside the libraries that it cannot do without, each in fresh interpreters."""

import subprocess
import sys

from dev.bench.figures import figure, table
from dev.place import CHECKOUT

# As they are when in use: pydantic loads most of itself for the first model, azure.core its transport for the first
# client.
_UNAVOIDABLE = {
    "azure.functions": "import azure.functions",
    "azure.data.tables": "import azure.data.tables",
    "requests, its transport": "import requests",
    "pydantic, one empty model": 'import pydantic; type("Model", (pydantic.BaseModel,), {})',
    "jwt, cryptography": "import jwt, cryptography.hazmat.primitives.asymmetric.ec",
}
_TOGETHER, _APP = "these together", "function_app"
_IMPORTS = {**_UNAVOIDABLE, _TOGETHER: "; ".join(_UNAVOIDABLE.values()), _APP: "import function_app"}
_PROGRAM = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"


def show_imports(rounds: int) -> str:
    """A table of medians; each round imports everything once, after one that fills the caches."""
    seconds: dict[str, list[float]] = {name: [] for name in _IMPORTS}
    for number in range(rounds + 1):
        for name, statements in _IMPORTS.items():
            taken = _time(statements)
            if number:
                seconds[name].append(taken)
    figures = {name: figure(taken) for name, taken in seconds.items()}
    floor = figures[_TOGETHER].median
    rows = [
        (name, f"{it.median * 1000:.0f}", f"{it.median / floor:.2f}", it.noise_text) for name, it in figures.items()
    ]
    return table(("import", "ms", f"x {_TOGETHER}", "noise"), rows)


def _time(statements: str) -> float:
    program = _PROGRAM.format(statements)
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    return float(done.stdout)
