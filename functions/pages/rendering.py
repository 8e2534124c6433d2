"""Templates to HTML: everything is escaped, and nothing may be undefined. Jinja is loaded by the first page."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.pages.catalogues import LOCALES, catalogue, translated

if TYPE_CHECKING:
    from jinja2 import Environment

_FUNCTIONS = Path(__file__).parents[1]
TEMPLATES, STATIC = _FUNCTIONS / "templates", _FUNCTIONS / "static"


def render(language: str, template: str, context: dict[str, Any]) -> str:
    """The page's text."""
    return _environment(language).get_template(template).render(context)


@functools.cache
def static(name: str) -> str:
    """The text of a stylesheet or script of ours, which stands inside the page."""
    return (STATIC / name).read_text(encoding="utf-8")


@functools.cache
def _environment(language: str) -> "Environment":
    from babel.dates import format_date, format_datetime  # noqa: PLC0415 - no lookup needs it
    from babel.numbers import format_decimal  # noqa: PLC0415
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415
    from jinja2.ext import i18n  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[i18n],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    messages = catalogue(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        messages.gettext, messages.ngettext, newstyle=True
    )
    locale = LOCALES[language]
    environment.filters |= {
        "date": functools.partial(format_date, format="long", locale=locale),
        "moment": functools.partial(format_datetime, format="long", locale=locale),
        "number": functools.partial(format_decimal, locale=locale),
        "translated": functools.partial(translated, language),
    }
    return environment
