"""The pages of buying in every state, looked at as test_looks.py says."""

import re
from collections.abc import Iterator
from itertools import chain

from tests.browser.buying import choose, close_checkout, pay
from tests.browser.conftest import Meet
from tests.browser.looking import look
from tests.browser.visitors import Visitor


def test_pages_of_buying(meet: Meet, language: str) -> None:
    alice = meet(language=language)
    alice.open("/buy")
    wrong = look(alice, "buy-signed-out")
    alice.sign_in("Alice", "/buy")
    for state in chain(choosing(alice), checking_out(alice), arriving(alice), claiming(alice)):
        wrong += look(alice, state)

    assert wrong == []


def choosing(visitor: Visitor) -> Iterator[str]:
    """Up to Paddle."""
    yield "buy"
    choose(visitor, seats=3, owner="person")
    yield "buy-refused"
    visitor.open("/buy/arrived")
    yield "buy-nothing-under-way"


def checking_out(visitor: Visitor) -> Iterator[str]:
    """With Paddle's script, and where it is kept from loading."""
    page = visitor.page
    visitor.open("/buy")
    choose(visitor, seats=3, owner="organisation")
    page.frame_locator("iframe").get_by_role("button", name="Close").wait_for()
    yield "checkout"
    close_checkout(visitor)
    yield "checkout-closed"
    page.route(re.compile("paddle.*js"), lambda route: route.abort())
    page.reload()
    page.locator("#failed").wait_for()
    yield "checkout-failed"
    [blocked] = visitor.faults
    assert "ERR_FAILED" in blocked
    visitor.faults.clear()
    page.unroute_all()


def arriving(visitor: Visitor) -> Iterator[str]:
    """From before the payment until after it."""
    page = visitor.page
    visitor.open("/buy/arrived")
    yield "arrived-waiting"
    visitor.stage.world.clock.advance(minutes=3)
    visitor.open("/buy/arrived")
    yield "arrived-late"
    visitor.open("/buy/checkout")
    transaction = page.locator("#checkout").get_attribute("data-transaction")
    visitor.open(f"/buy?_ptxn={transaction}")
    close_checkout(visitor)
    yield "checkout-by-link"
    visitor.open("/buy/checkout")
    pay(visitor)
    page.locator("main a[href$='/seats']").wait_for()
    yield "arrived"


def claiming(visitor: Visitor) -> Iterator[str]:
    """What was bought by nobody whom we know, and what grew."""
    page = visitor.page
    visitor.open("/buy/claim")
    yield "claim"
    page.locator("#transaction").fill("txn_01h00000000000000000000000")
    page.locator("#invoice").fill("325-10566")
    page.locator("input[value=person]").check()
    visitor.follow(page.locator("main form button"))
    yield "claim-refused"
    visitor.stage.change_quantity(visitor.stage.buy("Alice", kind="person", quantity=1), 3)
    visitor.open("/buy")
    yield "buy-grown"


def test_pages_of_buying_with_a_personal_account(meet: Meet, language: str) -> None:
    pat = meet(language=language)
    pat.sign_in("Pat", "/buy")
    wrong = look(pat, "buy-personal")
    choose(pat, seats=1, owner=None)
    pay(pat)
    pat.page.locator("main a.button[href$='/account']").wait_for()
    wrong += look(pat, "arrived-personal")
    pat.open("/buy/claim")
    wrong += look(pat, "claim-personal")

    assert wrong == []
