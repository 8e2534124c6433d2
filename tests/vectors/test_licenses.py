"""Licenses as add-ins meet them: `licenses.json`, held against our signing, PyJWT and WebCrypto."""

from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from shared.domain.entitlement import Code
from shared.domain.errors import AddressInvalid
from shared.domain.keys import SigningKey, thumbprint
from shared.domain.people import normalise_address
from shared.signing import LicenseSigner, bind
from tests.vectors.node import in_javascript, load

FILE = load("licenses.json")
LICENSES: list[dict[str, Any]] = FILE["licenses"]
JWKS: dict[int, list[dict[str, str]]] = {found["at"]: found["keys"] for found in FILE["jwks"]}
COUNTING = [case for case in LICENSES if case["verdict"]]
CLAIMS = ["iss", "aud", "iat", "exp", "code", "plan", "features", "salt", "sub"]


def by_note(case: dict[str, Any]) -> str:
    return str(case["note"])


def keys() -> list[SigningKey]:
    return [
        SigningKey(
            key["kid"],
            key["use_from"],
            key["private"],
            {name: key["private"][name] for name in ("kty", "crv", "x", "y")},
        )
        for key in FILE["test_keys"]
    ]


def signer(at: int) -> LicenseSigner:
    return LicenseSigner(keys(), lambda: datetime.fromtimestamp(at, UTC))


def verified(token: str, published: list[dict[str, str]], now: int) -> dict[str, Any] | None:
    """The claims of a license of ours that counts at a moment, whoever it is for."""
    # To PyJWT a claim that is null, as the plan of a no, is missing.
    options: Any = {"require": [name for name in CLAIMS if name != "plan"], "verify_exp": False, "verify_iat": False}
    try:
        header = jwt.get_unverified_header(token)
        key = next((jwt.PyJWK(found) for found in published if found["kid"] == header.get("kid")), None)
        if key is None or header["typ"] != "lic+jwt":
            return None
        claims = jwt.decode(
            token, key, algorithms=["ES256"], audience=FILE["audience"], issuer=FILE["issuer"], options=options
        )
    except jwt.InvalidTokenError:
        return None
    return claims if now < claims["exp"] else None


def verdict(case: dict[str, Any]) -> str | None:
    claims = verified(case["token"], JWKS[case["jwks_at"]], case["now"])
    try:
        mailbox = normalise_address(case["mailbox"])
    except AddressInvalid:
        return None
    return claims["code"] if claims and claims["sub"] == bind(claims["salt"], mailbox) else None


@pytest.mark.parametrize("case", LICENSES, ids=by_note)
def test_each_license_counts_as_the_file_says(case: dict[str, Any]) -> None:
    assert verdict(case) == case["verdict"]


def test_an_add_in_comes_to_the_same_verdicts() -> None:
    asked = [
        {
            **{name: case[name] for name in ("token", "now", "mailbox")},
            "keys": JWKS[case["jwks_at"]],
            "issuer": FILE["issuer"],
            "audience": FILE["audience"],
        }
        for case in LICENSES
    ]

    assert in_javascript("verify", asked) == [case["verdict"] for case in LICENSES]


@pytest.mark.parametrize("case", COUNTING, ids=by_note)
def test_what_we_sign_today_is_the_same_license(case: dict[str, Any]) -> None:
    claims = case["claims"]

    token = signer(claims["iat"]).sign(claims)

    assert jwt.get_unverified_header(token) == jwt.get_unverified_header(case["token"])
    assert verified(token, JWKS[case["jwks_at"]], case["now"]) == claims
    assert token.partition(".")[0] == case["token"].partition(".")[0]


@pytest.mark.parametrize("case", COUNTING, ids=by_note)
def test_a_license_that_counts_holds_what_every_license_holds_and_its_claims_are_those_of_the_file(
    case: dict[str, Any],
) -> None:
    claims = verified(case["token"], JWKS[case["jwks_at"]], case["now"])

    assert claims is not None
    assert claims == case["claims"]
    assert list(claims) == CLAIMS
    assert set(jwt.get_unverified_header(case["token"])) == {"alg", "typ", "kid"}


@pytest.mark.parametrize("at", JWKS)
def test_at_each_moment_the_published_keys_are_those_of_the_file(at: int) -> None:
    assert signer(at).published() == JWKS[at]


@pytest.mark.parametrize("key", FILE["test_keys"], ids=by_note)
def test_a_key_is_named_by_its_thumbprint_and_never_published_with_its_private_half(key: dict[str, Any]) -> None:
    assert thumbprint(key["private"]) == key["kid"]
    assert all(
        set(public) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for jwks in JWKS.values() for public in jwks
    )
    assert key["private"]["d"] not in repr(keys())


@pytest.mark.parametrize("case", FILE["bindings"], ids=by_note)
def test_a_license_is_bound_by_the_salt_and_the_written_form_of_the_address(case: dict[str, Any]) -> None:
    assert normalise_address(case["address"]) == case["normalised"]
    assert bind(case["salt"], case["normalised"]) == case["sub"]


def test_an_add_in_binds_the_same() -> None:
    asked = [{"salt": case["salt"], "address": case["normalised"]} for case in FILE["bindings"]]

    assert in_javascript("bind", asked) == [case["sub"] for case in FILE["bindings"]]
    assert in_javascript("normaliseAddress", [case["address"] for case in FILE["bindings"]]) == [
        case["normalised"] for case in FILE["bindings"]
    ]


def test_every_code_has_its_vectors_and_every_vector_is_explained_once() -> None:
    assert {case["verdict"] for case in LICENSES} == {code.value for code in Code} | {None}
    notes = [case["note"] for case in [*LICENSES, *FILE["bindings"], *FILE["jwks"], *FILE["test_keys"]]]
    assert len(set(notes)) == len(notes)
