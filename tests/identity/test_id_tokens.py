"""Who signed in: an ID token counts only where everything about it is right."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from dev.tls import Certificates, make_certificates
from dev.wire import Clock, Reply, Request, Route, StandIn, answer
from shared.domain.errors import SignatureInvalid
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.roles import ADMINISTRATORS
from shared.identity.entra_keys import EntraKeys
from shared.identity.id_tokens import Identity, IdTokens
from shared.web import Web
from tests.world import ALICE, MALLORY, NOON, OTHER_TENANT, TENANT

HOST = "https://login.microsoftonline.com"
APP = "55555555-5555-4555-8555-555555555555"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
# What every member has.
MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509"

TEMPLATE = f"{HOST}/{{tenantid}}/v2.0"
OURS, PERSONAL, ELSEWHERE, NOBODYS, UNPUBLISHED = (rsa.generate_private_key(65537, 2048) for _ in range(5))
# By key id: the key, and whom it may sign for.
PUBLISHED = {
    "ours": (OURS, TEMPLATE),
    "personal": (PERSONAL, f"{HOST}/{PERSONAL_TENANT}/v2.0"),
    "elsewhere": (ELSEWHERE, "https://login.microsoftonline.us/{tenantid}/v2.0"),
    "nobodys": (NOBODYS, None),
}


class Keys(StandIn):
    """Entra's list of keys."""

    def routes(self) -> list[Route]:
        return [("GET", "/common/discovery/v2.0/keys", self._published)]

    def _published(self, _: Request) -> Reply:
        return answer({"keys": [published(kid, key, issuer) for kid, (key, issuer) in PUBLISHED.items()]})


def published(kid: str, key: rsa.RSAPrivateKey, issuer: str | None) -> dict[str, object]:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": kid, "use": "sig", **({"issuer": issuer} if issuer else {})}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdTokens]:
    certificates: Certificates = make_certificates(tmp_path_factory.mktemp("tls"))
    with Keys(Clock(NOON), 0, certificates) as running:
        web = Web(frozenset({running.base}), str(certificates.ca))
        yield IdTokens(EntraKeys(web, f"{running.base}/common/discovery/v2.0/keys"), APP, HOST)


def claims(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - claims are anything
    """Alice's; a claim that is None is left out."""
    now = int(NOON.timestamp())
    whole = {
        "aud": APP,
        "iss": f"{HOST}/{TENANT}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "tid": TENANT,
        "oid": ALICE.person.object_id,
        "name": ALICE.name,
        "preferred_username": "alice@contoso.example",
        "wids": [GLOBAL_ADMINISTRATOR, MEMBER],
        "ver": "2.0",
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(kid: str = "ours", key: rsa.RSAPrivateKey = OURS, **changed: Any) -> str:  # noqa: ANN401
    return jwt.encode(claims(**changed), key, "RS256", {"kid": kid})


def signed_as_is(**changed: Any) -> str:  # noqa: ANN401
    """Signed without PyJWT's own look at the claims."""
    return jwt.PyJWS().encode(json.dumps(claims(**changed)).encode(), OURS, "RS256", {"kid": "ours"})


def with_header(**header: object) -> str:
    """A whole token whose header was exchanged."""
    _, rest = signed().split(".", 1)
    return f"{base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b'=').decode()}.{rest}"


def with_bits_flipped() -> str:
    start, signature = signed().rsplit(".", 1)
    return f"{start}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def at(**apart: float) -> int:
    return int((NOON + timedelta(**apart)).timestamp())


def personal(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"tid": PERSONAL_TENANT, "iss": f"{HOST}/{PERSONAL_TENANT}/v2.0", **changed}


def test_a_whole_token_says_who_it_is(tokens: IdTokens) -> None:
    assert tokens.check(signed(), NOON) == Identity(
        ALICE.person, ALICE.name, "alice@contoso.example", is_administrator=True
    )


def test_nobody_is_told_apart_by_name_or_address(tokens: IdTokens) -> None:
    renamed = tokens.check(signed(name="Mallory", preferred_username="mallory@evil.example"), NOON)
    namesake = tokens.check(signed(tid=OTHER_TENANT, iss=f"{HOST}/{OTHER_TENANT}/v2.0"), NOON)

    assert renamed.person == ALICE.person
    assert namesake.person == Person(OTHER_TENANT, ALICE.person.object_id)


TAMPERED: dict[str, Callable[[], str]] = {
    "signature": with_bits_flipped,
    "signed by a stranger": lambda: signed(key=UNPUBLISHED),
    "by a stranger under an unknown id": lambda: signed("unknown", UNPUBLISHED),
    "unsigned": lambda: jwt.encode(claims(), "", "none", {"kid": "ours"}),
    "unsigned, told by the header alone": lambda: with_header(alg="none", kid="ours"),
    "another algorithm by the header": lambda: with_header(alg="RS512", kid="ours"),
    "a shared secret": lambda: jwt.encode(claims(), "x" * 64, "HS256", {"kid": "ours"}),
    "no key id": lambda: jwt.encode(claims(), OURS, "RS256"),
    "a key for other tenants": lambda: signed("personal", PERSONAL),
    "a key of another cloud": lambda: signed("elsewhere", ELSEWHERE),
    "a key that may sign for nobody": lambda: signed("nobodys", NOBODYS),
    "a personal account by another key's signature": lambda: signed("personal", OURS, **personal()),
    "audience": lambda: signed(aud=MALLORY.person.object_id),
    "one audience of several": lambda: signed(aud=[APP, "another"]),
    "no audience": lambda: signed(aud=None),
    "issuer of another tenant": lambda: signed(iss=f"{HOST}/{OTHER_TENANT}/v2.0"),
    "issuer elsewhere": lambda: signed(iss=f"https://evil.example/{TENANT}/v2.0"),
    "issuer unsubstituted": lambda: signed(iss=TEMPLATE),
    "issuer of version 1": lambda: signed(iss=f"https://sts.windows.net/{TENANT}/"),
    "no issuer": lambda: signed(iss=None),
    "issuer no text": lambda: signed_as_is(iss=[f"{HOST}/{TENANT}/v2.0"]),
    "tenant": lambda: signed(tid=OTHER_TENANT),
    "no tenant": lambda: signed(tid=None),
    "tenant a template": lambda: signed(tid="{tenantid}", iss=TEMPLATE),
    "tenant a path": lambda: signed(tid="common", iss=f"{HOST}/common/v2.0"),
    "tenant in capitals": lambda: signed(tid=TENANT.upper().replace("1", "A")),
    "expired": lambda: signed(exp=at(minutes=-1)),
    "no expiry": lambda: signed(exp=None),
    "expiry no number": lambda: signed(exp="9999999999"),
    "expiry true": lambda: signed(exp=True),
    "not yet good": lambda: signed(nbf=at(minutes=1, seconds=1)),
    "no beginning": lambda: signed(nbf=None),
    "no object id": lambda: signed(oid=None),
    "object id a path": lambda: signed(oid="../alice"),
    "object id with more behind it": lambda: signed(oid=f"{ALICE.person.object_id}\n"),
    "object id a number": lambda: signed(oid=7),
    "garbage": lambda: "no.token.at-all",
    "two parts": lambda: ".".join(signed().split(".")[:2]),
    "empty": lambda: "",
    "nested without end": lambda: f"{base64.urlsafe_b64encode(b'[' * 9000).decode()}.e30.AA",
    "far too long": lambda: signed(name="x" * 20_000),
    "not ASCII": lambda: f"{signed()}é",
}


@pytest.mark.parametrize("tampered", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_token_that_was_tampered_with_is_nobodys(tokens: IdTokens, tampered: Callable[[], str]) -> None:
    with pytest.raises(SignatureInvalid):
        tokens.check(tampered(), NOON)


@pytest.mark.parametrize("now", [NOON - timedelta(minutes=1), NOON + timedelta(minutes=60, seconds=59)])
def test_clocks_may_differ_by_a_minute(tokens: IdTokens, now: datetime) -> None:
    assert tokens.check(signed(), now).person == ALICE.person


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_the_listed_roles_make_an_administrator(tokens: IdTokens, role: str) -> None:
    assert tokens.check(signed(wids=[MEMBER, role]), NOON).is_administrator


@pytest.mark.parametrize(
    "roles",
    [
        None,
        [],
        [MEMBER],
        [GLOBAL_READER, DIRECTORY_READERS, MEMBER],
        GLOBAL_ADMINISTRATOR,
        {GLOBAL_ADMINISTRATOR: True},
        [[GLOBAL_ADMINISTRATOR]],
        [f"{GLOBAL_ADMINISTRATOR} "],
        [GLOBAL_ADMINISTRATOR.upper()],
        ["Global Administrator"],
        [None, 7],
    ],
)
def test_nothing_else_does(tokens: IdTokens, roles: object) -> None:
    assert not tokens.check(signed(wids=roles), NOON).is_administrator


def test_a_personal_account_is_somebody_and_never_an_administrator(tokens: IdTokens) -> None:
    found = tokens.check(signed("personal", PERSONAL, **personal()), NOON)

    assert found.person.tenant == PERSONAL_TENANT
    assert not found.is_administrator


def test_who_has_no_name_is_still_who_they_are(tokens: IdTokens) -> None:
    found = tokens.check(signed(name=None, preferred_username={"not": "text"}), NOON)

    assert (found.person, found.name, found.user_name) == (ALICE.person, "", "")


def test_what_shows_a_person_shows_no_name(tokens: IdTokens) -> None:
    assert "Alice" not in repr(tokens.check(signed(), NOON))
