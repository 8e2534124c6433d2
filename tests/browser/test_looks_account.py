"""The pages about an account in every state, looked at as test_looks.py says."""

from collections.abc import Iterator
from itertools import chain

from tests.browser.conftest import Meet
from tests.browser.looking import look
from tests.browser.stage import Stage
from tests.browser.visitors import Visitor


def test_pages_of_an_account(meet: Meet, stage: Stage, language: str) -> None:
    alice = meet(language=language)
    stage.buy("Alice")
    ended = stage.buy("Alice", kind="person", quantity=1).partition(".")[2]
    stage.vendors.paddle.play.endings.schedule(ended)
    alice.sign_in("Alice", "/account")
    wrong: list[str] = []
    for state in chain(using_rights(alice), closing(alice)):
        wrong += look(alice, state)

    assert wrong == []


def using_rights(visitor: Visitor) -> Iterator[str]:
    """Of somebody who bought, has a seat, and administers."""
    yield "account"
    for details in visitor.page.locator("details").all():
        details.locator("summary").click()
    yield "account-open"
    for act in ("correct", "restrict", "allow tokens", "object", "allow"):
        visitor.do(act)
        yield f"account-{act}"
    visitor.page.locator("button[value='allow']").wait_for(state="detached")


def closing(visitor: Visitor) -> Iterator[str]:
    """Of oneself and of the organisation, each to the end."""
    page = visitor.page
    for what in ("preview organisation", "preview"):
        visitor.open("/account")
        visitor.do(what)
        yield f"account-{what}"
        page.locator("input[name=confirmed]").check()
        visitor.follow(page.locator("button.danger"))
        yield f"account-{what}-done"


def test_pages_of_an_account_of_whoever_bought_nothing(meet: Meet, stage: Stage, language: str) -> None:
    bob = meet(language=language)
    bob.sign_in("Bob", "/account")
    wrong = look(bob, "account-nothing")
    bob.open("/seats")
    wrong += look(bob, "seats-nothing")
    stage.seat(stage.assignee("Bob"), stage.buy())
    bob.open("/seats")
    wrong += look(bob, "seats-seated")
    bob.open("/account")
    wrong += look(bob, "account-seated")
    bob.do("preview")
    wrong += look(bob, "account-closing-seated")
    bob.page.locator("input[name=confirmed]").check()
    bob.do("close")
    wrong += look(bob, "account-closed-seated")

    assert wrong == []


def test_pages_of_who_is_signed_out_everywhere(meet: Meet, stage: Stage, language: str) -> None:
    stage.buy()
    alice = meet(language=language)
    alice.sign_in("Alice", "/account")
    alice.follow(alice.page.locator("main form[action='/sign-out'] button"))

    assert look(alice, "signed-out-everywhere") == []
