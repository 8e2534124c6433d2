"""In which language a page answers: the one in its path, else the one the browser asks for."""

from urllib.parse import urlsplit

import azure.functions as func
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

# By its own name each, as a reader looks for it.
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
_DEFAULT = "en"


def language_of(req: func.HttpRequest) -> str:
    """The language to answer in."""
    return _split(req)[0] or _asked_for(req.headers.get("accept-language", "")) or _DEFAULT


def path_of(req: func.HttpRequest) -> str:
    """The page's path without its language: `/seats` for `/fr/seats`."""
    return _split(req)[1]


def url(req: func.HttpRequest, path: str) -> str:
    """A path of ours (`/seats`), in the language that was chosen by path, if one was."""
    chosen = _split(req)[0]
    is_in_one = path.split("/")[1] in LANGUAGES
    return path if is_in_one or not chosen else in_language(chosen, path)


def in_language(language: str, path: str) -> str:
    """The same page in a language that the browser need not ask for."""
    return f"/{language}{path.rstrip('/')}"


def _split(req: func.HttpRequest) -> tuple[str, str]:
    path = urlsplit(req.url).path
    first, _, rest = path.removeprefix("/").partition("/")
    return (first.lower(), f"/{rest}") if first.lower() in LANGUAGES else ("", path)


def _asked_for(header: str) -> str:
    # Werkzeug's own choice would rather take a plain `en;q=0.1` than a `de-AT` that is liked better.
    liked = (tag.partition("-")[0].lower() for tag, quality in parse_accept_header(header, LanguageAccept) if quality)
    return next((language for language in liked if language in LANGUAGES), "")
