"""Licenses are signed by the newest key in use and verified with what is published; people become keyed hashes."""

import base64
import hashlib
import hmac
import json
import subprocess
from datetime import timedelta
from typing import Any

import jwt
import pytest

from dev.azurite import NODE
from shared.domain.entitlement import LONGEST_LICENSE
from shared.domain.keys import HashKey, SigningKey, thumbprint
from shared.domain.people import Person
from shared.settings import read_settings
from shared.signing import KeyedIdentities, LicenseSigner, bind
from tests.world import NOON, StandingClock, environment, hash_key, signing_key

NOW = NOON.timestamp()
DAY = 24 * 3600
MOMENT = timedelta(seconds=1)
BOB = Person("tenant", "bob")
VERIFY = """
const { token, keys, salt, address } = JSON.parse(process.argv[1]);
const bytes = (text) => Buffer.from(text, "base64url");
const [header, claims, signature] = token.split(".");
const { kid, typ, alg } = JSON.parse(bytes(header));
const jwk = keys.find((key) => key.kid === kid);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const verifies = async (over) => crypto.subtle.verify(
    algorithm,
    await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]),
    bytes(signature),
    new TextEncoder().encode(over),
);
const digest = async (text) =>
    Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("base64url");
const main = async () => console.log(JSON.stringify({
    typ,
    alg,
    verified: await verifies(`${header}.${claims}`),
    forged: await verifies(`${header}.${claims}A`),
    kid: await digest(`{"crv":"${jwk.crv}","kty":"${jwk.kty}","x":"${jwk.x}","y":"${jwk.y}"}`) === kid,
    sub: await digest(salt + address),
}));
main();
"""


def keys_from(*use_from: float) -> tuple[SigningKey, ...]:
    text = json.dumps([signing_key(moment) for moment in use_from])
    return read_settings(environment(LICENSE_SIGNING_KEYS=text), NOW).license_signing_keys


def hash_keys(**use_from: float) -> tuple[HashKey, ...]:
    text = json.dumps([hash_key(name, moment) for name, moment in use_from.items()])
    return read_settings(environment(IDENTITY_HASH_KEYS=text), NOW).identity_hash_keys


def signed_by(signer: LicenseSigner) -> str:
    return str(jwt.get_unverified_header(signer.sign({"code": "LICENSED"}))["kid"])


def published(signer: LicenseSigner) -> list[str]:
    return [key["kid"] for key in signer.published()]


def test_the_newest_key_in_use_signs_whatever_the_order_of_the_setting() -> None:
    first, second, third, future = keys_from(NOW - 2 * DAY, NOW, NOW - DAY, NOW + DAY)

    signer = LicenseSigner([future, third, second, first], StandingClock())

    assert signed_by(signer) == second.id


def test_a_key_signs_from_its_very_moment_on() -> None:
    old, new = keys_from(0, NOW + 60)
    clock = StandingClock()
    signer = LicenseSigner([old, new], clock)

    clock.now = NOON + timedelta(seconds=60) - timedelta(microseconds=1)
    assert signed_by(signer) == old.id
    clock.now = NOON + timedelta(seconds=60)
    assert signed_by(signer) == new.id


def test_a_key_is_published_before_it_signs() -> None:
    old, new = keys_from(0, NOW + 365 * DAY)

    assert published(LicenseSigner([new, old], StandingClock())) == [old.id, new.id]


def test_a_replaced_key_is_published_as_long_as_a_license_of_its_can_live_and_an_hour_more() -> None:
    old, new = keys_from(0, NOW)
    clock = StandingClock()
    signer = LicenseSigner([old, new], clock)
    last = NOON + LONGEST_LICENSE + timedelta(hours=1)

    clock.now = last - MOMENT
    assert published(signer) == [old.id, new.id]
    clock.now = last
    assert published(signer) == [new.id]


def test_each_key_in_a_row_of_quick_rotations_stays_as_long_as_its_own_licenses() -> None:
    first, second, third = keys_from(0, NOW, NOW + DAY)
    clock = StandingClock(NOON + timedelta(days=7, hours=2))

    signer = LicenseSigner([first, second, third], clock)

    assert published(signer) == [second.id, third.id]


@pytest.mark.parametrize("days", range(0, 40, 2))
def test_a_license_verifies_with_what_is_published_until_its_last_second(days: int) -> None:
    clock = StandingClock(NOON + timedelta(days=days))
    signer = LicenseSigner(keys_from(0, *(NOW + 9 * DAY * turn for turn in range(1, 4))), clock)
    token = signer.sign({"exp": (clock() + LONGEST_LICENSE).timestamp()})

    for later in (timedelta(0), LONGEST_LICENSE / 2, LONGEST_LICENSE):
        clock.now = NOON + timedelta(days=days) + later
        keys = {key["kid"]: jwt.PyJWK(key) for key in signer.published()}
        header = jwt.get_unverified_header(token)
        assert jwt.decode(token, keys[header["kid"]], algorithms=["ES256"], options={"verify_exp": False})


def test_nothing_but_public_members_is_published() -> None:
    [key] = keys_from(0)

    [shown] = LicenseSigner([key], StandingClock()).published()

    assert shown == {**key.public, "kid": key.id, "use": "sig", "alg": "ES256"}
    assert set(shown) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_key_is_named_by_its_thumbprint_of_rfc_7638() -> None:
    for key in keys_from(*range(5)):
        # https://www.rfc-editor.org/rfc/rfc7638#section-3: required members alone, in order, without white space.
        members = f'{{"crv":"P-256","kty":"EC","x":"{key.public["x"]}","y":"{key.public["y"]}"}}'
        digest = hashlib.sha256(members.encode("ascii")).digest()
        assert key.id == base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def test_a_thumbprint_is_of_the_required_members_alone() -> None:
    [key] = keys_from(0)

    assert thumbprint({**key.public, "kid": "another", "use": "sig", "alg": "ES256"}) == key.id


def asked_of_webcrypto(**question: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    done = subprocess.run(
        [NODE, "-e", VERIFY, json.dumps(question)], capture_output=True, check=True, text=True, timeout=30
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_webcrypto_verifies_a_license_and_finds_its_mailbox() -> None:
    salt, address = "c2FsdA", "grüße@xn--mnchen-3ya.example"
    signer = LicenseSigner(keys_from(0, NOW, NOW + DAY), StandingClock())
    token = signer.sign({"code": "LICENSED", "salt": salt, "sub": bind(salt, address)})

    answer = asked_of_webcrypto(token=token, keys=signer.published(), salt=salt, address=address)

    assert answer == {
        "typ": "lic+jwt",
        "alg": "ES256",
        "verified": True,
        "forged": False,
        "kid": True,
        "sub": bind(salt, address),
    }


def test_a_mailbox_is_bound_by_the_salts_text_and_the_address() -> None:
    digest = hashlib.sha256(b"AAAAbob@contoso.example").digest()

    assert bind("AAAA", "bob@contoso.example") == base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_the_newest_key_in_use_writes_and_all_are_read() -> None:
    identities = KeyedIdentities(hash_keys(k1=0, k3=NOW, k2=NOW - DAY), StandingClock())

    assert identities.key_ids() == ["k3", "k2", "k1"]
    assert [partition.split(".")[0] for partition in identities.of_address("bob@contoso.example")] == ["k3", "k2", "k1"]
    assert [partition.split(".")[0] for partition in identities.of_person(BOB)] == ["k3", "k2", "k1"]


def test_a_future_key_is_read_too_since_another_clock_may_run_ahead() -> None:
    clock = StandingClock()
    identities = KeyedIdentities(hash_keys(k2=NOW + 60, k1=0), clock)
    before = identities.of_address("bob@contoso.example")

    clock.advance(seconds=60)

    assert identities.key_ids() == ["k2", "k1"]
    assert identities.of_address("bob@contoso.example") == before[::-1]


def test_a_partition_is_the_keys_name_and_a_keyed_hash() -> None:
    [key] = hash_keys(k1=0)
    identities = KeyedIdentities([key], StandingClock())

    def keyed(text: str) -> str:
        return f"k1.{hmac.new(key.key, text.encode(), hashlib.sha256).hexdigest()}"

    assert identities.of_address("bob@contoso.example") == [keyed("address\0bob@contoso.example")]
    assert identities.of_person(BOB) == [keyed("person\0tenant.bob")]


def test_an_address_that_spells_a_person_is_nobody_else() -> None:
    identities = KeyedIdentities(hash_keys(k1=0), StandingClock())

    assert identities.of_address("tenant.bob") != identities.of_person(BOB)


def test_without_the_key_a_hash_says_nothing() -> None:
    first, second = (KeyedIdentities(hash_keys(k1=0), StandingClock()) for _ in range(2))

    assert first.of_address("bob@contoso.example") != second.of_address("bob@contoso.example")
