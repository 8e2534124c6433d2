"""Looking at a page as axe and a demanding eye do: light and dark, at a desk and at a phone."""

from collections.abc import Sequence
from itertools import product
from typing import Literal, get_args

from playwright.sync_api import ViewportSize

from dev.azurite import HERE
from tests.browser.visitors import DESKTOP, PHONE, Visitor

Scheme = Literal["light", "dark"]
View = tuple[ViewportSize, Scheme]

_AXE = (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# What is in a marketplace's frame is the marketplace's.
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter
_ASK = """async (rules) => {
  const only = rules.length ? { runOnly: rules } : {};
  const options = { iframes: false, preload: false, resultTypes: ["violations"], ...only };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}"""
_OVERFLOWING = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter((each) =>
    each.getBoundingClientRect().right > clientWidth + 1 && !each.closest(".unseen, thead"));
  return scrollWidth > clientWidth ? wide.map(({ outerHTML }) => `too wide: ${outerHTML.slice(0, 120)}`) : [];
}"""
_EVERY: list[tuple[View, tuple[str, ...]]] = [(view, ()) for view in product((DESKTOP, PHONE), get_args(Scheme))]
_LIGHT = ("color-contrast", "link-in-text-block")
_WIDTH = ("target-size", "scrollable-region-focusable")
# Each state is seen in one language: by all of axe at a desk, in the dark and at a phone by the rules whose answer may
# have changed. `make screenshots` looks at all combinations of language, light and width by all of axe.
_LEAST: list[tuple[View, tuple[str, ...]]] = [((DESKTOP, "light"), ()), ((PHONE, "dark"), (*_LIGHT, *_WIDTH))]


def look(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with what a visitor sees; pictures of it where they are wanted."""
    page = visitor.page
    shown = page.inner_html("body")
    assert shown not in visitor.seen, f"{name} is what was looked at before"
    visitor.seen.add(shown)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    views = _EVERY if visitor.screenshots else _LEAST
    wrong = [each for view, rules in views for each in _look_by(visitor, name, view, rules)]
    # Words of any language may be too long.
    page.set_viewport_size(PHONE)
    wrong += [f"{name}.{visitor.language} {each}" for each in page.evaluate(_OVERFLOWING)]
    page.set_viewport_size(DESKTOP)
    return wrong


def _look_by(visitor: Visitor, name: str, view: View, rules: Sequence[str]) -> list[str]:
    page, (size, scheme) = visitor.page, view
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    state = f"{name}.{visitor.language}.{size['width']}.{scheme}"
    if visitor.screenshots:
        page.screenshot(path=visitor.screenshots / f"{state}.png", full_page=True)
    return [f"{state} {each}" for each in page.evaluate(_ASK, list(rules))]
