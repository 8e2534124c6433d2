"""Our key at Paddle: until when it is good, what it may do, and what is said where Paddle does not tell."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from dev import paddle_api as stand_in
from dev.wire import Clock
from shared.marketplaces.paddle import Paddle
from shared.marketplaces.paddle.api import PaddleApi
from shared.marketplaces.paddle.api_key import PERMISSIONS, check_key, watch_key
from shared.marketplaces.paddle.events import Catalogue
from shared.marketplaces.paddle.overlay import overlay_of
from shared.web import Denied, Unreachable, Web
from tests.docs.pages import read, spans
from tests.paddle_api import API_KEY, KEY_ID, PADDLE
from tests.world import NOON, SECRET

WEBHOOKS = "https://licensing.vendor.example/api/webhooks/paddle"
FORBIDDEN = b'{"error": {"code": "forbidden"}}'
INVALID = b'{"error": {"code": "invalid_token"}}'


@pytest.fixture
def api() -> PaddleApi:
    return PaddleApi(Web(frozenset({PADDLE.url})), PADDLE.url, API_KEY)


@pytest.fixture
def account() -> Iterator[stand_in.Paddle]:
    """A whole account, which checks permissions as Paddle does."""
    with stand_in.Paddle(clock=Clock(NOON)) as account:
        yield account


def api_of(account: stand_in.Paddle) -> PaddleApi:
    return PaddleApi(Web(frozenset({account.base})), account.base, account.keys.key)


def test_a_key_says_itself_until_when_it_is_good(account: stand_in.Paddle) -> None:
    account.keys.expires_at = NOON + timedelta(days=90)

    assert "api_key.read" not in account.keys.permissions
    assert watch_key(api_of(account)).expires == NOON + timedelta(days=90)


def test_a_key_without_an_end_is_watched_and_has_none(api: PaddleApi) -> None:
    watched = watch_key(api)

    assert (watched.setting, watched.expires, watched.unwatched) == ("PADDLE_API_KEY", None, "")
    assert [call.path for call in PADDLE.calls] == [f"/api-keys/{KEY_ID}"]


@pytest.mark.parametrize("key", ["pdl_sdbx_apikey_short_secret_AQO", "a" * 50, "pdl_sdbx_apikey_" + "0" * 26])
def test_a_key_that_bears_no_id_cannot_be_watched_and_that_is_said(api: PaddleApi, key: str) -> None:
    assert "no id" in watch_key(replace(api, key=key)).unwatched
    assert PADDLE.calls == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, FORBIDDEN, "api_key.read"),
        (404, b'{"error": {"code": "not_found"}}', "knows no key"),
        (404, b'{"error": {"code": "invalid_url"}}', "api_key.read"),
    ],
)
def test_where_paddle_does_not_tell_it_is_said_why(api: PaddleApi, status: int, body: bytes, said: str) -> None:
    PADDLE.fail("/api-keys", status=status, body=body)

    watched = watch_key(api)

    assert said in watched.unwatched
    assert watched.expires is None


@pytest.mark.parametrize("body", [INVALID, b"<html>", b"{}"])
def test_a_key_that_is_refused_altogether_is_no_unwatched_one(api: PaddleApi, body: bytes) -> None:
    PADDLE.fail("/api-keys", status=403, body=body)

    with pytest.raises(Denied) as raised:
        watch_key(api)

    assert raised.value.causes.startswith("PADDLE_API_KEY is wrong, expired")


def test_a_key_that_has_expired_is_refused(account: stand_in.Paddle) -> None:
    account.keys.expires_at = NOON

    with pytest.raises(Denied):
        watch_key(api_of(account))


@pytest.mark.parametrize("data", [b"{}", b'{"expires_at": "soon"}', b'{"expires_at": "2026-04-01T00:00:00"}', b"[]"])
def test_an_end_that_makes_no_sense_is_no_answer(api: PaddleApi, data: bytes) -> None:
    PADDLE.fail("/api-keys", body=b'{"data": %s}' % data)

    with pytest.raises(Unreachable):
        watch_key(api)


def do_everything(account: stand_in.Paddle) -> None:
    """Each call that the adapter makes, once."""
    bought = account.play.purchase(company="Contoso")
    account.destination.setting["destination"] = WEBHOOKS
    catalogue = Catalogue({"pri_team_monthly": "team"}, ("team",), live=False)
    paddle = Paddle((SECRET,), catalogue, api_of(account), overlay_of(account.script, account.client_token))
    name, [paid] = f"paddle.{bought}", account.world.transactions
    paddle.read_back(name)
    assert paddle.contact(name, paid) is not None
    assert [*paddle.events_since(NOON - timedelta(days=1))]
    assert [*paddle.subscriptions()]
    assert [*paddle.problems(WEBHOOKS)] == []
    paddle.sell("team", 1, "reference")
    paddle.cancel(name)


def test_what_a_key_must_be_allowed_is_enough_for_all_that_is_done(account: stand_in.Paddle) -> None:
    account.keys.permissions = set(PERMISSIONS)

    do_everything(account)

    assert [*check_key(api_of(account), live=False)] == []


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_of_what_a_key_must_be_allowed_nothing_is_needless(account: stand_in.Paddle, permission: str) -> None:
    account.keys.permissions = {*PERMISSIONS} - {permission}

    assert [*check_key(api_of(account), live=False)] == [f"the key lacks {permission}"]
    with pytest.raises(Denied):
        do_everything(account)


def test_what_a_key_may_do_too_much_is_said(account: stand_in.Paddle) -> None:
    account.keys.permissions = {*PERMISSIONS, "subscription.read", "api_key.read", "payout.read", "price.write"}

    assert [*check_key(api_of(account), live=False)] == [
        "the key may do what nothing here does: payout.read, price.write"
    ]


def test_a_key_of_the_old_kind_may_do_too_much(api: PaddleApi) -> None:
    PADDLE.permissions = None

    assert [*check_key(api, live=False)] == ["the key is of a kind without permissions, and may do everything"]


@pytest.mark.parametrize(("environment", "live"), [("production", False), ("sandbox", True)])
def test_a_key_of_the_other_environment_is_said(api: PaddleApi, environment: str, *, live: bool) -> None:
    PADDLE.environment = environment

    [problem] = check_key(api, live=live)
    assert problem == f"the key is answered by {environment}, which does not belong to ENVIRONMENT"
    assert [*check_key(api, live=not live)] == []


def test_the_operators_page_lists_what_a_key_must_be_allowed() -> None:
    [listed] = [line for line in read("docs/operating.md").splitlines() if "needs these permissions" in line]

    assert set(spans(listed)) == PERMISSIONS
