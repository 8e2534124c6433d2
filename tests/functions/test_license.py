"""The add-in's question over HTTP: who gets which license, and that an answer tells nothing else."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest

from shared.services import Services
from shared.storage.credential import IdentityEndpoint, ManagedIdentityCredential
from shared.storage.tables import Account, AzureTables
from tests.functions.serving import LICENSE, question, serving
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer, ask
from tests.world import ALICE, BOB, MALLORY, World

BOBS, MALLORYS, STRANGERS = BOB.addresses[0], MALLORY.addresses[0], "nobody@contoso.example"


def verified(base: str, answer: Answer) -> dict[str, Any]:
    """The claims, checked as an add-in does it: with the published key that the token names."""
    token = answer.json["license"]
    header = jwt.get_unverified_header(token)
    published = {key["kid"]: key for key in ask(base, "GET", "/.well-known/jwks.json").json["keys"]}
    key = jwt.PyJWK(published[header["kid"]])
    claims = jwt.decode(
        token, key, algorithms=["ES256"], audience="mail-merge", options={"verify_exp": False, "verify_iat": False}
    )
    assert header == {"alg": "ES256", "typ": "lic+jwt", "kid": header["kid"]}
    return claims


def test_bob_gets_a_license_that_the_published_keys_verify(base: str, world: World, bought: Subscription) -> None:
    answer = question(base, "B.Bee@Contoso.example")
    claims = verified(base, answer)

    assert answer.status == 200
    assert answer.json.keys() == {"code", "license"}
    assert answer.json["code"] == claims["code"] == "LICENSED"
    assert (claims["plan"], claims["features"]) == ("team", ["no-footer"])
    assert claims["iss"] == "https://licensing.vendor.example"
    assert claims["iat"] == world.clock().timestamp()
    assert claims["exp"] == (world.clock() + timedelta(days=7)).timestamp() < bought.period_end.timestamp()
    digest = hashlib.sha256(f"{claims['salt']}b.bee@contoso.example".encode()).digest()
    assert claims["sub"] == urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.usefixtures("bought")
@pytest.mark.parametrize("address", [MALLORYS, STRANGERS, ALICE.addresses[0]])
def test_who_has_no_seat_gets_a_signed_no(base: str, world: World, address: str) -> None:
    answer = question(base, address)
    claims = verified(base, answer)

    assert answer.status == 200
    assert answer.json["code"] == claims["code"] == "NO_LICENSE"
    assert (claims["plan"], claims["features"]) == (None, [])
    assert claims["exp"] == (world.clock() + timedelta(hours=1)).timestamp()


def test_two_answers_about_one_address_share_no_salt(base: str) -> None:
    one, other = (verified(base, question(base, MALLORYS)) for _ in range(2))

    assert one["salt"] != other["salt"]
    assert one["sub"] != other["sub"]


@pytest.mark.usefixtures("bought")
@pytest.mark.parametrize("address", [BOBS, MALLORYS])
def test_an_answer_is_not_stored_on_its_way_and_sets_no_cookie(base: str, address: str) -> None:
    answer = question(base, address)

    assert answer.header("cache-control") == ["no-store"]
    assert answer.header("content-type") == ["application/json"]
    assert answer.header("x-content-type-options") == ["nosniff"]
    assert answer.header("set-cookie") == []


def test_the_keys_are_public_for_an_hour_and_hold_nothing_private(base: str) -> None:
    answer = ask(base, "GET", "/.well-known/jwks.json")

    assert answer.status == 200
    assert answer.header("cache-control") == ["public, max-age=3600"]
    assert answer.header("access-control-allow-origin") == ["*"]
    assert [key.keys() for key in answer.json["keys"]] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]


def counted(world: World) -> tuple[Services, list[str]]:
    """The world's services, with a list of the methods of the requests that they send to storage."""
    sent: list[str] = []

    def note(request: Any) -> None:  # noqa: ANN401 - azure-core's own
        sent.append(request.http_request.method)

    main, ledger = (Account(world.env[f"{name}_CONNECTION"], "") for name in ("TABLES", "LEDGER"))
    nobody = ManagedIdentityCredential(IdentityEndpoint("", "", ""), world.clock)
    return replace(world.services, tables=AzureTables(main, ledger, nobody, world.clock, on_request=note)), sent


def test_known_and_unknown_addresses_are_asked_about_alike(world: World, bought: Subscription) -> None:
    services, sent = counted(world)
    with serving(lambda: services) as base:
        known = [question(base, address) for address in (BOBS, BOBS)]
        work = {"first of the day": sent[:4], "second": sent[4:]}
        assert work == {"first of the day": ["GET", "GET", "GET", "PATCH"], "second": ["GET"] * 3}
        bought.later(days=1)
        deliver(world, *bought.canceled())
        answers = {}
        for who, address in {"ended": BOBS, "other": MALLORYS, "unknown": "who@contoso.example"}.items():
            sent.clear()
            answers[who] = question(base, address)
            assert sent == ["GET"] * 3, who

    assert {answer.status for answer in (*known, *answers.values())} == {200}
    assert len({len(answer.body) for answer in answers.values()}) == 1
    assert len({tuple(name for name, _ in answer.headers) for answer in (*known, *answers.values())}) == 1


@pytest.mark.usefixtures("bought")
def test_the_question_may_be_asked_as_plain_text_without_a_preflight(base: str) -> None:
    body = json.dumps({"email": BOBS}).encode()

    for media_type in ("text/plain", "text/plain;charset=UTF-8", 'text/plain; charset="utf-8"'):
        assert ask(base, "POST", LICENSE, [("Content-Type", media_type)], body).json["code"] == "LICENSED"
