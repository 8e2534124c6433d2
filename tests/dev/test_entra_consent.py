"""What people allow an application at the stand-in for Entra, for themselves or for everybody, and what it hears."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from dev.entra import Entra
from dev.entra.cast import ALICE, BOB, ERIN
from dev.entra.people import CONTOSO
from tests.dev.entra import CALLBACK, CLIENT, READ, SEARCH, App, app_at, buttons, number_in, query_of


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def app(running: Entra) -> Iterator[App]:
    with app_at(running) as app:
        yield app


def test_what_was_consented_to_is_not_asked_again_but_more_is(app: App) -> None:
    app.sign_in("bob")
    again = app.visitor.press(app.begin()["auth_uri"], user=BOB)
    more = app.visitor.press(app.begin(READ, SEARCH)["auth_uri"], user=BOB)

    assert again.status_code == 302
    assert "(User.ReadBasic.All)" in more.text
    assert "(User.Read)" not in more.text


def test_an_administrator_can_consent_for_everybody(app: App) -> None:
    flow = app.begin(READ, SEARCH)
    asked = app.visitor.press(flow["auth_uri"], user=ALICE)
    app.visitor.press(flow["auth_uri"], user=ALICE, action="accept", organisation="yes")

    assert 'type="checkbox"' in asked.text
    assert app.visitor.press(app.begin(READ, SEARCH)["auth_uri"], user=BOB).status_code == 302


def test_nobody_else_can(app: App) -> None:
    flow = app.begin()
    asked = app.visitor.press(flow["auth_uri"], user=ERIN)
    app.visitor.press(flow["auth_uri"], user=ERIN, action="accept", organisation="yes")

    assert 'type="checkbox"' not in asked.text
    assert app.visitor.press(app.begin()["auth_uri"], user=BOB).status_code == 200


def test_where_an_administrator_must_consent_others_can_only_go_back(app: App) -> None:
    app.entra.play.require_admin_consent()
    flow = app.begin(READ, SEARCH)
    page = app.visitor.press(flow["auth_uri"], user=ERIN)
    forced = app.visitor.press(flow["auth_uri"], user=ERIN, action="accept")
    back = query_of(app.visitor.press(flow["auth_uri"], user=ERIN, action="back").headers["Location"])

    assert "Approval required" in page.text
    assert "Approval required" in forced.text
    assert buttons(page) == ["Back to app", "Use another account"]
    assert (back["error"], number_in(back)) == ("access_denied", "AADSTS90094")


def test_an_administrator_approves_at_an_endpoint_of_its_own(app: App) -> None:
    app.entra.play.require_admin_consent()
    url = f"{app.entra.pages.base}/{CONTOSO}/adminconsent?" + urlencode(
        {"client_id": CLIENT, "redirect_uri": CALLBACK, "state": "s"}
    )
    refused = app.visitor.press(url, user=ERIN, action="accept")
    declined = query_of(app.visitor.press(url, user=ALICE, action="decline").headers["Location"])
    asked = app.visitor.press(url, user=ALICE)
    approved = query_of(app.visitor.press(url, user=ALICE, action="accept").headers["Location"])

    assert "Approval required" in refused.text
    assert (declined["error"], declined["admin_consent"], declined["state"]) == ("access_denied", "True", "s")
    assert "for your organization" in asked.text
    assert approved == {"admin_consent": "True", "tenant": CONTOSO, "state": "s"}
    assert "code" in app.come_back("bob", READ, SEARCH)


def test_nobody_approves_for_another_tenant(app: App) -> None:
    url = f"{app.entra.pages.base}/{CONTOSO}/v2.0/adminconsent?" + urlencode(
        {"client_id": CLIENT, "redirect_uri": CALLBACK, "scope": f"https://graph.microsoft.com/{SEARCH}"}
    )
    mallory = app.entra.state.directory.find("mallory").id

    refused = query_of(app.visitor.press(url, user=mallory, action="accept").headers["Location"])

    assert number_in(refused) == "AADSTS50020"


def test_without_anybody_to_ask_missing_consent_is_told(app: App) -> None:
    app.sign_in("bob")

    back = query_of(app.visitor.visit(app.begin(READ, SEARCH, prompt="none")["auth_uri"]).headers["Location"])

    assert (back["error"], number_in(back)) == ("consent_required", "AADSTS65001")


def test_consent_is_asked_again_on_demand(app: App) -> None:
    app.sign_in("bob")

    assert "(User.Read)" in app.visitor.visit(app.begin(prompt="consent")["auth_uri"]).text
