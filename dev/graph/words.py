"""How Graph takes a name and a search apart: by spaces, symbols, numbers, and where capitals begin.

https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
"""

import unicodedata
from itertools import pairwise


def has_words(name: str, sought: str) -> bool:
    """Each sought word begins a word of the name, in any order."""
    there = _words(name, joined=True)
    return all(any(each.startswith(word) for each in there) for word in _words(sought))


def _words(text: str, *, joined: bool = False) -> set[str]:
    """``joined``: words that only symbols part count as one, too."""
    words = set()
    for run in unicodedata.normalize("NFC", text).split():
        parts = _parts(run)
        words.update(parts)
        if joined:
            words.add("".join(part for part in parts if part.isalnum()))
    return {word.casefold() for word in words if word}


def _parts(run: str) -> list[str]:
    """Of what no space parts."""
    parts = [run[:1]]
    for before, after in pairwise(run):
        if _kind(before) != _kind(after) or (before.islower() and after.isupper()) or _kind(after) == "symbol":
            parts.append(after)
        else:
            parts[-1] += after
    return parts


def _kind(letter: str) -> str:
    if letter.isdecimal():
        return "number"
    return "letter" if letter.isalpha() or unicodedata.category(letter).startswith("M") else "symbol"
