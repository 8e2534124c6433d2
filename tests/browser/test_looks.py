"""Every page in every state and language, light and dark, at a desk and at a phone: axe finds nothing wrong with it.

Buttons are found by what they do, since their words are another language's.
"""

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


def test_pages_where_a_permission_ends(meet: Meet, stage: Stage, language: str) -> None:
    stage.buy()
    alice, erin = meet(language=language), meet(language=language)
    for visitor, name in ((alice, "Alice"), (erin, "Erin")):
        visitor.sign_in(name)
    ask = "/sign-in?permission=directory&then=/seats"
    alice.open(ask)
    alice.follow(alice.button("Cancel"))
    wrong = look(alice, "permission-declined")
    stage.vendors.entra.play.require_admin_consent()
    erin.open(ask)
    erin.follow(erin.button("Back to app"))
    wrong += look(erin, "permission-approval")
    erin.open("/account")
    erin.page.locator("main input[name=csrf]").first.evaluate("(field) => { field.value = 'of another page' }")
    erin.follow(erin.page.locator("main form button").first)
    wrong += look(erin, "error")

    assert wrong == []


def test_pages_of_a_purchase_at_microsoft(meet: Meet, stage: Stage, language: str) -> None:
    visitor, market = meet(language=language), stage.vendors.marketplace
    wrong: list[str] = []

    bought, landing = stage.buy_at_microsoft(quantity=1, payer="Carol", trial=True)
    visitor.open(landing)
    wrong += look(visitor, "landing-signed-out")
    visitor.follow(visitor.page.locator("main a[href^='/sign-in?']"))
    visitor.choose_account("Alice")
    wrong += look(visitor, "landing-to-confirm")
    visitor.page.locator("input[value=organisation]").check()
    visitor.follow(visitor.page.locator("main form button"))
    stage.until(lambda: activated(visitor))
    wrong += look(visitor, "landing-active")
    for name, state in (("Mallory", "strangers"), ("Bob", "colleagues"), ("Carol", "somebodys")):
        other = meet(language=language)
        other.open(stage.path(str(market.play.configure(bought)["landing"])))
        other.follow(other.page.locator("main a[href^='/sign-in?']"))
        other.choose_account(name)
        wrong += look(other, f"landing-{state}")
    market.play.suspend(bought)
    stage.until_stored(f"microsoft.{bought}", status="suspended")
    visitor.open("/landing")
    wrong += look(visitor, "landing-unpaid")
    market.play.unsubscribe(bought)
    stage.until_stored(f"microsoft.{bought}", status="ended")
    visitor.open("/landing")
    wrong += look(visitor, "landing-gone")

    assert wrong == []


def activated(visitor: Visitor) -> bool:
    """Microsoft takes its time, and each visit asks it again."""
    visitor.open("/landing")
    return visitor.page.locator("main form").count() == 0
