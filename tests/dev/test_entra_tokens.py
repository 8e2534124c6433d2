"""What an application gets for a code or a refresh token, until somebody takes it back, and misbehaviour on order."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from dev.entra import Entra
from dev.entra.misbehaviour import KINDS
from dev.entra.people import CONTOSO, ROLES
from dev.entra.user_tokens import GUEST, MEMBER
from dev.wire import Refused
from tests.dev.entra import CALLBACK, READ, SEARCH, SECONDS, App, app_at, query_of


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def app(running: Entra) -> Iterator[App]:
    with app_at(running) as app:
        yield app


def by_code(app: App, **changed: str) -> requests.Response:
    """A code of Bob's is redeemed, with something changed."""
    flow = app.begin()
    code = query_of(app.visitor.sign_in(flow["auth_uri"], app.entra.state.directory.find("bob")))["code"]
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": flow["code_verifier"], **changed}
    return app.redeem(**sent)


def refresh(app: App, token: str, **changed: str) -> dict[str, Any]:
    answer: dict[str, Any] = app.redeem(grant_type="refresh_token", refresh_token=token, **changed).json()
    return answer


def wids(made: dict[str, Any]) -> set[str]:
    return set(made["id_token_claims"]["wids"])


def test_a_code_is_good_once(app: App) -> None:
    code = app.come_back("bob")["code"]
    tried = [app.redeem(grant_type="authorization_code", code=code, code_verifier="wrong").json() for _ in range(2)]

    assert [each["error_codes"] for each in tried] == [[501481], [54005]]


def test_a_code_is_good_for_ten_minutes(app: App) -> None:
    flow = app.begin()
    back = query_of(app.visitor.sign_in(flow["auth_uri"], app.entra.state.directory.find("bob")))
    app.entra.clock.advance(minutes=11)

    assert app.client().acquire_token_by_auth_code_flow(flow, back)["error_codes"] == [70008]


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"code_verifier": ""}, 501481),
        ({"code": "guessed"}, 9002313),
        ({"redirect_uri": CALLBACK + "?"}, 500112),
        ({"client_secret": "wrong"}, 7000215),
        ({"grant_type": "password"}, 70003),
    ],
)
def test_a_code_is_no_good_with_anything_else_wrong(app: App, changed: dict[str, str], number: int) -> None:
    assert by_code(app, **changed).json()["error_codes"] == [number]


def test_a_refresh_token_stays_good_beside_the_one_that_follows(app: App) -> None:
    first = app.sign_in("bob")["refresh_token"]

    second = refresh(app, first)["refresh_token"]

    assert second != first
    assert all("access_token" in refresh(app, token) for token in (first, second))


def test_without_offline_access_there_is_none(app: App) -> None:
    flow = app.begin()
    uri = flow["auth_uri"].replace("+offline_access", "")
    code = query_of(app.visitor.sign_in(uri, app.entra.state.directory.find("bob")))["code"]

    given = app.redeem(grant_type="authorization_code", code=code, code_verifier=flow["code_verifier"]).json()

    assert "refresh_token" not in given
    assert "access_token" in given


def test_msal_refreshes_and_hears_that_more_needs_consent(app: App) -> None:
    app.sign_in("bob")
    refreshed, refused = app.silently(), app.silently(SEARCH)

    assert "access_token" in refreshed
    assert (refused["error"], refused["suberror"], refused["error_codes"]) == (
        "invalid_grant",
        "consent_required",
        [65001],
    )


def test_a_token_holds_all_that_was_consented_to_of_graph(app: App) -> None:
    app.sign_in("bob", READ, SEARCH)

    assert set(app.sign_in("bob", READ)["scope"].split()) == {READ, SEARCH, "openid", "profile"}


def test_after_a_revocation_only_a_new_sign_in_helps(app: App) -> None:
    app.sign_in("bob")
    app.entra.play.revoke("bob")
    refused = app.silently()
    page = app.visitor.visit(app.begin(prompt="none")["auth_uri"])
    app.cache.deserialize("{}")
    app.sign_in("bob")

    assert refused["error_codes"] == [50173]
    assert "login_required" in page.headers["Location"]
    assert "access_token" in app.silently()


def test_after_ninety_days_a_refresh_token_is_over(app: App) -> None:
    token = app.sign_in("bob")["refresh_token"]
    app.entra.clock.advance(days=91)

    assert refresh(app, token)["error_codes"] == [700082]


def test_withdrawn_consent_and_a_deleted_person_end_refreshing(app: App) -> None:
    token = app.sign_in("bob")["refresh_token"]
    app.entra.play.withdraw_consent("bob")
    withdrawn = refresh(app, token)
    app.entra.play.delete("bob@contoso.example")

    assert (withdrawn["suberror"], withdrawn["error_codes"]) == ("consent_required", [65001])
    assert refresh(app, token)["error_codes"] == [500341]


def test_a_refresh_token_is_of_its_own_tenant(app: App) -> None:
    token = app.sign_in("mallory")["refresh_token"]
    url = f"{app.entra.base}/{CONTOSO}/oauth2/v2.0/token"
    form = {"client_id": "0a1b2c3d-0000-4000-8000-0000000000c1", "client_secret": "correct horse"}

    refused = app.session.post(
        url, data={**form, "grant_type": "refresh_token", "refresh_token": token}, timeout=SECONDS
    )

    assert refused.json()["error_codes"] == [50034]


def test_roles_come_with_the_next_sign_in(app: App) -> None:
    before = wids(app.sign_in("bob"))
    app.entra.play.grant_role("bob", "License Administrator")
    with_role = wids(app.sign_in("bob"))
    app.entra.play.remove_role("bob")

    assert before == {MEMBER}
    assert with_role == {MEMBER, ROLES["License Administrator"]}
    assert wids(app.sign_in("bob")) == {MEMBER}
    assert wids(app.sign_in("greta", authority=CONTOSO)) == {GUEST}


def test_the_whole_tenants_consent_can_be_given_and_withdrawn(app: App) -> None:
    app.entra.play.approve()
    given = app.visitor.press(app.begin(READ, SEARCH)["auth_uri"], user=app.entra.state.directory.find("bob").id)
    app.entra.play.withdraw_consent(CONTOSO)
    asked = app.visitor.press(app.begin(READ, SEARCH)["auth_uri"], user=app.entra.state.directory.find("bob").id)

    assert (given.status_code, asked.status_code) == (302, 200)


def test_somebody_gets_another_name_and_address(app: App) -> None:
    app.entra.play.change("bob", name="Bob Wasp", user_principal_name="wasp@contoso.example", mail="")
    claims = app.sign_in("wasp@contoso.example")["id_token_claims"]

    assert (claims["name"], claims["preferred_username"]) == ("Bob Wasp", "wasp@contoso.example")
    assert app.entra.state.directory.find("Bob Wasp").mail is None


def test_an_error_is_answered_on_order_and_only_so_often(app: App) -> None:
    app.entra.play.say(53003)
    app.entra.play.say(50076, "authorize")
    back = query_of(app.visitor.visit(app.begin()["auth_uri"]).headers["Location"])

    assert back["error"] == "interaction_required"
    assert app.sign_in("bob")["error_codes"] == [53003]
    assert "access_token" in app.sign_in("bob")


@pytest.mark.parametrize("kind", sorted(KINDS - {"nonce", "no-nonce", "no-oid", "odd-oid", "no-wids", "wids-text"}))
def test_an_id_token_on_order_does_not_stand_a_check(app: App, kind: str) -> None:
    app.sign_in("bob")
    app.entra.play.misbehave(kind)
    token = by_code(app).json()["id_token"]

    with pytest.raises((jwt.InvalidTokenError, KeyError, AssertionError)):
        _ = app.verified(token)["exp"]


def test_msal_sees_a_wrong_nonce(app: App) -> None:
    app.entra.play.misbehave("nonce")

    with pytest.raises(RuntimeError):
        app.sign_in("bob")


def test_there_is_only_so_much_misbehaviour(app: App) -> None:
    with pytest.raises(Refused):
        app.entra.play.misbehave("earthquake")


def test_commands_are_given_over_http_by_the_pages_too(app: App) -> None:
    url = f"{app.entra.pages.base}/_control"
    people = requests.post(f"{url}/people", json={}, timeout=SECONDS).json()
    refused = requests.post(f"{url}/revoke", json={"who": "nobody"}, timeout=SECONDS)
    requests.post(f"{url}/faults", json={"kind": "429", "match": "/token", "seconds": 3, "times": 1}, timeout=SECONDS)
    throttled = by_code(app)

    assert [each["name"] for each in people][:2] == ["Alice Admin", "Bob Bee"]
    assert (refused.status_code, refused.json()["problem"]) == (409, "Nobody here is called nobody.")
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "3")
