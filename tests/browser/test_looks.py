"""Every page in every state and language, light and dark, at a desk and at a phone: axe finds nothing wrong with it.

Buttons are found by what they do, since their words are another language's.
"""

from collections.abc import Iterator
from itertools import chain

from tests.browser.conftest import Meet
from tests.browser.looking import look
from tests.browser.stage import Stage
from tests.browser.visitors import Visitor


def test_pages_for_everybody(meet: Meet, language: str) -> None:
    visitor = meet(language=language)
    paths = {
        "home": "/",
        "privacy": "/privacy",
        "signed-out-seats": "/seats",
        "signed-out-account": "/account",
        "landing-lost": "/landing",
        "landing-expired": "/landing?token=none",
        "nowhere": "/nowhere",
    }
    wrong: list[str] = []

    for name, path in paths.items():
        visitor.open(path)
        wrong += look(visitor, name)

    assert wrong == []


def test_pages_where_a_sign_in_ends(meet: Meet, stage: Stage, language: str) -> None:
    visitor = meet(language=language)
    page, play = visitor.page, stage.vendors.entra.play
    wrong: list[str] = []

    visitor.open("/sign-in?then=/account")
    visitor.follow(visitor.button("Cancel"))
    wrong += look(visitor, "sign-in-cancelled")
    visitor.open("/sign-in/callback?state=none")
    wrong += look(visitor, "sign-in-expired")
    play.require_admin_consent(["User.Read"])
    visitor.open("/sign-in?then=/account")
    visitor.follow(visitor.button("Bob Bee"))
    visitor.follow(visitor.button("Back to app"))
    wrong += look(visitor, "sign-in-approval")
    play.require_admin_consent([])
    visitor.sign_in("Bob", "/account")
    visitor.follow(page.locator("header form button"))
    wrong += look(visitor, "signed-out")

    assert wrong == []


def test_pages_of_a_purchase_at_microsoft(meet: Meet, stage: Stage, language: str) -> None:
    visitor, market = meet(language=language), stage.vendors.marketplace
    wrong: list[str] = []

    bought, landing = stage.buy_at_microsoft(quantity=1)
    visitor.open(landing)
    wrong += look(visitor, "landing-signed-out")
    visitor.follow(visitor.page.locator("main a[href^='/sign-in?']"))
    visitor.choose_account("Alice")
    wrong += look(visitor, "landing-to-confirm")
    visitor.page.locator("input[value=organisation]").check()
    visitor.follow(visitor.page.locator("main form button"))
    wrong += look(visitor, "landing-activated")
    stranger = meet(language=language)
    stranger.open(stage.path(str(market.play.configure(bought)["landing"])))
    stranger.follow(stranger.page.locator("main a[href^='/sign-in?']"))
    stranger.choose_account("Mallory")
    wrong += look(stranger, "landing-strangers")

    assert wrong == []


def test_pages_of_seats(meet: Meet, stage: Stage, language: str) -> None:
    visitor = meet(language=language)
    visitor.sign_in("Alice")
    wrong = look(visitor, "seats-none")
    subscription = stage.buy(quantity=4)
    stage.buy(quantity=2)
    visitor.open(f"/seats?subscription={subscription}")
    wrong += look(visitor, "seats-empty")
    for state in chain(one_by_one(visitor), many_at_once(visitor)):
        wrong += look(visitor, state)

    assert wrong == []


def one_by_one(visitor: Visitor) -> Iterator[str]:
    """Through what an administrator does for one person, by the name of each state."""
    page = visitor.page
    page.locator("#address").press_sequentially("ca")
    page.locator("#consent-needed").wait_for()
    yield "seats-consent-while-searching"
    page.locator("#address").fill("bob@contoso.example")
    visitor.do("give")
    yield "seats-consent"
    visitor.follow(page.locator("main a[href^='/sign-in?permission']").first)
    visitor.follow(visitor.button("Accept"))
    page.locator("#address").press_sequentially("ca")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    yield "seats-picker"
    for address, state in (("bob@contoso.example", "given"), ("bob@contoso.example", "had-one")):
        visitor.write_address(address)
        visitor.do("give")
        yield f"seats-{state}"
    visitor.do("release")
    yield "seats-released"
    visitor.do("give own")
    yield "seats-own"
    page.locator("#search").fill("nobody")
    visitor.follow(page.locator("#listing button.second"))
    yield "seats-not-found"


def many_at_once(visitor: Visitor) -> Iterator[str]:
    """Lists, fewer seats than people, and another subscription."""
    page = visitor.page
    page.locator("#people-list").evaluate("(list) => list.closest('details').open = true")
    page.locator("#people-list").fill(
        "carol@contoso.example\nnobody@contoso.example\nno address\nalice@contoso.example"
    )
    page.locator("#people button[value='check list']").click()
    page.locator("#people-give").wait_for()
    yield "seats-list-checked"
    page.locator("#people-give").click()
    page.locator("#people-done").wait_for()
    yield "seats-list-given"
    visitor.follow(page.locator("#people-done"))
    page.locator("#quantity").evaluate("(field) => field.closest('details').open = true")
    page.locator("#quantity").fill("1")
    visitor.do("preview cut")
    yield "seats-cut-previewed"
    visitor.stage.change_quantity(page.locator("#giving").get_attribute("data-subscription") or "", 1)
    visitor.follow(page.locator("form select#subscription + button"))
    yield "seats-cut"
    visitor.do("keep")
    yield "seats-kept"
    page.locator("#to").evaluate("(field) => field.closest('details').open = true")
    visitor.do("preview move")
    yield "seats-move-previewed"
    visitor.do("move")
    yield "seats-moved"


def test_pages_of_an_account(meet: Meet, stage: Stage, language: str) -> None:
    bob = meet(language=language)
    bob.sign_in("Bob", "/account")
    wrong = look(bob, "account-nothing")
    stage.buy("Bob", kind="person", quantity=1)
    alice = meet(language=language)
    stage.buy("Alice")
    alice.sign_in("Alice", "/account")
    for details in alice.page.locator("details").all():
        details.locator("summary").click()
    wrong += look(alice, "account-open")
    for act in ("correct", "restrict"):
        alice.do(act)
        wrong += look(alice, f"account-{act}")
    alice.do("preview organisation")
    wrong += look(alice, "account-closing-organisation")
    alice.open("/account")
    alice.do("preview")
    wrong += look(alice, "account-closing")
    alice.page.locator("input[name=confirmed]").check()
    alice.do("close")
    wrong += look(alice, "account-closed")

    assert wrong == []
