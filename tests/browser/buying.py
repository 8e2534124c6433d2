"""What visitors do to buy."""

from tests.browser.visitors import Visitor


def choose(visitor: Visitor, *, seats: int, owner: str) -> None:
    """On `/buy`, and go on to Paddle."""
    page = visitor.page
    visitor.tick(page.get_by_role("radio", name="Team"))
    if owner:
        visitor.write(page.get_by_label("Number of seats"), str(seats))
        visitor.tick(page.get_by_role("radio", name=owner, exact=True))
    visitor.press(visitor.button("Buy at Paddle"))


def pay(visitor: Visitor) -> None:
    """In Paddle's overlay."""
    overlay = visitor.page.frame_locator("iframe")
    visitor.write(overlay.get_by_label("Email"), "billing@contoso.example")
    visitor.press(overlay.get_by_role("button", name="Pay now"))
