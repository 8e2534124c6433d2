"""Texts, dates and numbers in each language. Nothing of Babel is loaded before the first page."""

import functools
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

TRANSLATIONS = Path(__file__).parents[1] / "translations"

# English stands in the templates; its dates are those of most of the world.
LOCALES = {"en": "en_GB", "de": "de", "fr": "fr"}


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """The messages of a language. English is what the templates say already."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - no lookup needs it
    from babel.messages.pofile import read_po  # noqa: PLC0415
    from babel.support import Translations  # noqa: PLC0415

    path = TRANSLATIONS / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translated(language: str, text: str) -> str:
    """A text that is not in a template: a refusal's sentence, a word of the inventory."""
    return catalogue(language).gettext(text) if text else ""
