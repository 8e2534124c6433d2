"""`python -m dev reset`: drop the local data; keys and other settings stay."""

import shutil

from dev.place import Place


def reset(place: Place) -> None:
    """Raises Trouble while the server runs."""
    with place.held():
        shutil.rmtree(place.data)
    print("The local data is gone; the next make dev starts afresh, with the same keys.")
