"""People at the stand-in's pages: who can sign in where, what they are asked, and what the application hears."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from dev.entra import Entra
from dev.entra.cast import ALICE, BOB, CAROL, GRETA_AS_GUEST, PAT
from dev.entra.people import CONSUMERS, CONTOSO
from tests.dev.entra import CALLBACK, HOME, READ, SEARCH, SECONDS, App, app_at, buttons, number_in, query_of


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def app(running: Entra) -> Iterator[App]:
    with app_at(running) as app:
        yield app


def test_msal_signs_somebody_in_who_consents_to_what_was_asked(app: App) -> None:
    flow = app.begin()
    picker = app.visitor.visit(flow["auth_uri"])
    asked = app.visitor.press(flow["auth_uri"], user=ALICE)
    back = app.visitor.press(flow["auth_uri"], user=ALICE, action="accept").headers["Location"]
    made = app.client().acquire_token_by_auth_code_flow(flow, query_of(back))

    assert buttons(picker)[:2] == ["Alice Admin", "Bob Bee"]
    assert buttons(picker)[-1] == "Cancel"
    assert "(User.Read)" in asked.text
    assert SEARCH not in asked.text
    assert buttons(asked) == ["Accept", "Cancel"]
    assert made["scope"].split() == [READ, "openid", "profile"]
    assert app.verified(made["id_token"])["preferred_username"] == "alice@contoso.example"
    assert app.client().get_accounts()[0]["home_account_id"] == f"{ALICE}.{CONTOSO}"


def test_the_browser_is_shown_pages_by_http_at_another_site_and_everything_else_is_https(app: App) -> None:
    url = f"{app.entra.base}/common/v2.0/.well-known/openid-configuration"
    found = app.session.get(url, timeout=SECONDS).json()

    assert found["authorization_endpoint"].startswith("http://127.0.0.1:")
    assert found["end_session_endpoint"].startswith("http://127.0.0.1:")
    assert found["token_endpoint"].startswith("https://localhost:")


@pytest.mark.parametrize(("action", "number"), [("decline", "AADSTS65004"), ("cancel", "AADSTS65004")])
def test_declined_consent_and_a_cancelled_sign_in_are_told_with_the_state(app: App, action: str, number: str) -> None:
    flow = app.begin()
    back = query_of(app.visitor.press(flow["auth_uri"], user=BOB, action=action).headers["Location"])

    assert (back["error"], number_in(back), back["state"]) == ("access_denied", number, flow["state"])


@pytest.mark.parametrize(
    ("authority", "who", "comes_in"),
    [
        ("common", "pat", True),
        ("organizations", "pat", False),
        ("consumers", "pat", True),
        ("consumers", "bob", False),
        (CONTOSO, "bob", True),
        ("contoso.example", "bob", True),
        (CONTOSO, "mallory", False),
        (CONTOSO, "pat", False),
        (CONTOSO, "greta", True),
    ],
)
def test_an_authority_lets_in_whose_it_is(app: App, authority: str, who: str, comes_in: bool) -> None:  # noqa: FBT001
    uri = app.begin(authority=authority)["auth_uri"]
    page = app.visitor.press(uri, user=app.entra.state.directory.find(who).id)

    assert page.status_code == (200 if comes_in else 400)
    assert ("AADSTS50020" in page.text) is not comes_in
    assert comes_in or buttons(page) == ["Use another account", "Cancel"]


def test_a_personal_account_is_of_the_tenant_of_all_of_them_and_its_key_is_too(app: App) -> None:
    claims = app.verified(app.sign_in("pat")["id_token"])

    assert (claims["tid"], claims["oid"]) == (CONSUMERS, PAT)
    assert "wids" not in claims


def test_there_is_no_directory_for_a_personal_account_to_read(app: App) -> None:
    assert number_in(app.come_back("pat", READ, SEARCH)) == "AADSTS70011"


def test_a_guest_is_somebody_else_in_the_tenant_that_they_visit(app: App) -> None:
    there = app.verified(app.sign_in("greta", authority=CONTOSO)["id_token"])
    home = app.verified(app.sign_in("greta")["id_token"])

    assert (there["oid"], there["acct"]) == (GRETA_AS_GUEST, 1)
    assert home["oid"] != there["oid"]
    assert home["acct"] == 0


def test_a_browser_is_remembered_until_it_signs_out(app: App) -> None:
    app.sign_in("alice")
    silent = query_of(app.visitor.visit(app.begin(prompt="none")["auth_uri"]).headers["Location"])
    at_once = app.visitor.visit(app.begin()["auth_uri"])
    asked = app.visitor.visit(app.begin(prompt="select_account")["auth_uri"])
    out = f"{app.entra.pages.base}/common/oauth2/v2.0/logout?" + urlencode({"post_logout_redirect_uri": HOME})
    away = app.visitor.visit(out).headers["Location"]
    after = query_of(app.visitor.visit(app.begin(prompt="none")["auth_uri"]).headers["Location"])

    assert "code" in silent
    assert at_once.status_code == 302
    assert "Alice Admin" in buttons(asked)
    assert away == HOME
    assert (after["error"], number_in(after)) == ("login_required", "AADSTS50058")


def test_signing_out_leads_to_no_strangers_page(app: App) -> None:
    out = f"{app.entra.pages.base}/common/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example/"

    assert app.visitor.visit(out).status_code == 200


def test_a_hint_leads_to_whom_it_names(app: App) -> None:
    app.sign_in("alice")
    other = app.visitor.visit(app.begin(login_hint="carol@contoso.example")["auth_uri"])
    same = app.visitor.visit(app.begin(login_hint="alice@contoso.example")["auth_uri"])
    colleague = app.visitor.visit(app.begin(login_hint="Smith+Sons&co@contoso.example")["auth_uri"])
    personal = app.visitor.visit(app.begin(domain_hint="consumers", prompt="login")["auth_uri"])

    assert buttons(other)[0] == app.entra.state.directory.users[CAROL].name
    assert same.status_code == 302
    assert buttons(colleague)[0] == "Smith & Sons Reception"
    assert buttons(personal) == ["Pat Personal", "Cancel"]


def test_a_sign_in_that_is_too_old_is_asked_for_again(app: App) -> None:
    app.sign_in("alice")
    app.entra.clock.advance(hours=1)

    assert app.visitor.visit(app.begin(max_age=7200)["auth_uri"]).status_code == 302
    assert app.visitor.visit(app.begin(max_age=60)["auth_uri"]).status_code == 200


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"redirect_uri": CALLBACK + "/"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:7072/sign-in/callback"}, "AADSTS50011"),
        ({"client_id": "somebody"}, "AADSTS700016"),
    ],
)
def test_an_unsafe_question_goes_no_further(app: App, changed: dict[str, str], number: str) -> None:
    uri = app.begin()["auth_uri"]
    page = app.visitor.visit(f"{uri.partition('?')[0]}?{urlencode({**query_of(uri), **changed})}")

    assert page.status_code == 400
    assert number in page.text


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"code_challenge": ""}, "AADSTS9002325"),
        ({"code_challenge_method": "plain"}, "AADSTS9002325"),
        ({"response_mode": "form_post"}, "AADSTS900561"),
        ({"response_type": "id_token"}, "AADSTS900561"),
        ({"prompt": "admin_consent"}, "AADSTS90023"),
        ({"scope": ""}, "AADSTS900144"),
        ({"scope": "openid Mail.Read", "user": BOB}, "AADSTS650053"),
    ],
)
def test_a_wrong_question_is_told_to_whoever_asked(app: App, changed: dict[str, str], number: str) -> None:
    uri = app.begin()["auth_uri"]
    page = app.visitor.press(f"{uri.partition('?')[0]}?{urlencode({**query_of(uri), **changed})}", user=BOB)

    assert number_in(query_of(page.headers["Location"])) == number


def test_there_is_no_such_tenant(app: App) -> None:
    uri = app.begin()["auth_uri"].replace("/common/", "/nobody.example/")

    assert "AADSTS90002" in app.visitor.visit(uri).text


def test_names_that_are_markup_are_only_names(app: App) -> None:
    bertha = app.visitor.visit(app.begin(login_hint="<b>Bold</b> Bertha")["auth_uri"])

    assert buttons(bertha)[0] == "<b>Bold</b> Bertha"
