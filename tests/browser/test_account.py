"""Bob looks after what is held about him, until nothing is."""

import json

from playwright.sync_api import expect

from dev.entra.people import User
from tests.browser.conftest import Meet
from tests.browser.stage import Stage
from tests.browser.visitors import Way


def test_bob_takes_a_copy_closes_his_account_and_nothing_of_him_is_left(meet: Meet, stage: Stage, way: Way) -> None:
    bob_is = stage.person("Bob")
    stage.buy("Bob", kind="person", quantity=1)
    bob = meet(way)
    page = bob.page
    bob.sign_in("Bob", "/seats")
    expect(bob.button("Give my seat back")).to_be_visible()
    assert stage.code("b.bee@contoso.example") == "LICENSED"

    bob.press(bob.link("Account"))
    with page.expect_download() as downloading:
        bob.press(bob.button("Take a copy as JSON"))
    copy = json.dumps(json.loads(downloading.value.path().read_text(encoding="utf-8")), ensure_ascii=False)
    assert [each for each in _known_by(bob_is) if each not in copy] == []

    bob.press(bob.button("Close my account…"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Close your account?")
    bob.tick(page.get_by_role("checkbox"))
    bob.press(bob.button("Close my account"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Everything about you is deleted")
    rows = stage.world.rows()
    stored = json.dumps(rows, default=str)
    assert [each for each in _known_by(bob_is) if each in stored] == []
    assert (rows["accounts"], rows["people"]) == ([], [])
    assert {stage.code(address) for address in bob_is.addresses} == {"NO_LICENSE"}
    bob.open("/account")
    expect(page.get_by_role("main")).to_contain_text("Sign in")


def test_who_signs_out_is_signed_out_everywhere_if_they_wish(meet: Meet, stage: Stage) -> None:
    stage.buy()
    here, there = meet(), meet()
    for browser in (here, there):
        browser.sign_in("Alice", "/account")

    here.press(here.button("Sign out everywhere"))

    there.open("/seats")
    expect(there.page.get_by_role("main")).to_contain_text("Sign in")
    expect(there.page.locator("#giving")).to_have_count(0)


def _known_by(user: User) -> list[str]:
    return [user.name, user.id, *user.addresses]
