"""A buyer comes from Microsoft's store."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.stage import Stage
from tests.browser.visitors import Way


def test_a_buyer_from_microsofts_store_signs_in_activates_and_uses_a_seat(meet: Meet, stage: Stage, way: Way) -> None:
    _, landing = stage.buy_at_microsoft(quantity=1)
    alice = meet(way)
    page = alice.page
    alice.open(landing)
    assert "token" not in page.url
    alice.press(page.get_by_role("main").get_by_role("link", name="Sign in with Microsoft 365"))
    alice.choose_account("Alice")

    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your purchase")
    alice.tick(page.get_by_role("radio", name="For me"))
    alice.press(alice.button("Activate"))

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Almost there|Your subscription is active"))
    # Microsoft takes its time, and each visit asks it again.
    stage.until(lambda: alice.reads("/landing") == "Your subscription is active")
    assert {stage.code(address) for address in stage.person("Alice").addresses} == {"LICENSED"}
