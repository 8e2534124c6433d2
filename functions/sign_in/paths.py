"""Where a sign-in may lead back to, and what for."""

import re

from functions.pages import LANGUAGES
from shared.operations.sign_in_person import Purpose

_OURS = re.compile(r"/([\w.~-]+(/[\w.~-]+)*/?)?(\?[\w.~=&-]*)?", re.ASCII)
_LONGEST = 200
_NOT_PAGES = {"api", "sign-in", "sign-out"}
_OPEN_AN_ACCOUNT = {"buy", "landing"}


def page_of_ours(then: str) -> str:
    """A page to return to, as a path of this site; the start page for anything else."""
    if len(then) > _LONGEST or not _OURS.fullmatch(then) or _first(then) in _NOT_PAGES:
        return "/"
    return then


def _first(path: str) -> str:
    """What a path begins with, its language aside."""
    first, *others = path.partition("?")[0].lower().strip("/").split("/")
    return others[0] if first in LANGUAGES and others else first


def language_in(path: str) -> str:
    """The language that a path begins with; empty where it names none."""
    first = path.partition("?")[0].lower().strip("/").partition("/")[0]
    return first if first in LANGUAGES else ""


def start_page(language: str) -> str:
    """The start page in a language; in the reader's own where it is none of ours."""
    return f"/{language}" if language in LANGUAGES else "/"


def purpose_of(then: str) -> Purpose:
    """What somebody signs in for who is to return there."""
    return "buy" if _first(then) in _OPEN_AN_ACCOUNT else "visit"
