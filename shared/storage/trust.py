"""Certificates that are trusted beside the usual ones; nothing is ever trusted less."""

import atexit
import os
import tempfile
from pathlib import Path

import certifi


def trusted_with(extra_ca_file: str) -> str:
    """The path of a bundle with the usual authorities and those of a PEM file. Raises OSError if it cannot be read."""
    bundle = Path(certifi.where()).read_text(encoding="ascii") + Path(extra_ca_file).read_text(encoding="ascii")
    handle, path = tempfile.mkstemp(suffix=".pem", text=True)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(bundle)
    atexit.register(Path(path).unlink, missing_ok=True)
    return path
