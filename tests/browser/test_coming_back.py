"""What Alice had typed when Microsoft had to ask her first is there when she is back, with a script and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.stage import Stage
from tests.browser.visitors import Visitor

LIST = "carol@contoso.example\nbob@contoso.example"


@pytest.fixture
def alice(meet: Meet, stage: Stage) -> Visitor:
    stage.buy()
    visitor = meet()
    visitor.sign_in("Alice")
    return visitor


def consent(visitor: Visitor) -> None:
    visitor.press(visitor.link("Allow it at Microsoft").locator("visible=true"))
    visitor.press(visitor.button("Accept"))


def test_a_search_goes_on_where_it_stopped(alice: Visitor) -> None:
    page = alice.page
    alice.write(page.get_by_role("combobox"), "car")
    consent(alice)

    expect(page.get_by_role("option").first).to_contain_text("Carol Sea")
    expect(page.get_by_role("combobox")).to_be_focused()
    expect(page.get_by_role("combobox")).to_have_value("car")
    assert "car" not in page.url

    page.reload()
    expect(page.get_by_role("combobox")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_list_is_there_to_go_on_with(alice: Visitor) -> None:
    page = alice.page
    alice.press(page.get_by_text("Give seats to a list of people"))
    pasted = page.get_by_label("E-mail addresses, or rows of a spreadsheet")
    alice.write(pasted, LIST)
    alice.press(alice.button("See what will happen").first)
    consent(alice)

    expect(pasted).to_have_value(LIST)
    alice.press(alice.button("See what will happen").first)
    expect(page.locator("#people-progress").get_by_role("status")).to_contain_text("2 of 2 will get a seat.")


def test_without_a_script_it_is_the_same(meet: Meet, stage: Stage) -> None:
    stage.buy()
    alice = meet(scripts=False)
    alice.sign_in("Alice")
    alice.page.locator("#address").fill("bob@contoso.example")
    alice.press(alice.button("Give a seat"))
    consent(alice)

    expect(alice.page.get_by_role("status").first).to_contain_text("Here is what you had begun.")
    expect(alice.page.locator("#address")).to_have_value("bob@contoso.example")
    alice.press(alice.button("Give a seat"))
    expect(alice.page.get_by_role("status").first).to_contain_text("Bob Bee has a seat now.")
