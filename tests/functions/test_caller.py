"""The session in its cookie: small, sealed, an hour long, and worth nothing without its account."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import pytest

from functions.caller import Session, caller, refuse_unless_our_script, script_body_of, session_cookie
from shared.domain.errors import MediaTypeUnsupported, NotFromOurPage, SignedOut
from shared.operations.erase_account import erase_account
from shared.operations.open_account import open_account
from shared.operations.sign_out import sign_out_everywhere
from shared.services import Services
from tests.world import ALICE, NOON, World

LONG = tuple(f"{'a' * 60}{number}@{'b' * 200}.example" for number in range(5))


def request(cookie: str) -> func.HttpRequest:
    return func.HttpRequest("GET", "https://licensing.vendor.example/account", body=b"", headers={"cookie": cookie})


def signed_in(account: str = "", **changed: Any) -> Session:  # noqa: ANN401 - fields of a session
    return replace(Session(ALICE.person, ALICE.name, ALICE.addresses, NOON, account), **changed)


def sent_back(services: Services, session: Session) -> str:
    return session_cookie(services, session).partition(";")[0]


def test_a_session_comes_back_as_it_was(world: World) -> None:
    account = open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)
    session = signed_in(account, is_administrator=True)

    assert caller(request(sent_back(world.services, session)), world.services) == session


def test_it_is_found_among_other_cookies(world: World) -> None:
    cookie = sent_back(world.services, signed_in())

    for others in (f"a=b; {cookie}; c=d", f"__Secure-session=forged; {cookie}", f"x=y,{cookie}"):
        assert caller(request(others), world.services).person == ALICE.person


def test_it_lasts_an_hour(world: World) -> None:
    cookie = request(sent_back(world.services, signed_in()))

    world.clock.advance(minutes=60)
    assert caller(cookie, world.services)
    world.clock.advance(seconds=1)
    with pytest.raises(SignedOut):
        caller(cookie, world.services)


def test_an_hour_is_counted_from_the_sign_in_whenever_the_cookie_was_sealed(world: World) -> None:
    world.clock.advance(minutes=59)
    cookie = request(sent_back(world.services, signed_in()))

    world.clock.advance(minutes=1)
    assert caller(cookie, world.services)
    world.clock.advance(seconds=1)
    with pytest.raises(SignedOut):
        caller(cookie, world.services)


def test_its_cookie_is_strictly_technical(world: World) -> None:
    value, *attributes = session_cookie(world.services, signed_in()).split("; ")

    assert set(attributes) == {"Max-Age=3600", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    assert re.fullmatch(r"__Secure-session=[A-Za-z0-9_-]+", value)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [("A" * 500, ALICE.addresses), ("Ä" * 500, LONG), ("\U0001f600" * 64, LONG), ("\ud800" * 64, ()), ("A", LONG)],
)
def test_it_is_under_a_kilobyte_whatever_somebody_is_called(
    world: World, name: str, addresses: tuple[str, ...]
) -> None:
    session = signed_in("f" * 32, name=name, addresses=addresses)

    assert len(session_cookie(world.services, session)) < 1024


@pytest.mark.parametrize("cookie", ["", "session=x", "__Secure-session=", "__Secure-session=x", "__Secure-session"])
def test_without_a_session_nobody_is_signed_in(world: World, cookie: str) -> None:
    with pytest.raises(SignedOut):
        caller(request(cookie), world.services)


def test_what_was_sealed_for_a_landing_is_no_session(world: World) -> None:
    sealed = world.services.sealer.seal("landing", {"subscription": "microsoft.5ab"})

    with pytest.raises(SignedOut):
        caller(request(f"__Secure-session={sealed}"), world.services)


def test_an_account_that_is_named_but_absent_means_signed_out(world: World) -> None:
    with pytest.raises(SignedOut):
        caller(request(sent_back(world.services, signed_in("f" * 32))), world.services)


def test_an_account_that_was_erased_signs_out_at_once(world: World) -> None:
    account = open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)
    cookie = request(sent_back(world.services, signed_in(account)))
    assert caller(cookie, world.services).account == account

    erase_account(world.services, account)

    with pytest.raises(SignedOut):
        caller(cookie, world.services)


def test_signing_out_everywhere_ends_sessions_that_began_before(world: World) -> None:
    account = open_account(world.services, ALICE.person, ALICE.name, ALICE.addresses)
    before = request(sent_back(world.services, signed_in(account)))
    world.clock.advance(seconds=1)
    sign_out_everywhere(world.services, account)
    world.clock.advance(seconds=1)
    after = request(sent_back(world.services, signed_in(account, signed_in_at=world.clock())))

    with pytest.raises(SignedOut):
        caller(before, world.services)
    assert caller(after, world.services).account == account


def test_when_somebody_signed_in_is_known_to_the_second(world: World) -> None:
    moment = datetime(2026, 3, 2, 11, 59, 59, 999_999, UTC)

    found = caller(request(sent_back(world.services, signed_in(signed_in_at=moment))), world.services)

    assert found.signed_in_at == moment.replace(microsecond=0)


def asked_by_script(**headers: str) -> func.HttpRequest:
    given = {"origin": "https://licensing.vendor.example", "content_type": "application/json", **headers}
    sent = {name.replace("_", "-"): value for name, value in given.items() if value}
    return func.HttpRequest("POST", "https://licensing.vendor.example/api/seats", body=b"{}", headers=sent)


def test_what_a_script_of_ours_sends_is_read(world: World) -> None:
    session = signed_in()
    for media_type in ("application/json", "Application/JSON; charset=utf-8"):
        request = asked_by_script(x_csrf_token=session.csrf, content_type=media_type)
        assert script_body_of(request, world.services, session, "application/json") == b"{}"


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"x_csrf_token": ""},
        {"x_csrf_token": "guessed-é"},
    ],
)
def test_what_another_page_sends_is_refused(world: World, changed: dict[str, str]) -> None:
    session = signed_in()
    with pytest.raises(NotFromOurPage):
        script_body_of(
            asked_by_script(**{"x_csrf_token": session.csrf, **changed}), world.services, session, "application/json"
        )


def test_the_token_of_another_session_is_none(world: World) -> None:
    with pytest.raises(NotFromOurPage):
        refuse_unless_our_script(asked_by_script(x_csrf_token=signed_in().csrf), world.services, signed_in())


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_a_form_could_send_is_none(world: World, media_type: str) -> None:
    session = signed_in()
    with pytest.raises(MediaTypeUnsupported):
        script_body_of(
            asked_by_script(x_csrf_token=session.csrf, content_type=media_type),
            world.services,
            session,
            "application/json",
        )
