"""What somebody typed on the seats page is there again when Microsoft has asked them what it had to."""

import re
from datetime import timedelta

import pytest

from functions.caller import SESSION
from tests.functions.reading import Page, read
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer
from tests.signing_in import Browser, Office, as_assignee

BEGUN = "__Secure-begun"
BOB, LIST = "bob@contoso.example", "bob@contoso.example\ncarol@contoso.example\n<b>\u202e\U0001f41d</b>"


@pytest.fixture
def bought(opened: Office) -> Subscription:
    subscription = Subscription(opened.world.checkout(as_assignee(opened.find("Alice"))))
    deliver(opened.world, *subscription.bought())
    return subscription


@pytest.fixture
def alice(opened: Office, bought: Subscription) -> Browser:
    assert bought
    browser = opened.browser()
    browser.sign_in(opened.find("Alice"), "/seats")
    return browser


def csrf(opened: Office, browser: Browser) -> str:
    session = opened.world.services.sealer.open(SESSION, browser.cookies[f"__Secure-{SESSION}"], timedelta(hours=1))
    assert session
    return str(session["c"])


def send(opened: Office, browser: Browser, do: str, **fields: str) -> Answer:
    [header] = [row for row in opened.world.rows()["subscriptions"] if row["RowKey"] == "subscription"]
    return browser.post("/seats", csrf=csrf(opened, browser), subscription=header["PartitionKey"], do=do, **fields)


def asked(answer: Answer) -> str:
    """The link to Microsoft that a page has."""
    return next(link for link in read(answer).links() if link.startswith("/sign-in?") and "subscription%3D" in link)


def follow(opened: Office, browser: Browser, link: str, who: str = "Alice", answer: str = "accept") -> Answer:
    """Through Microsoft, to the page that one comes back to."""
    at_microsoft = browser.get(link).header("location")[0]
    back = browser.come_back(browser.microsoft.sign_in(at_microsoft, opened.find(who), answer))
    then = back.header("location")[0] if back.status == 303 else "/seats"
    return browser.get(then, {"Accept": "text/html"})


def typed(page: Page) -> tuple[str, str]:
    [address] = [each for each in page.all("input") if each.attrib.get("name") == "address"]
    [pasted] = page.all("textarea")
    return address.attrib["value"], pasted.text or ""


def test_an_address_is_there_again_after_consent_once(opened: Office, alice: Browser) -> None:
    panel = send(opened, alice, "give", address=BOB)
    assert (panel.status, typed(read(panel))[0]) == (403, BOB)

    back = read(follow(opened, alice, asked(panel)))

    assert typed(back) == (BOB, "")
    assert "Here is what you had begun." in back.text("main")
    assert "has a seat now" in read(send(opened, alice, "give", address=typed(back)[0])).text("main")
    assert typed(read(alice.get("/seats"))) == ("", "")
    assert BEGUN not in alice.cookies


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_a_list_is_there_again_whatever_was_decided(opened: Office, alice: Browser, answer: str) -> None:
    panel = send(opened, alice, "check list", list=LIST)

    back = read(follow(opened, alice, asked(panel), answer=answer))

    assert typed(back) == ("", LIST)
    assert (back.errors, len(back.all("script"))) == ([], 1)


def test_a_list_that_goes_in_parts_comes_back_whole(opened: Office, alice: Browser) -> None:
    refused = send(opened, alice, "seat list", list="a@b.example c@d.example", rest="e@f.example")

    assert typed(read(follow(opened, alice, asked(refused))))[1] == "a@b.example\nc@d.example\ne@f.example"


def test_a_list_that_no_browser_keeps_is_said_to_be_lost(opened: Office, alice: Browser) -> None:
    panel = send(opened, alice, "check list", list="\n".join(f"somebody{n}@contoso.example" for n in range(200)))

    assert "too long to be kept for you" in read(panel).text("main")
    assert panel.header("set-cookie") == []
    assert "too long" not in read(send(opened, alice, "check list", list=LIST)).text("main")


def test_what_was_typed_is_in_no_address_and_sealed_on_its_way(opened: Office, alice: Browser) -> None:
    panel = send(opened, alice, "give", address=BOB)

    [cookie] = panel.header("set-cookie")
    value, *attributes = cookie.split("; ")
    assert re.fullmatch(rf"{BEGUN}=[\w-]+", value)
    assert {each.lower() for each in attributes} >= {"max-age=600", "path=/", "httponly", "samesite=lax", "secure"}
    follow(opened, alice, asked(panel))
    links = [link for page in (panel, alice.get("/seats")) for link in read(page).links()]
    assert not [link for link in links if "bob" in link.lower()]


def test_it_is_shown_to_nobody_else_who_signs_in_there(opened: Office, alice: Browser) -> None:
    send(opened, alice, "give", address=BOB)

    erin = read(follow(opened, alice, "/sign-in?then=/seats&choose=1", who="Erin"))

    assert (typed(erin), "Here is what" in erin.text("main")) == (("", ""), False)


def test_it_is_gone_after_ten_minutes_and_when_one_signs_out(opened: Office, alice: Browser) -> None:
    send(opened, alice, "give", address=BOB)
    opened.world.clock.advance(minutes=10, seconds=1)
    assert typed(read(alice.get("/seats"))) == ("", "")

    send(opened, alice, "give", address=BOB)
    assert BEGUN in alice.cookies
    alice.post("/sign-out", csrf=csrf(opened, alice))
    assert BEGUN not in alice.cookies


def test_what_is_refused_otherwise_stays_in_the_form_and_is_kept_nowhere(opened: Office, alice: Browser) -> None:
    refused = send(opened, alice, "give", address="nobody")

    assert (refused.status, typed(read(refused))[0], refused.header("set-cookie")) == (400, "nobody", [])
    assert "Here is what" not in read(refused).text("main")
