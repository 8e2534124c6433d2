"""The catalogues of texts: what templates, refusals and the inventory say, and where it waits for a translation."""

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po

import functions  # noqa: F401 - refusals of triggers count, too
from functions.pages.catalogues import LOCALES, TRANSLATIONS
from functions.pages.rendering import TEMPLATES
from functions.seats.lists import HEADINGS, YES
from shared.domain import errors, inventory

_JINJA = "jinja2.ext:babel_extract"
_OPTIONS = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
_COLUMNS = 110
# Dates would make every run a change, and names and addresses have no place in a catalogue.
_NOISE = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator|Language-Team): .*\n', re.MULTILINE
)


def update_catalogues() -> None:
    """Bring each language's file up to date: new texts wait empty, texts that are gone go."""
    template = extracted()
    for language in sorted(set(LOCALES) - {"en"}):
        found = catalogue_of(language)
        # A text that only resembles an older one is translated anew, rather than guessed.
        found.update(template, no_fuzzy_matching=True)
        written = BytesIO()
        write_po(written, found, width=_COLUMNS, include_lineno=False, ignore_obsolete=True)
        path_of(language).write_bytes(_NOISE.sub(b"", written.getvalue()))
        waiting = sum(not message.string or not all(message.string) for message in found if message.id)
        print(f"{language}: {len(found)} texts, {waiting} without a translation")


def extracted() -> Catalog:
    """Every text that a page can show."""
    catalogue = Catalog()
    for path in sorted(TEMPLATES.glob("*.html")):
        where = f"functions/templates/{path.name}"
        with path.open("rb") as file:
            for line, message, comments, context in extract(_JINJA, file, DEFAULT_KEYWORDS, options=_OPTIONS):
                catalogue.add(message, locations=[(where, line)], auto_comments=comments, context=context)
    for text, where in _declared():
        catalogue.add(text, locations=[(where, 0)])
    return catalogue


def catalogue_of(language: str) -> Catalog:
    """What is translated by now."""
    if not path_of(language).exists():
        return Catalog(locale=language, project="license-server", version="1", fuzzy=False)
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    return TRANSLATIONS / f"{language}.po"


def _declared() -> Iterator[tuple[str, str]]:
    """What stands in no template: sentences of refusals, the words of the inventory, and headings of an export."""
    for heading in (*HEADINGS, YES):
        yield heading, "functions/seats/lists.py"
    for refusal in _all_kinds(errors.Refusal):
        yield refusal.sentence, "shared/domain/errors.py"
    for _, words in inspect.getmembers(inventory, inspect.isclass):
        if issubclass(words, StrEnum) and words is not StrEnum:
            for word in words:
                yield word.value, "shared/domain/inventory.py"


def _all_kinds(of: type[errors.Refusal]) -> Iterator[type[errors.Refusal]]:
    yield of
    for kind in of.__subclasses__():
        yield from _all_kinds(kind)
