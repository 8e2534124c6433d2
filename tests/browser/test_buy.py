"""People buy at Paddle, through the overlay that its script lays over our page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.buying import choose, close_checkout, pay
from tests.browser.conftest import Meet
from tests.browser.directory import consent, find
from tests.browser.stage import Stage
from tests.browser.visitors import Way


def test_alice_buys_for_her_organisation_and_gives_bob_a_seat(meet: Meet, stage: Stage, way: Way) -> None:
    alice = meet(way)
    page, heading = alice.page, alice.page.get_by_role("heading", level=1)
    alice.sign_in("Alice", "/buy")
    expect(page.get_by_role("heading", level=3)).to_have_text(["Paddle", "Microsoft"])
    choose(alice, seats=5, owner="organisation")
    expect(heading).to_have_text("Pay at Paddle")
    pay(alice)

    expect(heading).to_have_text("Thank you: your purchase is here")
    alice.press(alice.link("Give out seats"))
    expect(page.get_by_role("main")).to_contain_text("0 of 5")
    alice.write(page.get_by_role("combobox"), "bo")
    consent(alice)
    find(alice, "bo", "Bob Bee", "bob@contoso.example")
    alice.press(alice.button("Give a seat"))

    expect(page.get_by_role("status").first).to_contain_text("Bob Bee has a seat now.")
    assert {stage.code(address) for address in stage.person("Bob").addresses} == {"LICENSED"}
    assert stage.code("alice@contoso.example") == "NO_LICENSE"


@pytest.mark.parametrize(("who", "way"), [("Bob", "mouse"), ("Bob", "keyboard"), ("Bob", "phone"), ("Pat", "mouse")])
def test_somebody_buys_one_seat_for_themself(meet: Meet, stage: Stage, way: Way, who: str) -> None:
    buyer = meet(way)
    page = buyer.page
    buyer.sign_in(who, "/buy")
    # A personal account has no organisation to buy for.
    choose(buyer, seats=1, owner="person" if who == "Bob" else None)
    pay(buyer)

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you: your purchase is here")
    expect(page.get_by_role("main")).to_contain_text("The seat is yours.")
    assert {stage.code(address) for address in stage.person(who).addresses} == {"LICENSED"}
    buyer.press(page.get_by_role("main").get_by_role("link", name="Your account"))
    expect(page.get_by_role("main")).to_contain_text("Your license is valid.")


def test_who_closes_the_checkout_has_bought_nothing_and_can_open_it_again(meet: Meet, stage: Stage) -> None:
    bob = meet("keyboard")
    bob.sign_in("Bob", "/buy")
    choose(bob, seats=1, owner="person")
    close_checkout(bob)
    expect(bob.page.get_by_role("status")).to_contain_text("Nothing is bought before you pay.")
    assert stage.code("bob@contoso.example") == "NO_LICENSE"

    bob.press(bob.button("Open the checkout"))
    pay(bob)

    expect(bob.page.get_by_role("heading", level=1)).to_have_text(re.compile("^Thank you"))
    assert stage.code("bob@contoso.example") == "LICENSED"
