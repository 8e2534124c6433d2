"""The stand-in for Entra, asked over https by MSAL itself and by hand."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from dev.entra import Entra
from dev.entra.stand_in import MARKETPLACE

TENANT = "0a1b2c3d-0000-4000-8000-000000000001"
CLIENT = "0a1b2c3d-0000-4000-8000-0000000000c1"
IDENTITY = "0a1b2c3d-0000-4000-8000-0000000000d1"
SECRET = "correct horse"
SCOPE = f"{MARKETPLACE}/.default"
SECONDS = 10


@pytest.fixture(scope="module")
def running() -> Iterator[Entra]:
    with Entra() as entra:
        yield entra


@pytest.fixture
def entra(running: Entra) -> Entra:
    running.clear()
    running.asked.clear()
    running.register(CLIENT, TENANT, SECRET)
    return running


@pytest.fixture
def session(entra: Entra) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(entra.certificates.ca)
        yield session


def application(entra: Entra, session: requests.Session, credential: Any) -> msal.ConfidentialClientApplication:  # noqa: ANN401
    return msal.ConfidentialClientApplication(
        CLIENT,
        authority=f"{entra.base}/{TENANT}",
        client_credential=credential,
        http_client=session,
        instance_discovery=False,
    )


def keys(entra: Entra, session: requests.Session) -> dict[str, dict[str, Any]]:
    found = session.get(f"{entra.base}/{TENANT}/discovery/v2.0/keys", timeout=SECONDS).json()["keys"]
    return {key["kid"]: key for key in found}


def verified(entra: Entra, session: requests.Session, token: str) -> dict[str, Any]:
    key = keys(entra, session)[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, jwt.PyJWK(key, "RS256"), ["RS256"], audience=MARKETPLACE)
    return claims


def ask_token(entra: Entra, session: requests.Session, **changed: str) -> requests.Response:
    form = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials", "scope": SCOPE, **changed}
    return session.post(f"{entra.base}/{TENANT}/oauth2/v2.0/token", data=form, timeout=SECONDS)


def test_msal_gets_a_service_token_by_secret_and_keeps_it(entra: Entra, session: requests.Session) -> None:
    app = application(entra, session, SECRET)

    first, second = app.acquire_token_for_client([SCOPE]), app.acquire_token_for_client([SCOPE])

    claims = verified(entra, session, first["access_token"])
    assert (claims["appid"], claims["tid"], claims["ver"]) == (CLIENT, TENANT, "1.0")
    assert claims["iss"] == f"https://sts.windows.net/{TENANT}/"
    assert second["access_token"] == first["access_token"]
    assert entra.asked.count(f"POST /{TENANT}/oauth2/v2.0/token") == 1


def test_msal_hears_what_entra_says_of_a_wrong_secret(entra: Entra, session: requests.Session) -> None:
    refused = application(entra, session, "wrong").acquire_token_for_client([SCOPE])

    assert refused["error"] == "invalid_client"
    assert refused["error_codes"] == [7000215]
    assert refused["error_description"].startswith("AADSTS7000215: ")


def test_msal_proves_itself_by_certificate(entra: Entra, session: requests.Session) -> None:
    key, certificate = self_signed()
    entra.applications[CLIENT].certificates.append(certificate.encode())

    granted = application(entra, session, {"private_key": key, "public_certificate": certificate})

    assert "access_token" in granted.acquire_token_for_client([SCOPE])


def test_another_certificate_proves_nothing(entra: Entra, session: requests.Session) -> None:
    entra.applications[CLIENT].certificates.append(self_signed()[1].encode())
    key, certificate = self_signed()

    app = application(entra, session, {"private_key": key, "public_certificate": certificate})

    assert app.acquire_token_for_client([SCOPE])["error_codes"] == [700027]


def test_an_assertion_proves_nothing_once_it_is_over(entra: Entra, session: requests.Session) -> None:
    key, certificate = self_signed()
    entra.applications[CLIENT].certificates.append(certificate.encode())
    endpoint = f"{entra.base}/{TENANT}/oauth2/v2.0/token"
    over = {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": endpoint,
        "exp": int((entra.clock() - dt.timedelta(hours=1)).timestamp()),
    }
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    refused = ask_token(entra, session, client_assertion=jwt.encode(over, key, "PS256"), client_assertion_type=kind)

    assert refused.json()["error_codes"] == [700024]


@pytest.mark.parametrize(("federated", "expected"), [(True, None), (False, [700213])])
def test_msal_exchanges_a_managed_identity_if_it_is_federated(
    entra: Entra,
    session: requests.Session,
    monkeypatch: pytest.MonkeyPatch,
    federated: bool,  # noqa: FBT001
    expected: object,
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{entra.base}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", entra.identity_header)
    entra.federate(CLIENT, IDENTITY)
    if not federated:
        entra.applications[CLIENT].federated.clear()
    identity = msal.ManagedIdentityClient(msal.UserAssignedManagedIdentity(client_id=IDENTITY), http_client=session)

    def assertion() -> str:
        token: str = identity.acquire_token_for_client(resource="api://AzureADTokenExchange")["access_token"]
        return token

    granted = application(entra, session, {"client_assertion": assertion}).acquire_token_for_client([SCOPE])

    assert granted.get("error_codes") == expected
    assert ("access_token" in granted) is federated


def test_the_identity_endpoint_answers_only_whoever_runs_here(entra: Entra, session: requests.Session) -> None:
    entra.federate(CLIENT, IDENTITY)
    asked = {"resource": "api://AzureADTokenExchange", "client_id": IDENTITY}
    url = f"{entra.base}/msi/token"

    assert session.get(url, params=asked, headers={"X-IDENTITY-HEADER": "guessed"}, timeout=SECONDS).status_code == 400


@pytest.mark.parametrize(
    ("changed", "status", "number"),
    [
        ({"client_secret": "wrong"}, 401, 7000215),
        ({"client_secret": ""}, 401, 7000218),
        ({"client_id": "somebody"}, 400, 700016),
        ({"grant_type": "password"}, 400, 70003),
        ({"scope": f"{MARKETPLACE}/User.Read"}, 400, 1002012),
        ({"scope": "https://nobody.example/.default"}, 400, 500011),
        ({"client_assertion": "x"}, 400, 50027),
    ],
)
def test_what_is_wrong_has_its_number(
    entra: Entra, session: requests.Session, changed: dict[str, str], status: int, number: int
) -> None:
    refused = ask_token(entra, session, **changed)

    assert refused.status_code == status
    assert refused.json()["error_codes"] == [number]


def test_an_expired_secret_is_told_from_a_wrong_one(entra: Entra, session: requests.Session) -> None:
    entra.applications[CLIENT].expired_secrets.append(SECRET)

    assert ask_token(entra, session).json()["error_codes"] == [7000222]


def test_another_tenant_does_not_know_the_application(entra: Entra, session: requests.Session) -> None:
    form = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials", "scope": SCOPE}

    refused = session.post(f"{entra.base}/{CLIENT}/oauth2/v2.0/token", data=form, timeout=SECONDS)

    assert refused.json()["error_codes"] == [700016]


@pytest.mark.parametrize(("tenant", "named"), [(TENANT, TENANT), ("organizations", "{tenantid}")])
def test_discovery_names_the_issuer_of_the_tenant_or_how_it_is_made(
    entra: Entra, session: requests.Session, tenant: str, named: str
) -> None:
    found = session.get(f"{entra.base}/{tenant}/v2.0/.well-known/openid-configuration", timeout=SECONDS).json()

    assert found["issuer"] == f"{entra.base}/{named}/v2.0"
    assert found["jwks_uri"] == f"{entra.base}/{tenant}/discovery/v2.0/keys"


def test_every_key_says_which_issuer_it_may_sign_for(entra: Entra, session: requests.Session) -> None:
    issuers = {f"{entra.base}/{tenant}/v2.0" for tenant in ("{tenantid}", "9188040d-6c67-4c5b-b112-36a304b66dad")}

    assert {key["issuer"] for key in keys(entra, session).values()} == issuers


@pytest.mark.parametrize(("version", "named"), [(1, "appid"), (2, "azp")])
def test_a_webhook_token_of_either_version_verifies(
    entra: Entra, session: requests.Session, version: int, named: str
) -> None:
    claims = verified(entra, session, entra.mint(MARKETPLACE, TENANT, version=version))

    assert claims[named] == MARKETPLACE
    assert claims["iss"] == entra.issuer(TENANT, version)
    assert {"appid", "azp"} & claims.keys() == {named}


def test_a_claim_can_be_replaced_or_left_out(entra: Entra, session: requests.Session) -> None:
    claims = verified(entra, session, entra.mint(MARKETPLACE, TENANT, tid="another", appid=None))

    assert claims["tid"] == "another"
    assert "appid" not in claims


def test_a_token_minted_long_ago_has_expired(entra: Entra, session: requests.Session) -> None:
    old = entra.mint(MARKETPLACE, TENANT, at=entra.clock() - dt.timedelta(days=1))

    with pytest.raises(jwt.ExpiredSignatureError):
        verified(entra, session, old)


def test_the_key_of_a_stranger_is_not_published(entra: Entra, session: requests.Session) -> None:
    token = entra.mint(MARKETPLACE, TENANT, key=entra.keys.stranger)

    assert jwt.get_unverified_header(token)["kid"] not in keys(entra, session)


def test_a_rotation_keeps_the_old_key_until_it_is_retired(entra: Entra, session: requests.Session) -> None:
    old = entra.mint(MARKETPLACE, TENANT)
    new_id = requests.post(
        f"{entra.base}/_control/rotate", json={}, verify=str(entra.certificates.ca), timeout=SECONDS
    ).json()

    assert verified(entra, session, old)["tid"] == TENANT
    assert jwt.get_unverified_header(entra.mint(MARKETPLACE, TENANT))["kid"] == new_id
    entra.rotate(retire=True)
    assert jwt.get_unverified_header(old)["kid"] not in keys(entra, session)


def test_the_keys_endpoint_can_be_down_while_tokens_are_given(entra: Entra, session: requests.Session) -> None:
    entra.faults.add("500", match="/discovery/")

    assert session.get(f"{entra.base}/{TENANT}/discovery/v2.0/keys", timeout=SECONDS).status_code == 500
    assert ask_token(entra, session).status_code == 200


def test_it_speaks_https_only(entra: Entra) -> None:
    with pytest.raises(requests.RequestException):
        requests.get(entra.base.replace("https", "http"), timeout=SECONDS)
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(entra.base, timeout=SECONDS)


def self_signed() -> tuple[str, str]:
    """A private key and its certificate, as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the vendor's server")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
