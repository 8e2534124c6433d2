"""What triggers show to people. A page is a template in `functions/templates` that extends `frame.html`.

Text for readers stands in templates only, in English, inside `{% trans %}`; scripts get theirs from `data-` attributes.
Everything that a template is handed: what `show` was given, and `session`, `csrf`, `language`, `vendor`, `path`,
`url("/seats")` (a link that keeps the language), and the filters `date`, `moment`, `number` and `translated`.
"""

from functions.pages.answering import see_other, show
from functions.pages.catalogues import translated
from functions.pages.endpoints import page_endpoint, pages_at, show_refusal, wants_page, who
from functions.pages.language import LANGUAGES, language_of, url
from functions.pages.policy import Allows

__all__ = [
    "LANGUAGES",
    "Allows",
    "language_of",
    "page_endpoint",
    "pages_at",
    "see_other",
    "show",
    "show_refusal",
    "translated",
    "url",
    "wants_page",
    "who",
]
