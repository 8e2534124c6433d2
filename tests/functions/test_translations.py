"""Every text of every page is there in each language, whole: none missing, none left over, nothing lost within."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from dev.messages import catalogue_of, extracted, path_of
from functions.pages import LANGUAGES, translated

TRANSLATED = sorted(set(LANGUAGES) - {"en"})
TEXTS = extracted()


def texts(catalogue: Catalog) -> dict[str | tuple[str, ...], Message]:
    return {tuple(found.id) if found.pluralizable else str(found.id): found for found in catalogue if found.id}


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else [*text]


def within(text: str) -> list[str]:
    """What a translation must take over: places for values, and markup."""
    return sorted(re.findall(r"%\([a-z]+\)s|<[^>]+>", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_text_is_translated_and_no_other_is(language: str) -> None:
    theirs = texts(catalogue_of(language))

    assert texts(TEXTS).keys() - theirs.keys() == set(), "run python -m dev messages"
    assert theirs.keys() - texts(TEXTS).keys() == set(), "run python -m dev messages"
    assert [found.id for found in theirs.values() if not all(forms(found.string)) or found.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_places_and_markup(language: str) -> None:
    wrong = [
        (source, translation)
        for found in texts(catalogue_of(language)).values()
        if all(forms(found.string))
        for source, translation in zip([*forms(found.id), forms(found.id)[-1]], forms(found.string), strict=False)
        if within(source) != within(translation)
    ]

    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_what_its_language_needs_and_is_as_the_command_writes_it(language: str) -> None:
    catalogue = catalogue_of(language)

    assert (catalogue.num_plurals, str(catalogue.locale)) == (2, language)
    assert b"\r" not in path_of(language).read_bytes()


def test_a_refusal_and_a_word_of_the_inventory_are_texts_too() -> None:
    assert {"Sign in to go on.", "to delete what is due"} <= texts(TEXTS).keys()


def test_what_has_no_translation_stays_as_it_is() -> None:
    assert [translated("fr", text) for text in ("", "nowhere")] == ["", "nowhere"]
