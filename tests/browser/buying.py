"""What visitors do to buy, in any language."""

from shared.domain.records import OwnerKind
from tests.browser.visitors import Visitor


def choose(visitor: Visitor, *, seats: int, owner: OwnerKind | None) -> None:
    """On `/buy`, and go on to Paddle; a personal account has no choice of seats and owner."""
    page = visitor.page
    visitor.tick(page.locator("input[name=plan][value=team]"))
    if owner:
        visitor.write(page.locator("#seats"), str(seats))
        visitor.tick(page.locator(f"input[name=owner][value={owner}]"))
    visitor.follow(page.locator("button[name=marketplace][value=paddle]"))


def pay(visitor: Visitor) -> None:
    """In Paddle's overlay."""
    overlay = visitor.page.frame_locator("iframe")
    visitor.write(overlay.get_by_label("Email"), "billing@contoso.example")
    visitor.press(overlay.get_by_role("button", name="Pay now"))


def close_checkout(visitor: Visitor) -> None:
    """Without paying."""
    visitor.press(visitor.page.frame_locator("iframe").get_by_role("button", name="Close"))
    visitor.page.locator("#closed").wait_for()
