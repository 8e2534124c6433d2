"""The browser of these tests asks nobody beyond this machine, and would be caught at it."""

import pytest
from playwright.sync_api import Browser, Error

from tests.browser.chromium import Beyond
from tests.browser.conftest import Meet


def test_what_is_asked_beyond_this_machine_is_noted_and_refused(browser: Browser, beyond: Beyond) -> None:
    beyond.asked.clear()

    with browser.new_context() as context:
        page = context.new_page()

        with pytest.raises(Error, match="ERR_TUNNEL_CONNECTION_FAILED"):
            page.goto("https://vendor.example/")
        with pytest.raises(Error, match="ERR_HTTP_RESPONSE_CODE_FAILURE"):
            page.goto("http://vendor.example/policy")

    # Chromium may ask twice.
    assert set(beyond.asked) == {"CONNECT vendor.example:443 HTTP/1.1", "GET http://vendor.example/policy HTTP/1.1"}


def test_pages_of_ours_are_reached_without_it(meet: Meet, beyond: Beyond) -> None:
    visitor = meet()

    visitor.open("/")

    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Licenses for Mail Merge"
    assert beyond.asked == []


def test_what_goes_wrong_in_a_page_is_noted(meet: Meet) -> None:
    visitor = meet()
    visitor.open("/")

    visitor.page.evaluate(
        "() => { document.body.append(Object.assign(document.createElement('script'), {text: '1'})) }"
    )

    [fault] = visitor.faults
    assert "Content Security Policy" in fault
    visitor.faults.clear()
