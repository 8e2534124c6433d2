"""Somebody with a browser: by mouse, by keyboard alone, or at a phone; whatever goes wrong in a page is a fault."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize

from tests.browser.stage import Stage

Way = Literal["mouse", "keyboard", "phone"]
DESKTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)
_LANGUAGES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR"}
_MOST_STEPS = 150
_MILLISECONDS = 10_000
_FOCUSED = """element => {
  if (element !== document.activeElement) return "";
  if (window !== top) return "theirs";
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 ? "seen" : "unseen";
}"""


@dataclass
class Visitor:
    """``page`` is what they look at."""

    page: Page
    stage: Stage
    way: Way = "mouse"
    language: str = "en"
    screenshots: Path | None = None
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, path: str) -> None:
        """By typing an address of ours."""
        self.page.goto(f"{self.stage.base}{path}")

    def reads(self, path: str) -> str:
        """The heading that is found there."""
        self.open(path)
        return self.page.get_by_role("heading", level=1).inner_text()

    def sign_in(self, name: str, then: str = "/seats") -> None:
        """From a page that asks for it, at the stand-in for Microsoft, with consent to what is asked first."""
        self.open(then)
        self.press(self.page.locator("main a[href^='/sign-in?']").first)
        self.choose_account(name)

    def choose_account(self, name: str) -> None:
        """At Microsoft."""
        self.press(self.page.get_by_role("button", name=self.stage.person(name).name, exact=True))
        accept, ours = self.button("Accept"), self.page.locator("#main")
        accept.or_(ours).wait_for()
        if accept.is_visible():
            self.press(accept)
            ours.wait_for()

    def press(self, what: Locator) -> None:
        """A button or a link."""
        if self.way == "keyboard":
            self.reach(what)
            self.page.keyboard.press("Enter")
        else:
            what.click()

    def follow(self, what: Locator) -> None:
        """To the page that a button or link leads to."""
        with self.page.expect_navigation():
            self.press(what)

    def do(self, name: str, place: int = 0) -> None:
        """The page's button that does this, in any language."""
        self.follow(self.page.locator(f"button[name=do][value='{name}']:visible").nth(place))

    def tick(self, what: Locator) -> None:
        """A box or one of several choices; the tab key leads to the first of them, arrows to the others."""
        if self.way != "keyboard":
            what.check()
            return
        choices = self.page.get_by_role("group").filter(has=what).get_by_role("radio")
        number = choices.count()
        self.reach(choices.first if number else what)
        self.page.keyboard.press("Space")
        for _ in range(number):
            if not what.is_checked():
                self.page.keyboard.press("ArrowDown")
        assert what.is_checked()

    def write(self, what: Locator, text: str) -> None:
        """Letter by letter, as people do."""
        if self.way == "keyboard":
            self.reach(what)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)
        else:
            what.fill("")
            what.press_sequentially(text)

    def write_address(self, address: str) -> None:
        """Whole, past the list of people who are found, which is closed again."""
        self.write(self.page.locator("#address"), address)
        self.page.locator("#found [role=option]").first.wait_for()
        self.page.keyboard.press("Escape")

    def until_said(self, where: str, text: str) -> None:
        """Until the page's script has said there what its form has by this name."""
        said = self.page.locator(f"#giving[data-{text}]").get_attribute(f"data-{text}") or ""
        self.page.locator(where, has_text=said).wait_for(state="attached")

    def reach(self, what: Locator) -> None:
        """By the tab key, until it has the focus, which has to be seen."""
        what.wait_for()
        for _ in range(_MOST_STEPS):
            focus = what.evaluate(_FOCUSED)
            if focus:
                assert focus != "unseen" or not self.page.url.startswith(self.stage.base), f"no focus is seen on {what}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by the tab key to {what}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium says so of each page that is answered by a refusal, too.
        is_a_status = "the server responded with a status of 4" in message.text
        if message.type in {"error", "warning"} and not is_a_status:
            self.faults.append(message.text)


@contextmanager
def visitors(browser: Browser, stage: Stage, screenshots: Path | None) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, and ends their visits."""
    met: list[Visitor] = []
    with ExitStack() as leaving:

        def meet(way: Way = "mouse", language: str = "en", **how: bool) -> Visitor:
            context = _context(browser, way, language, **how)
            leaving.callback(context.close)
            met.append(Visitor(context.new_page(), stage, way, language, screenshots))
            return met[-1]

        yield meet
    assert [fault for each in met for fault in each.faults] == []


def _context(browser: Browser, way: Way, language: str, *, scripts: bool = True) -> BrowserContext:
    made = browser.new_context(
        accept_downloads=True,
        has_touch=way == "phone",
        java_script_enabled=scripts,
        locale=_LANGUAGES[language],
        reduced_motion="reduce",
        viewport=PHONE if way == "phone" else DESKTOP,
    )
    made.set_default_timeout(_MILLISECONDS)
    return made
