"""The page of seats in every state, looked at as test_looks.py says."""

from collections.abc import Iterator
from itertools import chain

from tests.browser.conftest import Meet
from tests.browser.directory import stranger
from tests.browser.looking import look
from tests.browser.stage import Stage
from tests.browser.visitors import Visitor

_SEND_AS_IT_IS = """(form, step) => {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: step }));
  form.submit();
}"""


def test_pages_of_seats(meet: Meet, stage: Stage, language: str) -> None:
    visitor = meet(language=language)
    visitor.sign_in("Alice")
    wrong = look(visitor, "seats-none")
    subscription = stage.buy(quantity=4)
    stage.buy(quantity=2)
    visitor.open(f"/seats?subscription={subscription}")
    wrong += look(visitor, "seats-empty")
    for state in chain(one_by_one(visitor), failing(visitor), many_at_once(visitor)):
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
    yield "seats-back"
    page.locator("#address").fill("")
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


def failing(visitor: Visitor) -> Iterator[str]:
    """What can go wrong for one person."""
    page, graph = visitor.page, visitor.stage.graph
    visitor.open("/seats")
    page.locator("#address").press_sequentially("zzz")
    visitor.until_said("#finding", "none")
    yield "seats-nobody-found"
    visitor.do("give")
    yield "seats-refused"
    fault = graph.faults.add("500", match="/users")
    page.locator("#address").fill("")
    page.locator("#address").press_sequentially("ca")
    visitor.until_said("#finding", "failed")
    yield "seats-directory-down"
    graph.faults.clear(fault.id)
    visitor.faults.clear()


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
    visitor.do("try cut")
    yield "seats-cut-tried"
    visitor.stage.change_quantity(page.locator("#giving").get_attribute("data-subscription") or "", 1)
    visitor.follow(page.locator("form select#subscription + button"))
    yield "seats-cut"
    visitor.do("keep")
    yield "seats-kept"
    visitor.do("keep no longer")
    yield "seats-kept-no-longer"
    page.locator("#to").evaluate("(field) => field.closest('details').open = true")
    visitor.do("preview move")
    yield "seats-move-previewed"
    visitor.do("move")
    yield "seats-moved"


def test_pages_of_many_seats(meet: Meet, stage: Stage, language: str) -> None:
    alice = meet(language=language)
    page = alice.page
    subscription = stage.buy(quantity=27)
    stage.vendors.entra.play.consent("Alice")
    for number in range(27):
        stage.seat(stranger(number), subscription)
    alice.sign_in("Alice")
    alice.open("/sign-in?permission=directory&then=/seats")
    page.locator(".gone:visible").first.wait_for()
    wrong = look(alice, "seats-full")
    alice.follow(page.locator("button[name=after]"))
    page.locator(".gone:visible").first.wait_for()
    wrong += look(alice, "seats-next-page")
    # As without a script.
    page.locator("#people-list").evaluate("(list) => list.value = 'carol@contoso.example, nobody'")
    for step in ("check list", "seat list"):
        with page.expect_navigation():
            page.locator("#people").evaluate(_SEND_AS_IT_IS, step)
        wrong += look(alice, f"seats-{step}")

    assert wrong == []


def test_pages_of_a_buyer_who_administers_nothing(meet: Meet, stage: Stage, language: str) -> None:
    bob = meet(language=language)
    subscription = stage.buy("Bob", quantity=3)
    bob.sign_in("Bob")
    wrong = look(bob, "seats-buyer")
    bob.do("give own")
    wrong += look(bob, "seats-buyer-seated")
    play, bought = stage.vendors.paddle.play, subscription.partition(".")[2]
    play.renewals.fail_renewal(bought)
    stage.until_stored(subscription, status="past_due")
    for page in ("/seats", "/account"):
        bob.open(page)
        wrong += look(bob, f"unpaid-{page[1:]}")
    play.endings.cancel(bought)
    stage.until_stored(subscription, status="ended")
    for page in ("/seats", "/account"):
        bob.open(page)
        wrong += look(bob, f"ended-{page[1:]}")

    assert wrong == []
