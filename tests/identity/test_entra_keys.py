"""Entra's keys: asked for seldom, kept while Entra is away, and never the reason for a wrong no."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import jwt
import pytest

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE
from shared.domain.errors import SignatureInvalid, Unavailable
from shared.identity.entra_keys import EntraKeys
from shared.identity.marketplace_tokens import WebhookTokens
from shared.web import Web
from tests.microsoft import CLIENT, VENDOR
from tests.world import NOON

KEYS = f"/{VENDOR}/discovery/v2.0/keys"


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def entra(running: Entra) -> Entra:
    running.clear()
    running.asked.clear()
    return running


@pytest.fixture
def keys(entra: Entra) -> EntraKeys:
    return EntraKeys(Web(frozenset({entra.base}), str(entra.certificates.ca)), entra.base + KEYS)


@pytest.fixture
def tokens(entra: Entra, keys: EntraKeys) -> WebhookTokens:
    issuers = (f"https://sts.windows.net/{VENDOR}/", entra.issuer(VENDOR))
    return WebhookTokens(keys, audience=CLIENT, tenant=VENDOR, app=MARKETPLACE, issuers=issuers)


def check(entra: Entra, tokens: WebhookTokens, now: datetime = NOON) -> None:
    tokens.check(entra.mint(CLIENT, VENDOR, at=now), now)


def test_keys_are_asked_for_once_a_day(entra: Entra, tokens: WebhookTokens) -> None:
    for hours in (0, 1, 12, 24):
        check(entra, tokens, NOON + timedelta(hours=hours))
    assert len(entra.asked) == 1

    check(entra, tokens, NOON + timedelta(hours=24, seconds=1))
    assert len(entra.asked) == 2


def test_random_key_ids_lead_to_one_question_in_thirty_seconds(entra: Entra, keys: EntraKeys) -> None:
    answers = [keys.key(f"random-{second}", NOON + timedelta(seconds=second)) for second in range(60)]

    assert set(answers) == {None}
    assert entra.asked == [f"GET {KEYS}"] * 2


def test_random_key_ids_do_not_keep_a_known_key_from_being_found(entra: Entra, keys: EntraKeys) -> None:
    keys.key("random", NOON)

    assert keys.key(entra.keys.current.id, NOON) is not None


def test_a_key_that_was_rotated_in_is_picked_up(entra: Entra, tokens: WebhookTokens) -> None:
    check(entra, tokens)

    entra.rotate(retire=True)

    check(entra, tokens, NOON + timedelta(seconds=30))


def test_a_key_that_was_retired_is_believed_for_a_day_at_most(entra: Entra, tokens: WebhookTokens) -> None:
    token = entra.mint(CLIENT, VENDOR, at=NOON, exp=int((NOON + timedelta(days=9)).timestamp()))
    tokens.check(token, NOON)

    entra.rotate(retire=True)

    with pytest.raises(SignatureInvalid):
        tokens.check(token, NOON + timedelta(hours=24, seconds=1))


@pytest.mark.parametrize("kind", ["500", "reset", "malformed", "expired"])
def test_keys_are_good_for_two_days_while_entra_is_away(entra: Entra, tokens: WebhookTokens, kind: str) -> None:
    check(entra, tokens)
    entra.faults.add(kind, where="answers", match=KEYS)  # type: ignore[arg-type]

    check(entra, tokens, NOON + timedelta(hours=47))

    with pytest.raises(Unavailable):
        check(entra, tokens, NOON + timedelta(hours=48, seconds=1))


@pytest.mark.parametrize("kind", ["500", "reset", "malformed", "expired"])
def test_without_keys_nothing_is_known_which_is_no_refusal(entra: Entra, tokens: WebhookTokens, kind: str) -> None:
    entra.faults.add(kind, where="answers", match=KEYS)  # type: ignore[arg-type]

    for seconds in (0, 1, 31):
        with pytest.raises(Unavailable):
            check(entra, tokens, NOON + timedelta(seconds=seconds))

    assert len({*entra.asked}) == 1


def test_a_key_that_may_be_new_is_no_refusal_while_entra_is_away(entra: Entra, tokens: WebhookTokens) -> None:
    # A change that is answered with a 4xx would be refused for good.
    check(entra, tokens)
    entra.rotate()
    entra.faults.add("500", match=KEYS)

    for seconds in (31, 32):
        with pytest.raises(Unavailable):
            check(entra, tokens, NOON + timedelta(seconds=seconds))

    entra.clear()
    check(entra, tokens, NOON + timedelta(seconds=62))


def test_only_the_two_issuers_are_taken(entra: Entra, tokens: WebhookTokens) -> None:
    for version in (1, 2):
        tokens.check(entra.mint(CLIENT, VENDOR, version=version, at=NOON), NOON)

    for issuer in (f"https://sts.windows.net/{VENDOR}", f"{entra.issuer(VENDOR)}/", "https://evil.example/"):
        with pytest.raises(SignatureInvalid):
            tokens.check(entra.mint(CLIENT, VENDOR, at=NOON, iss=issuer), NOON)


def test_a_key_without_an_id_is_never_used(entra: Entra, tokens: WebhookTokens) -> None:
    claims = jwt.decode(entra.mint(CLIENT, VENDOR, at=NOON), options={"verify_signature": False})

    with pytest.raises(SignatureInvalid):
        tokens.check(jwt.encode(claims, entra.keys.current.private, "RS256"), NOON)
