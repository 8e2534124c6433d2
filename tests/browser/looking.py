"""Looking at a page as axe and a demanding eye do: light and dark, at a desk and at a phone."""

from typing import Literal

from playwright.sync_api import ViewportSize

from dev.azurite import HERE
from tests.browser.visitors import DESKTOP, PHONE, Visitor

_AXE = (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter
_ASK = """async (rules) => {
  const options = rules.length ? { runOnly: rules } : {};
  const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}"""
_OVERFLOWING = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter((each) =>
    each.getBoundingClientRect().right > clientWidth + 1 && !each.closest(".unseen, thead"));
  return scrollWidth > clientWidth ? wide.map(({ outerHTML }) => `too wide: ${outerHTML.slice(0, 120)}`) : [];
}"""
# All of axe once; then what another light or width can change.
_VIEWS: tuple[tuple[ViewportSize, Literal["light", "dark"], list[str] | None], ...] = (
    (DESKTOP, "light", []),
    (DESKTOP, "dark", ["color-contrast", "link-in-text-block"]),
    (PHONE, "light", ["target-size", "scrollable-region-focusable"]),
    (PHONE, "dark", None),
)


def look(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with what a visitor sees, in whatever light; pictures of it where they are wanted."""
    page, folder = visitor.page, visitor.screenshots
    wrong: list[str] = []
    shown = page.inner_html("body")
    assert shown not in visitor.seen, f"{name} is what was looked at before"
    visitor.seen.add(shown)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    for size, scheme, rules in _VIEWS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        state = f"{name}.{visitor.language}.{size['width']}.{scheme}"
        if folder:
            page.screenshot(path=folder / f"{state}.png", full_page=True)
        if rules is not None:
            wrong += [f"{state} {each}" for each in page.evaluate(_ASK, rules)]
            wrong += [f"{state} {each}" for each in page.evaluate(_OVERFLOWING)]
    page.set_viewport_size(DESKTOP)
    return wrong
