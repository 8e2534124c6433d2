"""In which language a page answers: the one in its path, else the one the browser asks for."""

from urllib.parse import urlsplit

import azure.functions as func
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

# By its own name each, as a reader looks for it.
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
_DEFAULT = "en"


def language_of(req: func.HttpRequest, at: str = "") -> str:
    """The language to answer in. ``at`` is the page that one returns to from one that has no address of its own."""
    return _chosen(req, at) or _asked_for(req.headers.get("accept-language", "")) or _DEFAULT


def path_of(req: func.HttpRequest, at: str = "") -> str:
    """The page's path without its language: `/seats` for `/fr/seats`."""
    return _split(at or _path(req))[1]


def url(req: func.HttpRequest, path: str, at: str = "") -> str:
    """A path of ours (`/seats`), in the language that was chosen by path, if one was."""
    chosen = _chosen(req, at)
    is_in_one = path.split("/")[1] in LANGUAGES
    return path if is_in_one or not chosen else in_language(chosen, path)


def in_language(language: str, path: str) -> str:
    """The same page in a language that the browser need not ask for."""
    return f"/{language}{path.rstrip('/')}"


def _chosen(req: func.HttpRequest, at: str) -> str:
    return _split(at)[0] or _split(_path(req))[0]


def _path(req: func.HttpRequest) -> str:
    path: str = urlsplit(req.url).path
    return path


def _split(path: str) -> tuple[str, str]:
    first, _, rest = path.removeprefix("/").partition("/")
    return (first.lower(), f"/{rest}") if first.lower() in LANGUAGES else ("", path)


def _asked_for(header: str) -> str:
    # Werkzeug's own choice would rather take a plain `en;q=0.1` than a `de-AT` that is liked better.
    liked = (tag.partition("-")[0].lower() for tag, quality in parse_accept_header(header, LanguageAccept) if quality)
    return next((language for language in liked if language in LANGUAGES), "")
