"""Certificates that are trusted beside the usual ones; nothing is ever trusted less."""

import atexit
import os
import tempfile
from pathlib import Path

import certifi


def trusted_with(extra_ca_file: str) -> str:
    """The path of a bundle with the usual authorities and those of a PEM file. Raises OSError if it cannot be read."""
    bundle = Path(certifi.where()).read_bytes() + b"\n" + Path(extra_ca_file).read_bytes()
    handle, path = tempfile.mkstemp(suffix=".pem")
    with os.fdopen(handle, "wb") as file:
        file.write(bundle)
    atexit.register(Path(path).unlink, missing_ok=True)
    return path
