"""What is kept with the permission to look colleagues up is said before, also to who had ended it."""

from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest

from functions.caller import SESSION
from tests.functions.reading import read
from tests.histories.stored import stored
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer
from tests.signing_in import Browser, Office, as_assignee

TOLD_BEFORE = (
    "an account with your name",
    "7 days if you assign nothing",
    "the permission, encrypted",
    "90 days without use",
    "If you had ended it before, this allows it again.",
)


@pytest.fixture
def bought(opened: Office) -> Subscription:
    subscription = Subscription(opened.world.checkout(as_assignee(opened.find("Alice"))))
    deliver(opened.world, *subscription.bought())
    return subscription


def post(opened: Office, browser: Browser, path: str, **fields: str) -> Answer:
    session = opened.world.services.sealer.open(SESSION, browser.cookies[f"__Secure-{SESSION}"], timedelta(hours=1))
    assert session
    return browser.post(path, csrf=str(session["c"]), **fields)


def main(answer: Answer) -> str:
    return read(answer).text("main")


def lacks(part: Element) -> list[str]:
    told = " ".join("".join(part.itertext()).split())
    return [words for words in TOLD_BEFORE if words not in told]


def test_an_administrator_is_told_what_will_be_kept_before_they_allow_it(opened: Office, bought: Subscription) -> None:
    browser = opened.browser()
    browser.sign_in(opened.find("Erin"), "/seats")

    page = read(
        post(opened, browser, "/seats", subscription=bought.partition, do="give", address="bob@contoso.example")
    )

    [panel] = [each for each in page.all("section") if each.attrib.get("aria-labelledby") == "consent"]
    [picker] = [each for each in page.all("div") if each.attrib.get("id") == "consent-needed"]
    assert lacks(panel) == lacks(picker) == []


def test_who_lets_no_permission_be_kept_is_told_what_lifts_that_and_that_it_was_lifted(
    opened: Office, bought: Subscription
) -> None:
    assert bought
    browser = opened.browser()
    browser.sign_in(opened.find("Alice"), "/buy")
    ended = post(opened, browser, "/account", do="restrict")
    assert "Nothing but your agreeing to it again lifts that." in main(ended)
    browser.sign_in(opened.find("Alice"), "/buy")
    assert stored(opened.world.rows(), "accounts", "token") == []

    browser.sign_in(opened.find("Alice"), "/seats", permission="directory")

    assert stored(opened.world.rows(), "accounts", "token")
    assert "You had ended this before, and have allowed it again since." in main(browser.get("/account"))
