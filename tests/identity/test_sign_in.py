"""Signing in by MSAL itself at the stand-in for Entra: what is asked for, what comes back, and every way it fails."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from dev.entra.misbehaviour import KINDS
from dev.entra.people import CONTOSO
from dev.entra.visitor import Visitor
from dev.wire.server import Server
from shared.domain.errors import (
    ApprovalRequired,
    ConsentDeclined,
    ConsentNeeded,
    OtherAccount,
    SignedOut,
    SignInCancelled,
    SignInExpired,
    SignInFailed,
    Unavailable,
)
from shared.domain.people import PERSONAL_TENANT, Person
from shared.ports import Attempt, SignedIn, SignIn, Wish
from shared.services import connect
from shared.web import Denied
from tests.signing_in import APP, CALLBACK, Directories
from tests.world import StandingClock, environment


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with Visitor() as opened:
        yield opened


def entrance(found: Directories, **changed: str) -> SignIn:
    env = environment(None, **{**found.settings(), **changed})
    return connect(env, StandingClock(found.clock())).sign_in


@pytest.fixture
def sign_in(microsoft_365: Directories) -> SignIn:
    return entrance(microsoft_365)


def person(found: Directories, who: str = "Alice") -> Person:
    user = found.find(who)
    return Person(user.tenant, user.id)


def widening(found: Directories, who: str = "Alice") -> Wish:
    user = found.find(who)
    return Wish("directory", lasting=True, person=person(found, who), user_name=user.user_principal_name)


def asked(attempt: Attempt) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(attempt.url).query))


def answer_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def finish(sign_in: SignIn, attempt: Attempt, address: str) -> SignedIn:
    """The state has been in a cookie meanwhile."""
    return sign_in.finish(json.loads(json.dumps(attempt.state)), answer_of(address))


class Way:
    """There and back, by somebody."""

    def __init__(self, found: Directories, sign_in: SignIn, visitor: Visitor) -> None:
        self._found, self._sign_in, self._visitor = found, sign_in, visitor

    def __call__(self, who: str = "Alice", wish: Wish | None = None, answer: str = "accept") -> SignedIn:
        attempt = self._sign_in.begin(wish or Wish(lasting=True), CALLBACK)
        return finish(self._sign_in, attempt, self._visitor.sign_in(attempt.url, self._found.find(who), answer))


@pytest.fixture
def way(microsoft_365: Directories, sign_in: SignIn, visitor: Visitor) -> Way:
    return Way(microsoft_365, sign_in, visitor)


def test_the_first_sign_in_asks_for_oneself_and_nothing_wider(sign_in: SignIn) -> None:
    told = asked(sign_in.begin(Wish(), CALLBACK))

    assert set(told["scope"].split()) == {"User.Read", "openid", "profile"}
    assert (told["response_type"], told["code_challenge_method"]) == ("code", "S256")
    assert told.keys() >= {"state", "nonce", "code_challenge"}
    assert not told.keys() & {"prompt", "login_hint", "response_mode"}


def test_what_will_not_be_kept_is_not_asked_to_last(sign_in: SignIn) -> None:
    lasting = asked(sign_in.begin(Wish(lasting=True), CALLBACK))["scope"].split()

    assert "offline_access" in lasting
    assert "offline_access" not in asked(sign_in.begin(Wish(), CALLBACK))["scope"].split()


def test_another_account_can_be_chosen(sign_in: SignIn) -> None:
    assert asked(sign_in.begin(Wish(choose_account=True), CALLBACK))["prompt"] == "select_account"


def test_no_two_attempts_are_alike(sign_in: SignIn) -> None:
    one, other = (asked(sign_in.begin(Wish(), CALLBACK)) for _ in range(2))

    assert not {one[name] for name in ("state", "nonce", "code_challenge")} & set(other.values())


def test_what_the_browser_keeps_shows_nothing_of_itself_and_is_small(sign_in: SignIn) -> None:
    attempt = sign_in.begin(Wish(lasting=True), CALLBACK)

    assert len(json.dumps(attempt.state)) < 600
    assert attempt.state["flow"]["code_verifier"] not in repr(attempt) + attempt.url


def test_who_comes_back_is_who_chose_themself(microsoft_365: Directories, way: Way) -> None:
    found = way("Alice")

    assert found.person == person(microsoft_365)
    assert (found.name, found.user_name, found.is_administrator) == ("Alice Admin", "alice@contoso.example", True)
    assert (found.permission, found.lasting) == ("self", True)
    assert "Alice" not in repr(found)
    assert found.token not in repr(found)


@pytest.mark.parametrize(
    ("who", "administers"),
    [("Alice", True), ("Erin", True), ("Bob", False), ("Frank", False), ("Mallory", True), ("Pat", False)],
)
def test_only_those_with_an_administrators_role_administer(way: Way, who: str, administers: bool) -> None:  # noqa: FBT001
    assert way(who).is_administrator is administers


def test_a_personal_account_signs_in_too(way: Way) -> None:
    found = way("Pat")

    assert (found.person.tenant, found.user_name) == (PERSONAL_TENANT, "pat@outlook.example")


def test_a_person_is_no_name_and_no_address(microsoft_365: Directories, way: Way) -> None:
    before = way("Bob")
    microsoft_365.entra.play.change(
        "Bob", name="Alice Admin", mail="a@contoso.example", user_principal_name="x@y.example"
    )

    assert way("x@y.example").person == before.person


def test_a_sign_in_that_lasts_no_longer_than_the_hour_says_so(way: Way) -> None:
    assert not way(wish=Wish()).lasting


def test_the_managed_identity_signs_people_in_without_a_secret(microsoft_365: Directories, visitor: Visitor) -> None:
    entra, identity = microsoft_365.entra, "77777777-7777-4777-8777-777777777777"
    entra.federate(APP, identity)
    platform = Server(entra._answer)  # noqa: SLF001 - the platform's own door, which speaks plain http
    platform.start()
    settings = {
        "ENTRA_CLIENT_SECRET": "",
        "ENTRA_MANAGED_IDENTITY_CLIENT_ID": identity,
        "IDENTITY_ENDPOINT": f"{platform.base}/msi/token",
        "IDENTITY_HEADER": entra.identity_header,
    }

    found = Way(microsoft_365, entrance(microsoft_365, **settings), visitor)()

    platform.stop()
    assert found.person == person(microsoft_365)


def test_what_entra_says_of_itself_is_asked_for_once_a_day(microsoft_365: Directories) -> None:
    clock = StandingClock(microsoft_365.clock())
    sign_in = connect(environment(None, **microsoft_365.settings()), clock).sign_in
    discovery = "GET /common/v2.0/.well-known/openid-configuration"

    for _ in range(3):
        sign_in.begin(Wish(), CALLBACK)
    assert microsoft_365.entra.asked == [discovery]

    clock.advance(hours=24)
    sign_in.begin(Wish(), CALLBACK)
    assert microsoft_365.entra.asked == [discovery] * 2


# How it fails.


@pytest.mark.parametrize("kind", sorted(KINDS - {"no-wids", "wids-text"}))
def test_an_id_token_that_is_not_right_signs_nobody_in(microsoft_365: Directories, way: Way, kind: str) -> None:
    microsoft_365.entra.play.misbehave(kind)

    with pytest.raises(SignInFailed) as refused:
        way()
    assert refused.value.code == "SIGN_IN_FAILED"

    assert way().person == person(microsoft_365)


@pytest.mark.parametrize("kind", ["no-wids", "wids-text"])
def test_roles_that_are_none_make_no_administrator(microsoft_365: Directories, way: Way, kind: str) -> None:
    microsoft_365.entra.play.misbehave(kind)

    assert not way().is_administrator


def test_a_code_is_good_once(microsoft_365: Directories, sign_in: SignIn, visitor: Visitor) -> None:
    attempt = sign_in.begin(Wish(), CALLBACK)
    back = visitor.sign_in(attempt.url, microsoft_365.find("Alice"))
    finish(sign_in, attempt, back)

    with pytest.raises(SignInExpired):
        finish(sign_in, attempt, back)


def test_a_code_that_came_late_is_told_apart(microsoft_365: Directories, sign_in: SignIn, visitor: Visitor) -> None:
    attempt = sign_in.begin(Wish(), CALLBACK)
    back = visitor.sign_in(attempt.url, microsoft_365.find("Alice"))
    microsoft_365.clock.advance(minutes=11)

    with pytest.raises(SignInExpired):
        finish(sign_in, attempt, back)


def test_the_answer_to_another_attempt_is_refused(
    microsoft_365: Directories, sign_in: SignIn, visitor: Visitor
) -> None:
    mine, anothers = sign_in.begin(Wish(), CALLBACK), sign_in.begin(Wish(), CALLBACK)
    back = visitor.sign_in(anothers.url, microsoft_365.find("Mallory"))

    with pytest.raises(SignInExpired):
        finish(sign_in, mine, back)
    # With the state exchanged it still is another's code: the verifier does not fit.
    with pytest.raises(SignInFailed):
        sign_in.finish(mine.state, {**answer_of(back), "state": mine.name})


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"code": ""},
        {"code": "made up"},
        {"error": "made_up"},
        {"code": "x", "error": "access_denied"},
        {"error": ""},
    ],
)
def test_answers_that_are_none_are_refused(sign_in: SignIn, answer: dict[str, str]) -> None:
    attempt = sign_in.begin(Wish(), CALLBACK)

    with pytest.raises(SignInFailed):
        sign_in.finish(attempt.state, {**answer, "state": attempt.name})
    with pytest.raises(SignInExpired):
        sign_in.finish(attempt.state, answer)


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        (65004, SignInCancelled),
        (90094, ApprovalRequired),
        (90099, ApprovalRequired),
        (50020, OtherAccount),
        (50076, SignInFailed),
        (53003, SignInFailed),
        (50058, SignInFailed),
        (900144, SignInFailed),
    ],
)
def test_what_entra_says_at_the_authorize_endpoint_is_told_by_its_number(
    microsoft_365: Directories, sign_in: SignIn, visitor: Visitor, number: int, refusal: type[SignInFailed]
) -> None:
    microsoft_365.entra.play.say(number, "authorize")
    attempt = sign_in.begin(Wish(), CALLBACK)

    with pytest.raises(SignInFailed) as refused:
        finish(sign_in, attempt, visitor.visit(attempt.url).headers["Location"])
    assert type(refused.value) is refusal


@pytest.mark.parametrize("number", [700016, 7000215, 7000222])
def test_a_credential_that_entra_refuses_is_ours_to_mend(
    microsoft_365: Directories, way: Way, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    application = microsoft_365.entra.applications[APP]
    if number == 700016:
        microsoft_365.entra.play.say(number)
    else:
        application.expired_secrets = application.secrets if number == 7000222 else []
        application.secrets = []

    with pytest.raises(Denied):
        way()
    assert f"AADSTS{number}" in caplog.text


@pytest.mark.parametrize("kind", ["500", "429", "reset", "malformed"])
@pytest.mark.parametrize("path", ["openid-configuration", "/token", "/keys"])
def test_while_entra_is_away_nobody_signs_in_and_then_they_do(
    microsoft_365: Directories, way: Way, kind: str, path: str
) -> None:
    microsoft_365.entra.faults.add(kind, where="answers", match=path)  # type: ignore[arg-type]

    with pytest.raises((Unavailable, SignInFailed)) as refused:
        way()
    assert isinstance(refused.value, Unavailable) or kind == "malformed"

    microsoft_365.entra.clear()
    # An unknown key is asked for again only after a while.
    microsoft_365.clock.advance(minutes=1)
    assert Way(microsoft_365, entrance(microsoft_365), way._visitor)().person == person(microsoft_365)  # noqa: SLF001


def test_an_authority_that_is_none_is_a_refusal(microsoft_365: Directories) -> None:
    wrong = entrance(microsoft_365, ENTRA_AUTHORITY=f"{microsoft_365.entra.base}/nowhere/at/all")

    with pytest.raises(Denied):
        wrong.begin(Wish(), CALLBACK)


# Widening.


def test_the_directory_is_asked_for_at_the_tenant_of_who_asks(microsoft_365: Directories, sign_in: SignIn) -> None:
    attempt = sign_in.begin(widening(microsoft_365), CALLBACK)

    assert f"/{CONTOSO}/oauth2/v2.0/authorize" in attempt.url
    assert asked(attempt)["login_hint"] == "alice@contoso.example"
    assert "User.ReadBasic.All" in asked(attempt)["scope"].split()


def test_consent_to_the_directory_is_for_both(microsoft_365: Directories, way: Way, sign_in: SignIn) -> None:
    way()
    widened = way(wish=widening(microsoft_365))

    assert widened.permission == "directory"
    for permission in ("self", "directory"):
        assert sign_in.access(widened.tokens, widened.person, permission).token


def test_who_declines_has_declined(microsoft_365: Directories, way: Way) -> None:
    way()

    with pytest.raises(ConsentDeclined):
        way(wish=widening(microsoft_365), answer="decline")


def test_where_only_administrators_may_consent_the_others_are_told(microsoft_365: Directories, way: Way) -> None:
    microsoft_365.entra.play.require_admin_consent()

    with pytest.raises(ApprovalRequired):
        way("Erin", widening(microsoft_365, "Erin"), "back")


def test_another_account_of_the_same_tenant_does_not_answer(
    microsoft_365: Directories, sign_in: SignIn, visitor: Visitor
) -> None:
    attempt = sign_in.begin(widening(microsoft_365), CALLBACK)
    back = visitor.sign_in(attempt.url, microsoft_365.find("Erin"))

    with pytest.raises(OtherAccount):
        finish(sign_in, attempt, back)


def test_less_than_was_asked_for_is_declined(
    microsoft_365: Directories, sign_in: SignIn, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = sign_in.begin(widening(microsoft_365), CALLBACK)
    back = visitor.sign_in(attempt.url, microsoft_365.find("Alice"))
    exchange: Any = microsoft_365.entra._exchange  # noqa: SLF001 - Entra gives less in no other way
    give: Callable[..., dict[str, object]] = exchange.granted
    monkeypatch.setattr(exchange, "granted", lambda *asked: {**give(*asked), "scope": "openid User.Read"})

    with pytest.raises(ConsentDeclined):
        finish(sign_in, attempt, back)


def test_an_administrator_can_allow_it_for_everybody(sign_in: SignIn) -> None:
    for tenant, where in ((CONTOSO, CONTOSO), ("", "organizations")):
        link = urlsplit(sign_in.approval_url(tenant, CALLBACK))
        assert link.path == f"/{where}/v2.0/adminconsent"
        assert parse_qs(link.query) == {
            "client_id": [APP],
            "scope": ["openid profile offline_access User.ReadBasic.All"],
            "redirect_uri": [CALLBACK],
            "state": ["approval"],
        }
    assert "User.Read&" in sign_in.approval_url(CONTOSO, CALLBACK, "self")


def test_microsofts_own_session_ends_where_microsoft_says(microsoft_365: Directories, sign_in: SignIn) -> None:
    link = urlsplit(sign_in.sign_out_url("https://licensing.vendor.example/"))

    assert f"{link.scheme}://{link.netloc}" == microsoft_365.entra.pages.base
    assert parse_qs(link.query) == {"post_logout_redirect_uri": ["https://licensing.vendor.example/"]}


# Tokens that were kept.


def test_tokens_that_were_kept_give_access_without_asking_again(
    microsoft_365: Directories, way: Way, sign_in: SignIn
) -> None:
    found = way()
    microsoft_365.entra.asked.clear()

    access = sign_in.access(found.tokens, found.person, "self")

    assert (access.token, access.tokens) == (found.token, found.tokens)
    assert microsoft_365.entra.asked == []


def test_another_instance_takes_them_too(microsoft_365: Directories, way: Way) -> None:
    found = way()

    assert entrance(microsoft_365).access(found.tokens, found.person, "self").token


def test_a_permission_that_was_not_given_is_asked_for(way: Way, sign_in: SignIn) -> None:
    found = way()

    with pytest.raises(ConsentNeeded):
        sign_in.access(found.tokens, found.person, "directory")


def test_a_permission_that_was_taken_back_is_asked_for_again(
    microsoft_365: Directories, way: Way, sign_in: SignIn
) -> None:
    found = way(wish=widening(microsoft_365))
    microsoft_365.entra.play.withdraw_consent("Alice")

    with pytest.raises(ConsentNeeded):
        sign_in.access(found.tokens, found.person, "directory")


def test_what_is_new_is_to_be_kept_instead(microsoft_365: Directories, way: Way, sign_in: SignIn) -> None:
    found = way()
    microsoft_365.entra.play.approve()

    access = sign_in.access(found.tokens, found.person, "directory")

    assert access.tokens != found.tokens
    assert sign_in.access(access.tokens, found.person, "directory") == access


@pytest.mark.parametrize("number", [50173, 500341, 50057, 700082, 50076, 53003])
def test_tokens_that_entra_refuses_end_in_a_new_sign_in(
    microsoft_365: Directories, way: Way, sign_in: SignIn, number: int
) -> None:
    found = way()
    microsoft_365.entra.play.say(number)

    with pytest.raises(SignedOut):
        sign_in.access(found.tokens, found.person, "directory")


@pytest.mark.parametrize("kind", ["500", "429", "reset"])
def test_while_entra_is_away_tokens_are_not_refused(
    microsoft_365: Directories, way: Way, sign_in: SignIn, kind: str
) -> None:
    found = way()
    microsoft_365.entra.faults.add(kind, where="answers", match="/token")  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        sign_in.access(found.tokens, found.person, "directory")


def test_without_a_refresh_token_the_hours_own_is_all_there_is(way: Way, sign_in: SignIn) -> None:
    found = way(wish=Wish())

    assert sign_in.access(found.tokens, found.person, "self").token == found.token
    with pytest.raises(ConsentNeeded):
        sign_in.access(found.tokens, found.person, "directory")


@pytest.mark.parametrize("tokens", ["", "{}", '{"AccessToken": {}}'])
def test_tokens_that_are_none_give_no_access(sign_in: SignIn, tokens: str) -> None:
    somebody = Person(CONTOSO, "00000000-0000-4000-8000-000000000000")

    with pytest.raises(SignedOut):
        sign_in.access(tokens, somebody, "self")


def test_tokens_are_of_one_person(microsoft_365: Directories, way: Way, sign_in: SignIn) -> None:
    found = way("Bob")

    with pytest.raises(SignedOut):
        sign_in.access(found.tokens, person(microsoft_365, "Alice"), "self")


def test_nothing_of_a_sign_in_is_logged(
    microsoft_365: Directories, way: Way, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found = way()
    with pytest.raises(ConsentNeeded):
        sign_in.access(found.tokens, found.person, "directory")
    with pytest.raises(ConsentDeclined):
        way(wish=widening(microsoft_365), answer="decline")

    assert "answered 200" in caplog.text
    for secret in (found.token, found.user_name, "Alice", found.person.object_id, "eyJ", "code="):
        assert secret not in caplog.text
