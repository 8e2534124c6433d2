"""Settings are whole, typed and told about together, and nothing ever repeats what they hold."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from sentry_sdk.utils import Dsn

from dev.tls import make_certificates
from shared.domain.entitlement import Plan
from shared.services import connect
from shared.settings import SETTING_NAMES, Settings, SettingsInvalid, read_settings
from tests.world import NOON, StandingClock, environment, hash_key, signing_key

NOW = NOON.timestamp()
ENDPOINTS = {
    "TABLES_ENDPOINT": "https://t.table.core.windows.net",
    "LEDGER_ENDPOINT": "https://l.table.core.windows.net",
}
OPTIONAL = {"SENTRY_DSN", "EXTRA_CA_FILE", "HOME_NOTICE", "FATHOM_SITE_ID", "FATHOM_SCRIPT_URL", *ENDPOINTS}
MICROSOFT = {
    "MARKETPLACE_API_URL": "https://marketplaceapi.microsoft.com/api",
    "MARKETPLACE_AUTHORITY": "https://login.microsoftonline.com/33333333-3333-4333-8333-333333333333",
    "MARKETPLACE_ISSUERS": "https://sts.windows.net/33333333-3333-4333-8333-333333333333/",
    "MARKETPLACE_TENANT_ID": "33333333-3333-4333-8333-333333333333",
    "MARKETPLACE_CLIENT_ID": "44444444-4444-4444-8444-444444444444",
    "MARKETPLACE_CLIENT_SECRET": "a-secret-of-entra",
    "MARKETPLACE_RESOURCE_ID": "20e940b3-4c77-4b0b-9a53-9e16a1b010a7",
    "MARKETPLACE_OFFER_URL": "https://marketplace.microsoft.com/product/saas/vendor.mail-merge",
    "MARKETPLACE_OFFERS": json.dumps({"mail-merge": {"team-plan": "team"}}),
}
OTHER_WAYS = ("CERTIFICATE", "MANAGED_IDENTITY_CLIENT_ID")
OTHER_CREDENTIALS = {f"{app}_{way}" for app in ("ENTRA", "MARKETPLACE") for way in OTHER_WAYS}
FREE_TEXT = {
    "PRODUCT_ID",
    "PRODUCT_NAME",
    "VENDOR_NAME",
    "VENDOR_COUNTRY",
    "HOME_NOTICE",
    "FATHOM_SITE_ID",
    "ENTRA_CLIENT_ID",
    "ENTRA_CLIENT_SECRET",
    "PADDLE_API_KEY",
    "PADDLE_CLIENT_TOKEN",
    "MARKETPLACE_TENANT_ID",
    "MARKETPLACE_CLIENT_ID",
    "MARKETPLACE_RESOURCE_ID",
    "MARKETPLACE_CLIENT_SECRET",
    *OTHER_CREDENTIALS,
}
PADDLE = {name for name in SETTING_NAMES if name.startswith("PADDLE_")}
UNRESOLVED = "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/canary)"
CANARY = "c4n4ry"


def problems(env: Mapping[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsInvalid) as raised:
        read_settings(env, NOW)
    return raised.value.problems


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in environment().items() if name not in names}


def read(**changed: str) -> Settings:
    return read_settings({**environment(), **changed}, NOW)


def test_settings_are_read_into_what_they_mean() -> None:
    settings = read(
        ADDIN_ORIGINS="https://Addin.Vendor.example/, https://localhost:3000", PUBLIC_URL="https://a.example/"
    )

    assert settings.addin_origins == ("https://addin.vendor.example", "https://localhost:3000")
    assert settings.public_url == "https://a.example"
    assert settings.terms.grace == timedelta(days=14)
    assert settings.terms.plans[0] == Plan("team", "Team", ("no-footer",))
    assert settings.paddle
    assert settings.paddle.paddle_prices == {"pri_team": "team", "pri_business": "business"}


def test_the_names_are_those_that_settings_have() -> None:
    assert set(environment()) | set(MICROSOFT) | OTHER_CREDENTIALS | OPTIONAL == SETTING_NAMES


def test_an_empty_environment_names_everything_that_must_be_there() -> None:
    storage = {"TABLES_CONNECTION", "LEDGER_CONNECTION"}
    missing = set(environment()) - storage - PADDLE | {"TABLES_ENDPOINT", "LEDGER_ENDPOINT", "PADDLE_WEBHOOK_SECRETS"}

    assert set(problems({})) == missing


@pytest.mark.parametrize(
    "name", sorted(set(environment()) - {"TABLES_CONNECTION", "LEDGER_CONNECTION", "ENTRA_CLIENT_SECRET"})
)
@pytest.mark.parametrize("value", [None, "", " \t"])
def test_a_setting_that_is_missing_or_empty_is_named(name: str, value: str | None) -> None:
    env = without(name) if value is None else {**environment(), name: value}

    assert problems(env) == {name: "is missing"}


@pytest.mark.parametrize("name", sorted(SETTING_NAMES))
def test_a_key_vault_reference_that_did_not_resolve_is_refused(name: str) -> None:
    env = {**environment(), **(MICROSOFT if name in MICROSOFT else {}), name: UNRESOLVED}
    if name in OTHER_CREDENTIALS:
        secret = f"{name.split('_', maxsplit=1)[0]}_CLIENT_SECRET"
        env = {**env, **MICROSOFT, name: UNRESOLVED}
        del env[secret]
    if name.startswith("FATHOM_"):
        env = {"FATHOM_SITE_ID": "SITE", "FATHOM_SCRIPT_URL": "https://cdn.example/script.js", **env}
    # Of the two ways to an account only one may be given.
    env.pop(name.replace("ENDPOINT", "CONNECTION") if name in ENDPOINTS else "", None)

    assert problems(env) == {name: "is a Key Vault reference that did not resolve"}


def test_every_problem_is_reported_at_once() -> None:
    bad = dict.fromkeys(SETTING_NAMES - FREE_TEXT, f"{CANARY}://")
    # Of texts that may be anything, an unresolved reference is what can be wrong.
    env = {**bad, **dict.fromkeys(FREE_TEXT, UNRESOLVED)}

    assert set(problems(env)) == SETTING_NAMES


LIVE_PADDLE = {
    "ENVIRONMENT": "live",
    "PADDLE_API_URL": "https://api.paddle.com",
    "PADDLE_API_KEY": "pdl_live_apikey_1",
    "PADDLE_CLIENT_TOKEN": "live_1",
}
SANDBOX_PADDLE = {
    "ENVIRONMENT": "sandbox",
    "PADDLE_API_URL": "https://sandbox-api.paddle.com",
    "PADDLE_API_KEY": "pdl_sdbx_apikey_1",
    "PADDLE_CLIENT_TOKEN": "test_1",
}


@pytest.mark.parametrize(("ours", "other"), [(LIVE_PADDLE, SANDBOX_PADDLE), (SANDBOX_PADDLE, LIVE_PADDLE)])
@pytest.mark.parametrize("name", sorted(set(LIVE_PADDLE) - {"ENVIRONMENT"}))
def test_what_is_live_and_what_is_a_sandbox_are_not_mixed(
    ours: dict[str, str], other: dict[str, str], name: str
) -> None:
    assert read(**ours).environment == ours["ENVIRONMENT"]

    assert set(problems({**environment(), **ours, name: other[name]})) == {name}


@pytest.mark.parametrize("name", sorted(MICROSOFT))
def test_microsofts_group_is_whole_or_absent(name: str) -> None:
    assert read(**MICROSOFT).marketplace

    env = {**environment(), **{other: value for other, value in MICROSOFT.items() if other != name}}
    assert set(problems(env)) == {name}


@pytest.mark.parametrize("app", ["ENTRA", "MARKETPLACE"])
def test_an_app_registration_is_given_one_credential(app: str) -> None:
    whole, secret = {**environment(), **MICROSOFT}, f"{app}_CLIENT_SECRET"

    for way in OTHER_WAYS:
        assert set(problems({**whole, f"{app}_{way}": "another"})) == {secret}
    assert set(problems({name: value for name, value in whole.items() if name != secret})) == {secret}


@pytest.mark.parametrize("app", ["ENTRA", "MARKETPLACE"])
def test_a_certificate_has_room_for_its_chain(app: str) -> None:
    whole = "-----BEGIN PRIVATE KEY-----\n" + "A" * 12_000
    env = {name: value for name, value in (environment() | MICROSOFT).items() if name != f"{app}_CLIENT_SECRET"}

    assert read_settings({**env, f"{app}_CERTIFICATE": whole}, NOW)
    assert set(problems({**env, f"{app}_CERTIFICATE": whole * 3})) == {f"{app}_CERTIFICATE"}


def test_statistics_are_set_whole_or_not_at_all() -> None:
    for given in ({"FATHOM_SITE_ID": "SITE"}, {"FATHOM_SCRIPT_URL": "https://cdn.example/script.js"}):
        assert set(problems({**environment(), **given})) == {"FATHOM_SITE_ID"}


def test_visits_are_counted_in_strict_eu_isolation_or_not_at_all() -> None:
    counted = {**environment(), "FATHOM_SITE_ID": "SITE"}

    assert set(problems({**counted, "FATHOM_SCRIPT_URL": "https://CDN.usefathom.com/script.js"})) == {
        "FATHOM_SCRIPT_URL"
    }
    assert read_settings({**counted, "FATHOM_SCRIPT_URL": "https://cdn-eu.usefathom.com/script.js"}, NOW)


def test_either_marketplace_is_enough() -> None:
    env = {**without(*PADDLE), **MICROSOFT}

    assert read_settings(env, NOW).paddle is None


URLS = [
    "vendor.example",
    "//vendor.example",
    "http://vendor.example",
    "http://localhost.vendor.example",
    "http://127.0.0.1.vendor.example",
    "ftp://localhost",
    "https://",
    "https:///path",
    "https://:443",
    "https://vendor.example:99999",
    "https://vendor.example:port",
    "https://vendor.example:0",
    f"https://{CANARY}@vendor.example",
    f"https://user:{CANARY}@vendor.example",
    f"https://vendor.example?{CANARY}",
    f"https://vendor.example#{CANARY}",
    "https://ven dor.example",
    "https://vendor\n.example",
    "https://[::1",
    f"https://{CANARY}@ho\N{ACCOUNT OF}st.example",
    "javascript:alert(1)",
]
BAD_KEYS = [
    "",
    "[]",
    "{}",
    "null",
    "[[]]",
    '["key"]',
    "[{}]",
    "[" * 100_000,
    f'["{CANARY}"',
]
MALFORMED = {
    "ENVIRONMENT": ["Live", "production", "test"],
    "PUBLIC_URL": URLS,
    "PADDLE_API_URL": URLS,
    "PADDLE_JS_URL": URLS,
    "PRODUCT_ID": ["p" * 4097],
    "PADDLE_API_KEY": [CANARY * 1000],
    "PADDLE_CLIENT_TOKEN": [CANARY * 1000],
    "ADDIN_ORIGINS": [*URLS, "*", "null", ",", "https://a.example/path", "https://a.example,*"],
    "PLANS": [
        *BAD_KEYS[1:],
        '{"team": "Team"}',
        '{"team": {"title": "Team"}}',
        '{"team": {"title": "Team", "features": "no-footer"}}',
        '{"team": {"title": "Team", "features": [1]}}',
        '{"team": {"title": 1, "features": []}}',
        '{"team": {"title": "Team", "features": [], "price": 1}}',
    ],
    "GRACE_DAYS": ["-1", "366", "1.5", "two", "٣", "1_0", "+1", "9" * 5000],
    "TABLES_CONNECTION": [
        CANARY,
        f"AccountKey={CANARY}",
        "AccountName=a;TableEndpoint=http://127.0.0.1/a",
        f"AccountName=a;AccountKey={CANARY}!;TableEndpoint=http://127.0.0.1/a",
        f"AccountName=a;AccountKey=;TableEndpoint=http://127.0.0.1/a;{CANARY}",
        "AccountName=a;AccountName=b;AccountKey=a2V5",
        "AccountName=a;AccountKey=a2V5;TableEndpoint=http://vendor.example/a",
        "AccountName=a;AccountKey=a2V5;TableEndpoint=127.0.0.1/a",
        "AccountName=a;AccountKey=a2V5;DefaultEndpointsProtocol=http;EndpointSuffix=core.windows.net",
    ],
    "PADDLE_WEBHOOK_SECRETS": [
        CANARY,
        ",",
        "pdl_ntfset_",
        f"pdl_ntfset_long_enough,{CANARY}",
        "pdl_ntfset_long enough",
    ],
    "PADDLE_PRICES": [*BAD_KEYS[1:], '{"pri_1": 1}', '{"pri_1": null}', '["pri_1"]', '{"pri_1": "no plan of ours"}'],
    "SENTRY_DSN": [
        CANARY,
        "https://sentry.example/1",
        f"https://{CANARY}@sentry.example",
        f"https://{CANARY}@sentry.example/project",
        f"http://{CANARY}@sentry.example/1",
        f"https://{CANARY}@ho\N{ACCOUNT OF}st/1",
    ],
    "EXTRA_CA_FILE": ["/nowhere", ".", __file__, f"{CANARY}\0"],
    "LICENSE_SIGNING_KEYS": BAD_KEYS[1:],
    "IDENTITY_HASH_KEYS": BAD_KEYS[1:],
    "SESSION_KEYS": BAD_KEYS[1:],
    "TOKEN_ENCRYPTION_KEYS": BAD_KEYS[1:],
    **{key: ["x" * 4097] for key in ["PRODUCT_NAME", "VENDOR_NAME", "VENDOR_COUNTRY", "ENTRA_CLIENT_ID"]},
    **dict.fromkeys(
        ["SUPPORT_URL", "PRIVACY_POLICY_URL", "CHANGE_LOG_URL", "DPA_URL", "ENTRA_AUTHORITY", "GRAPH_URL"], URLS
    ),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in MALFORMED.items() for value in values],
    ids=lambda text: text[:40],
)
def test_a_malformed_setting_is_named_alone_and_never_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        read(**{name: value})

    told = raised.value.problems
    assert set(told) == {name}
    assert told[name] != "is missing"
    assert CANARY not in "".join([str(raised.value), repr(raised.value), *told.values()])


@pytest.mark.parametrize(
    "value", ["http://localhost:7071", "http://127.0.0.1:7071", "http://[::1]:7071", "https://vendor.example/path/"]
)
def test_plain_http_is_for_loopback(value: str) -> None:
    assert read(PUBLIC_URL=value).public_url == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "UseDevelopmentStorage=true",
        "AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:10002/a",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5a2V5Cg==;EndpointSuffix=core.windows.net;",
    ],
)
def test_a_connection_string_as_the_portal_gives_it_connects(value: str) -> None:
    assert connect(environment(TABLES_CONNECTION=value, LEDGER_CONNECTION=value), StandingClock())


def test_endpoints_take_the_place_of_connection_strings() -> None:
    env = {**without("TABLES_CONNECTION", "LEDGER_CONNECTION"), **ENDPOINTS}

    assert read_settings(env, NOW).tables_endpoint == ENDPOINTS["TABLES_ENDPOINT"]
    assert connect(env, StandingClock())


@pytest.mark.parametrize("account", ["TABLES", "LEDGER"])
def test_an_account_is_given_in_exactly_one_way(account: str) -> None:
    name = f"{account}_ENDPOINT"

    assert set(problems({**environment(), name: "https://t.example"})) == {name}
    assert set(problems(without(f"{account}_CONNECTION"))) == {name}


@pytest.mark.parametrize("value", [*URLS, "http://localhost:10002/a"])
def test_a_token_is_sent_over_https_alone(value: str) -> None:
    env = {**without("TABLES_CONNECTION"), "TABLES_ENDPOINT": value}

    assert set(problems(env)) == {"TABLES_ENDPOINT"}


def test_an_authority_is_read_from_its_file(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)

    assert read(EXTRA_CA_FILE=str(made.ca)).extra_ca_file == str(made.ca)
    assert set(problems(environment(EXTRA_CA_FILE=str(made.key)))) == {"EXTRA_CA_FILE"}


@pytest.mark.parametrize("value", ["https://public@o1.ingest.sentry.example/42", "http://public@localhost:9000/path/1"])
def test_a_dsn_that_passes_is_one_to_sentry_too(value: str) -> None:
    assert str(Dsn(read(SENTRY_DSN=value).sentry_dsn)) == value


def test_a_marketplace_is_whole_or_absent() -> None:
    for name in PADDLE:
        rest = PADDLE - {name}
        assert problems(without(*rest)) == dict.fromkeys(rest, "is missing")


def test_without_any_marketplace_nothing_can_be_sold() -> None:
    assert problems(without(*PADDLE)) == {"PADDLE_WEBHOOK_SECRETS": "is missing, and so is every other marketplace"}


def p256(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a member may hold
    return {**signing_key(), **changed}


def key_on(curve: ec.EllipticCurve) -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(ec.generate_private_key(curve), as_dict=True), "use_from": 0}


def public_only() -> dict[str, Any]:
    return {name: value for name, value in p256().items() if name != "d"}


TWIN = signing_key()
USE_FROM: list[Any] = [None, "0", True, -1, 2**53, 10**400, [], float("nan"), float("inf"), float("-inf")]
BAD_SIGNING_KEYS = {
    "another curve": [key_on(ec.SECP384R1())],
    "a curve of the same size": [key_on(ec.SECP256K1())],
    "the public half of another key": [p256(x=signing_key()["x"], y=signing_key()["y"])],
    "half of the public half of another": [p256(y=signing_key()["y"])],
    "no private half": [public_only()],
    "an empty private half": [p256(d="")],
    "numbers for texts": [p256(d=1, x=2, y=3)],
    "lists for texts": [p256(d=[], x=[], y=[], crv=[])],
    "padding in the public half": [{**TWIN, "x": TWIN["x"] + "="}],
    "another type": [p256(kty="RSA")],
    "a symmetric key": [{"kty": "oct", "k": "AAAA", "use_from": 0}],
    "one of two malformed": [p256(), p256(use_from=1, d="AAAA")],
    "none in use yet": [p256(use_from=NOW + 1)],
    "two from the same moment": [p256(use_from=5), p256(use_from=5.0)],
    "the same key twice": [TWIN, {**TWIN, "use_from": 1}],
    **{f"a use_from of {value!r:.20}": [p256(), p256(use_from=value)] for value in USE_FROM},
}


@pytest.mark.parametrize("keys", BAD_SIGNING_KEYS.values(), ids=BAD_SIGNING_KEYS.keys())
def test_a_signing_key_is_a_whole_private_p256_key_of_its_own_time(keys: list[dict[str, Any]]) -> None:
    told = problems(environment(LICENSE_SIGNING_KEYS=json.dumps(keys)))

    assert set(told) == {"LICENSE_SIGNING_KEYS"}
    assert not any(str(key.get("d")) in told["LICENSE_SIGNING_KEYS"] for key in keys if key.get("d"))


BAD_HASH_KEYS = {
    "the same id twice": [hash_key("k1"), hash_key("k1", 1)],
    "two from the same moment": [hash_key("k1"), hash_key("k2")],
    "none in use yet": [hash_key("k1", NOW + 1)],
    "an empty id": [hash_key("")],
    "an id with a dot": [hash_key("k.1")],
    "an id with a slash": [hash_key("k/1")],
    "an id beyond ASCII": [hash_key("kä")],
    "a number for an id": [{**hash_key("k1"), "id": 1}],
    "31 bytes": [{**hash_key("k1"), "key": base64.urlsafe_b64encode(b"k" * 31).rstrip(b"=").decode()}],
    "33 bytes": [{**hash_key("k1"), "key": base64.urlsafe_b64encode(b"k" * 33).decode()}],
    "padding": [{**hash_key("k1"), "key": hash_key("k1")["key"] + "="}],
    "the other alphabet": [{**hash_key("k1"), "key": base64.b64encode(b"\xff" * 32).rstrip(b"=").decode()}],
    "bits that mean nothing": [{**hash_key("k1"), "key": "A" * 42 + "B"}],
    "a length that no bytes have": [{**hash_key("k1"), "key": "A" * 41}],
    "characters beyond ASCII": [{**hash_key("k1"), "key": "ä" * 43}],
    "an empty key": [{**hash_key("k1"), "key": ""}],
    "a number for a key": [{**hash_key("k1"), "key": 7}],
    **{f"a use_from of {value!r:.20}": [hash_key("k1"), {**hash_key("k2"), "use_from": value}] for value in USE_FROM},
}


@pytest.mark.parametrize("keys", BAD_HASH_KEYS.values(), ids=BAD_HASH_KEYS.keys())
def test_a_hash_key_is_32_bytes_with_an_id_and_a_time_of_its_own(keys: list[dict[str, Any]]) -> None:
    assert set(problems(environment(IDENTITY_HASH_KEYS=json.dumps(keys)))) == {"IDENTITY_HASH_KEYS"}


def test_a_key_may_say_more_than_is_asked() -> None:
    key = p256(kid="ours", alg="ES256", use="sig", use_from=1.5)

    [read_key] = read(LICENSE_SIGNING_KEYS=json.dumps([key])).license_signing_keys

    assert set(read_key.public) == {"kty", "crv", "x", "y"}


def test_a_key_that_is_in_use_from_now_on_is_in_use() -> None:
    assert read(IDENTITY_HASH_KEYS=json.dumps([hash_key("k1", NOW)])).identity_hash_keys


def secrets_of(env: Mapping[str, str]) -> list[str]:
    [signing], [hashing] = json.loads(env["LICENSE_SIGNING_KEYS"]), json.loads(env["IDENTITY_HASH_KEYS"])
    return [
        CANARY,
        signing["d"],
        hashing["key"],
        repr(base64.urlsafe_b64decode(hashing["key"] + "="))[2:-1],
        *(env[name] for name in ("TABLES_CONNECTION", "LEDGER_CONNECTION", "PADDLE_WEBHOOK_SECRETS", "PADDLE_API_KEY")),
    ]


def test_no_secret_is_in_what_settings_or_services_print() -> None:
    account = f"AccountName=a;AccountKey={base64.b64encode(CANARY.encode()).decode()};EndpointSuffix=core.windows.net"
    env = environment(
        TABLES_CONNECTION=account,
        LEDGER_CONNECTION=account,
        SENTRY_DSN=f"https://{CANARY}@sentry.example/1",
        PADDLE_API_KEY=CANARY,
        PADDLE_WEBHOOK_SECRETS=f"pdl_ntfset_{CANARY}_{CANARY}",
    )
    settings = read_settings(env, NOW)
    services = connect({**env, "SENTRY_DSN": ""}, StandingClock())

    printed = f"{settings!r} {settings!s} {settings.paddle!r} {services!r} {settings.license_signing_keys!r}"

    assert [secret for secret in secrets_of(env) if secret in printed] == []
